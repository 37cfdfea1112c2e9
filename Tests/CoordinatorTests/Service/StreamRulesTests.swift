import Exchange
import Testing

@testable import Agreement
@testable import Coordinator
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Who may write and read which stream while what stands on the board: the table of P-50, tried for everybody, every
/// stream and every moment of a round.
@Suite("Rules of streams")
struct StreamRulesTests {
    /// The way of each list, as the ring has it.
    private static let ways = [
        "left": [BoardFixture.left, BoardFixture.right, BoardFixture.mixer],
        "right": [BoardFixture.right, BoardFixture.mixer, BoardFixture.left],
    ]
    private static let nodes = [BoardFixture.left, BoardFixture.right, BoardFixture.mixer]
    private static let callers = nodes + ["coordinator", "research", "a stranger"]

    private static let batches = ["left", "right"] + nodes + ["coordinator", "research", "nobody"]
    private static let stages: [StreamStage] = [
        .ring(0), .ring(1), .ring(2), .ring(3), .ring(15), .vault, .selection, .release,
    ]

    enum Deed: CaseIterable { case write, read, readCells }

    /// One line of the table: what somebody may do while the board has `from` entries or more, but not `until`.
    struct Right {
        var deed: Deed
        var batch: String
        var stage: StreamStage
        var who: ParticipantID
        var from: Int
        var until: Int
        /// Nil for any.
        var attempt: Int?
    }

    /// How many entries a board has once this one is there.
    private struct Moments {
        let entries: [any EntryBody]
        let authors: [ParticipantID]

        init(_ fixture: BoardFixture) throws {
            let signed = try fixture.board.indices.map { try fixture.entry($0) }
            entries = signed.map(\.body)
            authors = signed.map(\.author)
        }

        func first<Body: EntryBody>(_: Body.Type, where fits: (Body, ParticipantID) -> Bool) throws -> Int {
            let index = entries.indices.first { index in
                (entries[index] as? Body).map { fits($0, authors[index]) } == true
            }
            return try #require(index) + 1
        }

        func first<Body: EntryBody>(_ type: Body.Type) throws -> Int { try first(type) { _, _ in true } }

        func last<Body: EntryBody>(_: Body.Type) throws -> Int {
            try #require(entries.lastIndex { $0 is Body }) + 1
        }
    }

    /// P-50's table for the fixture's round.
    private static func rights(_ fixture: BoardFixture, _ access: VaultAccess) throws -> [Right] {
        let moments = try Moments(fixture)
        let end = try moments.first(RoundClosed.self)
        let declared = try moments.last(BatchDeclared.self)
        var rights: [Right] = []
        for (register, way) in ways {
            var before = declared
            for (stage, node) in way.enumerated() {
                let done = try moments.first(StageCommitted.self) { entry, _ in
                    entry.register == register && entry.stage == stage
                }
                let list = Right(
                    deed: .write, batch: register, stage: .ring(stage), who: node, from: before, until: done)
                rights.append(list)
                // The coordinator reads the last list from its own store.
                if stage + 1 < way.count {
                    rights.append(
                        Right(
                            deed: .read, batch: register, stage: .ring(stage), who: way[stage + 1], from: done,
                            until: end, attempt: 0))
                }
                before = done
            }
        }
        guard fixture.study.agreement.release == .rows else { return rights }
        let released = try moments.last(Released.self)
        let selected = try moments.first(Selected.self)
        for (register, way) in ways {
            let own = try moments.first(BatchDeclared.self) { entry, _ in entry.register == register }
            rights.append(
                Right(
                    deed: .write, batch: register, stage: .vault, who: way[0],
                    from: try moments.last(ManifestSigned.self), until: own))
            rights.append(
                Right(
                    deed: access == .whole ? .read : .readCells, batch: register, stage: .vault, who: "research",
                    from: released, until: end, attempt: 0))
        }
        for node in nodes {
            let done = try moments.first(Released.self) { _, author in author == node }
            rights += [
                Right(deed: .read, batch: node, stage: .selection, who: node, from: selected, until: end, attempt: 0),
                Right(deed: .write, batch: node, stage: .release, who: node, from: selected, until: done),
                Right(deed: .read, batch: node, stage: .release, who: "research", from: done, until: end, attempt: 0),
            ]
        }
        rights.append(
            Right(
                deed: .read, batch: "research", stage: .selection, who: "research", from: selected, until: end,
                attempt: 0))
        return rights
    }

    private static func caller(_ id: ParticipantID, _ agreement: Agreement) throws -> Caller {
        let pin = agreement.participants.first { $0.id == id }?.tlsPin ?? .filled(7, 32)
        return Caller(pin: try #require(TLSPin(bytes: pin)))
    }

    /// The code of the refusal; nil where it is allowed.
    private static func answer(_ deed: Deed, _ stream: StreamID, _ caller: Caller, _ record: RoundRecord)
        -> ExchangeErrorCode?
    {
        let rules = StreamRules(record: record)
        do throws(ExchangeRefusal) {
            switch deed {
            case .write: try rules.mayWrite(stream, by: caller)
            case .read: try rules.mayRead(stream, by: caller)
            case .readCells:
                let layout = try rules.mayReadCells(of: stream, by: caller)
                #expect(layout.cellByteCount == record.agreement.cellByteCount && layout.partition.count == 1)
            }
            return nil
        } catch { return error.code }
    }

    struct Round: CustomTestStringConvertible, Sendable {
        var release: ReleaseMode
        var access: VaultAccess
        var testDescription: String { "\(release.rawValue), \(access.rawValue)" }
    }

    @Test(
        "Everybody may do at every moment what the protocol's table says, and nothing else",
        arguments: [
            Round(release: .rows, access: .whole), Round(release: .rows, access: .selected),
            Round(release: .none, access: .whole),
        ])
    func table(_ round: Round) async throws {
        let fixture = try await (round.release == .rows ? BoardFixture.rows : BoardFixture.counts).value
        var agreement = fixture.study.agreement
        agreement.vaultAccess = round.access
        let rights = try Self.rights(fixture, round.access)
        let end = try Moments(fixture).first(RoundClosed.self)
        var record = try RoundRecord(opening: fixture.board[0], agreement: agreement, file: fixture.study.file)
        var used: Set<Int> = []
        var wrong: [String] = []
        for count in 1...fixture.board.count {
            if count > 1 { try record.append(fixture.board[count - 1]) }
            for id in Self.callers {
                let caller = try Self.caller(id, agreement)
                for (batch, stage, attempt) in Self.batches.flatMap({ batch in
                    Self.stages.flatMap { stage in [0, 1].map { (batch, stage, $0) } }
                }) {
                    let stream = StreamID(batch: batch, stage: stage, attempt: attempt)
                    for deed in Deed.allCases {
                        let right = rights.firstIndex { right in
                            right.deed == deed && right.batch == batch && right.stage == stage && right.who == id
                                && right.from <= count && count < right.until && (right.attempt ?? attempt) == attempt
                        }
                        if let right { used.insert(right) }
                        var expected: ExchangeErrorCode? = right == nil ? .callerNotAllowed : nil
                        if count >= end, id != "a stranger" { expected = .roundClosed }
                        let found = Self.answer(deed, stream, caller, record)
                        if found != expected {
                            wrong.append("after \(count): \(id), \(deed) \(stream): \(found?.rawValue ?? "allowed")")
                        }
                    }
                }
            }
        }
        #expect(wrong.prefix(20) == [])
        #expect(used.count == rights.count, "a line of the table was never tried")
        #expect(rights.count > 8)
    }

    @Test("A list that was begun anew is read from the attempt that its entry names")
    func attempts() async throws {
        let fixture = try await BoardFixture.rows.value
        var record = try fixture.before(StageCommitted.self)
        let declared = try #require(record.batches["left"])
        let list = AnnouncedStream(attempt: 7, count: declared.count, digest: declared.digest)
        let entry = StageCommitted(register: "left", stage: 0, list: list)
        try record.append(try fixture.sign(entry, by: BoardFixture.left, on: record))
        let reader = try Self.caller(BoardFixture.right, record.agreement)
        for attempt in [0, 6, 7, 8] {
            let stream = StreamID(batch: "left", stage: .ring(0), attempt: attempt)
            #expect(
                Self.answer(.read, stream, reader, record) == (attempt == 7 ? nil : .callerNotAllowed), "\(attempt)")
        }
    }

    @Test("A stranger is told nothing; a participant who it is and what it may not do")
    func details() async throws {
        let record = try await BoardFixture.rows.value.before(RoundClosed.self)
        let rules = StreamRules(record: record)
        let stream = StreamID(batch: "left", stage: .vault, attempt: 0)
        let stranger = try Self.caller("a stranger", record.agreement)
        #expect(throws: ExchangeRefusal(.callerNotAllowed)) { try rules.mayRead(stream, by: stranger) }
        #expect(throws: ExchangeRefusal(.callerNotAllowed)) { try rules.mayWrite(stream, by: stranger) }
        #expect(throws: ExchangeRefusal(.callerNotAllowed)) { try rules.mayReadCells(of: stream, by: stranger) }
        let mixer = try Self.caller(BoardFixture.mixer, record.agreement)
        let refusal = ExchangeRefusal(
            .callerNotAllowed, "mixer0 may not read left/vault/0/0 at this point of the round.")
        #expect(throws: refusal) { try rules.mayRead(stream, by: mixer) }
    }
}
