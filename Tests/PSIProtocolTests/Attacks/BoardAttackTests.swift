import Crypto
import Testing

@testable import PSIProtocol
@testable import RoundSimulation

/// A coordinator that shows a board that it must not have made, so that others are blamed, and entries that say more
/// than they may. [P-12] [P-13] [P-14] [P-18]
@Suite("Attacks by the board")
struct BoardAttackTests {
    /// What a reader of the board says of an entry that comes upon `record`.
    static func accused(_ bytes: [UInt8], on record: RoundRecord) -> ProtocolViolation? {
        var record = record
        let head = record.head
        do throws(ProtocolViolation) { try record.fold(bytes) } catch {
            #expect(record.head == head)
            return error
        }
        return nil
    }

    @Test("an honest entry that the coordinator shows again, wherever, is a forked board, and the coordinator's")
    func replayedEntries() async throws {
        for fixture in [try await BoardFixture.rows.value, try await BoardFixture.counts.value] {
            for (index, entry) in fixture.board.enumerated() {
                for record in fixture.records[index...] {
                    #expect(Self.accused(entry, on: record) == ProtocolViolation(.boardForked, by: "coordinator"))
                }
            }
        }
    }

    @Test("an entry that the coordinator shows before those that its author had seen is a forked board")
    func reorderedEntries() async throws {
        let fixture = try await BoardFixture.rows.value
        for (index, entry) in fixture.board.enumerated().dropFirst(2) {
            for record in fixture.records[..<(index - 1)] {
                #expect(Self.accused(entry, on: record) == ProtocolViolation(.boardForked, by: "coordinator"))
            }
        }
    }

    @Test("an entry that must have been refused is the coordinator's fault on the board, and its author's before")
    func misplacedEntries() async throws {
        let fixture = try await BoardFixture.rows.value
        for test in BoardRuleTests.atTheStart + BoardRuleTests.later + BoardRuleTests.batches {
            let record = try test.on(fixture)
            let entry = try fixture.sign(test.body, by: test.by, on: record)
            let isPlace = [.unknownAuthor, .notAllowed, .outOfPlace, .repeated, .roundOver].contains(test.kind)
            let expected = ProtocolViolation(test.kind, by: isPlace ? "coordinator" : test.by)
            #expect(Self.accused(entry, on: record) == expected, "\(test.name)")
            var offered = record
            #expect(throws: ProtocolViolation(test.kind, by: test.kind == .unknownAuthor ? nil : test.by)) {
                try offered.append(entry)
            }
        }
    }

    @Test("an entry that its author never signed, or signed for another round, blames the coordinator alone")
    func forgedEntries() async throws {
        let fixture = try await BoardFixture.rows.value
        let other = try await BoardFixture.counts.value
        for (index, entry) in fixture.board.enumerated().dropFirst() {
            let record = fixture.records[index - 1]
            var forged = entry
            forged[5] ^= 1
            #expect(Self.accused(forged, on: record) == ProtocolViolation(.badSignature, by: "coordinator"))
            forged = Array(entry.dropLast())
            #expect(Self.accused(forged, on: record) == ProtocolViolation(.malformedEntry, by: "coordinator"))
        }
        #expect(
            Self.accused(other.board[1], on: fixture.records[0]) == ProtocolViolation(.badSignature, by: "coordinator"))
        let opening = try fixture.study.opening(number: 2)
        let second = try RoundRecord(
            opening: opening.bytes, agreement: fixture.study.agreement, file: fixture.study.file)
        #expect(Self.accused(fixture.board[1], on: second) == ProtocolViolation(.wrongRound, by: "coordinator"))
    }

    @Test("counts are about the agreement's registers and cohorts, each once and in order")
    func countsOfStrangers() async throws {
        let fixture = try await BoardFixture.counts.value
        let record = try fixture.before(Counted.self)
        func judged(_ change: (inout Counted) -> Void) throws -> ProtocolViolation? {
            guard var content = try fixture.entry(try fixture.position(of: Counted.self)).body as? Counted else {
                throw SimulationError.noStream
            }
            change(&content)
            let entry = try fixture.sign(content, by: "coordinator", on: record)
            return Self.accused(entry, on: record)
        }
        #expect(try judged { _ in } == nil)
        #expect(try judged { $0.overlap[0].people = nil } == nil)
        let wrong = ProtocolViolation(.selectionWrong, by: "coordinator")
        let changes: [(inout Counted) -> Void] = [
            { $0.cohorts = [] }, { $0.cohorts.append($0.cohorts[0]) }, { $0.cohorts[0].cohort = "stranger" },
            { $0.cohorts[0].people = -1 }, { $0.overlap[0].people = -1 }, { $0.overlap[0].registers = [] },
            { $0.overlap[0].registers = ["stranger"] }, { $0.overlap[0].registers = ["left", "left"] },
            { $0.overlap.append($0.overlap[0]) }, { $0.overlap.reverse() },
            { $0.overlap[$0.overlap.count - 1].registers = ["right", "left"] },
            { $0.overlap[0].registers = [String(repeating: "x", count: 3_000)] },
        ]
        for (index, change) in changes.enumerated() { #expect(try judged(change) == wrong, "\(index)") }
    }

    @Test("an abortion names nobody but participants, each once, and as refusing only who refused")
    func abortionsNameParticipants() async throws {
        let fixture = try await BoardFixture.rows.value
        var record = try fixture.before(BatchDeclared.self)
        let (left, right) = (BoardFixture.left, BoardFixture.right)
        try record.append(try fixture.sign(BoardRuleTests.refused, by: left, on: record))
        func judged(_ code: AbortCode, _ participants: [String]) throws -> ProtocolViolation? {
            let body = RoundAborted(code: code, participants: participants)
            return Self.accused(try fixture.sign(body, by: "coordinator", on: record), on: record)
        }
        let everybody = fixture.study.agreement.participants.map(\.id)
        for (code, participants) in [
            (AbortCode.deadline, everybody), (.deadline, []), (.deadline, [right]), (.refused, [left]),
            (.protocolViolation, [right, left]), (.operatorAborted, []),
        ] {
            #expect(try judged(code, participants) == nil)
        }
        let wrong = ProtocolViolation(.malformedEntry, by: "coordinator")
        for (code, participants) in [
            (AbortCode.deadline, ["stranger"]), (.deadline, [""]), (.deadline, [String(repeating: "x", count: 3_000)]),
            (.deadline, [left, left]), (.deadline, everybody + [left]), (.deadline, everybody + ["another"]),
            (.refused, [right]), (.refused, [left, right]), (.protocolViolation, ["x"]),
        ] {
            #expect(try judged(code, participants) == wrong, "\(code) \(participants.count)")
        }
    }
}
