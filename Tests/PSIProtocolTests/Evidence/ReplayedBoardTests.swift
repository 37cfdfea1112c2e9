import Crypto
import TestDirectories
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// A round as anybody checks it who has its agreement and its board, and nothing else. [P-78]
@Suite("A board that is replayed")
struct ReplayedBoardTests {
    @Test("An honest board passes, and says who has signed its end")
    func honest() async throws {
        for fixture in [try await BoardFixture.written.value, try await BoardFixture.writtenCounts.value] {
            let board = try ReplayedBoard(agreement: fixture.study.file, board: fixture.board)
            #expect(board.entries.map(\.bytes) == fixture.board && board.unsigned == nil)
            #expect(board.record.ending == .closed && board.endSigners == board.record.keyHolders)
            let end = try fixture.position(of: RoundClosed.self)
            #expect(board.endHead == fixture.records[end].head)
            let before = try ReplayedBoard(agreement: fixture.study.file, board: Array(fixture.board[..<end]))
            #expect(before.endHead == nil && before.endSigners.isEmpty)
        }
    }

    @Test("Entries that are changed, left out, swapped, repeated or another round's are found, by their number")
    func altered() async throws {
        let fixture = try await BoardFixture.written.value
        let file = fixture.study.file
        for index in fixture.board.indices {
            var board = fixture.board
            board[index][40] ^= 1
            #expect(throws: ReplayError.self, "\(index)") { try ReplayedBoard(agreement: file, board: board) }
            board = fixture.board
            board.insert(board[index], at: index + 1)
            #expect(throws: ReplayError.entry(number: index + 2, try Self.violation(fixture, index))) {
                try ReplayedBoard(agreement: file, board: board)
            }
            // The last may be missing: the board was read earlier.
            guard index < fixture.board.count - 1 else { continue }
            let last = fixture.board[fixture.board.count - 1]
            board = fixture.board
            board.remove(at: index)
            if try SignedEntry(bytes: last).seen.count > index {
                #expect(throws: ReplayError.self, "\(index)") { try ReplayedBoard(agreement: file, board: board) }
            }
        }
        let other = try fixture.study.opening().bytes
        #expect(throws: ReplayError.self) {
            try ReplayedBoard(agreement: file, board: [other] + fixture.board.dropFirst())
        }
        #expect(throws: ReplayError.empty) { try ReplayedBoard(agreement: file, board: []) }
    }

    /// What is wrong with an entry that comes a second time, right after itself.
    private static func violation(_ fixture: BoardFixture, _ index: Int) throws -> ProtocolViolation {
        var record = fixture.records[index]
        do throws(ProtocolViolation) { try record.append(fixture.board[index]) } catch { return error }
        throw SimulationError.idle
    }

    @Test("Any other agreement than the one that was signed is found")
    func otherAgreement() async throws {
        let fixture = try await BoardFixture.written.value
        for index in Thorough.positions(fixture.study.file.indices, oneIn: 29) {
            var file = fixture.study.file
            file[index] ^= 1
            #expect(throws: ReplayError.self, "\(index)") { try ReplayedBoard(agreement: file, board: fixture.board) }
        }
    }

    /// [P-17]
    @Test("A round that was opened without everybody's signature says so")
    func unsigned() async throws {
        let study = try SimulatedStudy.written()
        var opening = try #require(try study.opening().body as? RoundOpened)
        opening.signatures["mixer0"] = opening.signatures["owner-left"]
        let key = try #require(study.signing["coordinator"])
        let entry = try SignedEntry(body: opening, author: "coordinator", round: nil, seen: .empty, key: key)
        let board = try ReplayedBoard(agreement: study.file, board: [entry.bytes])
        #expect("\(try #require(board.unsigned))".contains("mixer0"))
    }

    /// [P-77]
    @Test("Secrets are shown in one form, and only those that the board has digests of fit")
    func secrets() async throws {
        let record = try await BoardFixture.written.value.after(Selected.self)
        var secrets = EvidenceSecrets()
        #expect(EvidenceSecrets(shown: Array("{}\n".utf8)) == nil)
        secrets.saltShares = ["owner-left": HexBytes(.filled(1, 32)), "mixer0": HexBytes(.filled(2, 32))]
        secrets.selectionSeed = HexBytes(.filled(3, 32))
        let shown = try secrets.shown()
        #expect(EvidenceSecrets(shown: shown) == secrets)
        for index in shown.indices {
            var bytes = shown
            bytes[index] ^= 1
            #expect(EvidenceSecrets(shown: bytes) != secrets, "\(index)")
        }
        for bytes in [[0x20] + shown, shown + [0x0A], Array(shown.dropLast()), .filled(0x20, 20_000)] {
            #expect(EvidenceSecrets(shown: bytes) == nil)
        }
        // Nobody has complained, so no secret belongs there.
        #expect(record.fitting(secrets).isEmpty)
    }
}

/// Two boards of one round, and what follows from them. [P-78]
@Suite("Boards that are compared")
struct BoardComparisonTests {
    /// The board up to an entry, and further entries on it.
    private static func board(
        _ fixture: BoardFixture, _ count: Int, _ more: [(any EntryBody, ParticipantID)]
    ) throws -> ReplayedBoard {
        var (record, entries) = (fixture.records[count - 1], Array(fixture.board[..<count]))
        for (body, author) in more {
            entries.append(try fixture.sign(body, by: author, on: record))
            try record.append(entries[entries.count - 1])
        }
        return try ReplayedBoard(agreement: fixture.study.file, board: entries)
    }

    private static let abort = RoundAborted(code: .deadline, participants: [])

    @Test("The same board, and one that was read earlier")
    func longer() async throws {
        let fixture = try await BoardFixture.written.value
        let whole = try Self.board(fixture, fixture.board.count, [])
        let early = try Self.board(fixture, 7, [])
        #expect(BoardComparison(whole, whole) == .same)
        #expect(BoardComparison(whole, early) == .longer(isFirst: true, commonCount: 7))
        #expect(BoardComparison(early, whole) == .longer(isFirst: false, commonCount: 7))
    }

    @Test("Two ends, each signed by others: the coordinator has shown both, by its own signatures or by theirs")
    func twoEnds() async throws {
        let fixture = try await BoardFixture.written.value
        let count = try fixture.position(of: RoundClosed.self)
        let closed = try Self.board(
            fixture, count, [(RoundClosed(), "coordinator"), (KeysErased(), "owner-left"), (KeysErased(), "research")])
        let aborted = try Self.board(
            fixture, count, [(Self.abort, "coordinator"), (KeysErased(), "owner-right")])
        guard case .forked(let fork) = BoardComparison(closed, aborted) else {
            Issue.record("not forked")
            return
        }
        #expect(fork.commonCount == count)
        #expect(fork.witnesses == [["owner-left", "research"], ["owner-right"]])
        #expect(fork.finding == .coordinatorUnless(["owner-left", "research"], ["owner-right"]))
        // A participant that signs both is at fault too.
        let again = try Self.board(fixture, count, [(Self.abort, "coordinator"), (KeysErased(), "owner-left")])
        guard case .forked(let both) = BoardComparison(closed, again) else {
            Issue.record("not forked")
            return
        }
        #expect(both.doubleSigners == ["owner-left"] && both.finding == .signedBoth(["owner-left"]))
    }

    @Test("A coordinator that has signed two heads of one length is at fault whoever else has signed")
    func coordinator() async throws {
        let fixture = try await BoardFixture.written.value
        let count = try fixture.position(of: KeyCommitted.self, skip: 1)
        let first = try Self.board(
            fixture, count, [(Refused(code: .policy), "owner-right"), (Self.abort, "coordinator")])
        let second = try Self.board(
            fixture, count, [(Refused(code: .register), "owner-right"), (Self.abort, "coordinator")])
        guard case .forked(let fork) = BoardComparison(first, second) else {
            Issue.record("not forked")
            return
        }
        #expect(fork.finding == .coordinator)
    }

    @Test("Whoever shows a board can make up what nobody else has signed, so that shows nothing")
    func madeUp() async throws {
        let fixture = try await BoardFixture.written.value
        let count = try fixture.position(of: KeyCommitted.self, skip: 1)
        let whole = try Self.board(fixture, fixture.board.count, [])
        let madeUp = try Self.board(fixture, count, [(Refused(code: .policy), "owner-right")])
        guard case .forked(let fork) = BoardComparison(whole, madeUp) else {
            Issue.record("not forked")
            return
        }
        #expect(fork.finding == .unsigned([1]) && !fork.witnesses[0].isEmpty)
    }
}
