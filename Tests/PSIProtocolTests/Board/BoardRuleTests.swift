import Testing

@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Who may say what, and when, and what an erasing signs. [P-14] [P-19]
@Suite("Board rules")
struct BoardRuleTests {
    @Test("entries that are too early, too late, repeated, or not their author's to make are refused")
    func forbidden() async throws {
        let fixture = try await BoardFixture.rows.value
        for test in Self.atTheStart + Self.later + Self.batches {
            let record = try test.on(fixture)
            let violation = try fixture.violation(test.body, by: test.by, on: record)
            #expect(violation?.kind == test.kind, "\(test.name): \(violation.map { "\($0)" } ?? "accepted")")
            #expect(violation?.participant == (test.kind == .unknownAuthor ? nil : test.by), "\(test.name)")
            // The record is as before: what honestly came next still fits.
            var rest = record
            if record.head.count < fixture.board.count { try rest.append(fixture.board[record.head.count]) }
        }
    }

    @Test("nothing is said after the end but that keys are erased")
    func over() async throws {
        let fixture = try await BoardFixture.rows.value
        let bodies: [any EntryBody] = [
            Self.committed, Self.revealed, Self.manifest, Self.batch(), Self.stage(0), Self.selected, Self.released,
            Self.received, Self.counted, Self.closed, Self.refused, Self.aborted,
            Proved(proof: Self.list(), register: "left", stage: 1), Checked(register: "left", stage: 1), Approved(),
            Complained(against: Self.right, code: .proofWrong, register: "left", stage: 1),
        ]
        var stopped = try fixture.before(BatchDeclared.self)
        try stopped.append(try fixture.sign(Self.aborted, by: "coordinator", on: stopped))
        #expect(stopped.phase == .aborted)
        for record in [try fixture.after(RoundClosed.self), stopped] {
            for body in bodies {
                for author in fixture.study.agreement.participants.map(\.id) {
                    let violation = try fixture.violation(body, by: author, on: record)
                    #expect(violation == ProtocolViolation(.roundOver, by: author))
                }
            }
            #expect(try fixture.violation(Self.erased, by: Self.left, on: record) == nil)
        }
        #expect(
            Set(bodies.map(\.kind)).union([KeysErased.kind, RoundOpened.kind]) == Set(EntryKinds.all.map { $0.kind }))
    }

    @Test("who says that its keys are erased has signed how the round ended")
    func erasedBeforeSeeingTheEnd() async throws {
        let fixture = try await BoardFixture.rows.value
        for isClosed in [true, false] {
            var over = try isClosed ? fixture.after(RoundClosed.self) : fixture.after(Received.self)
            // In the place of the closing, an abortion.
            if !isClosed { try over.append(try fixture.sign(Self.aborted, by: "coordinator", on: over)) }
            let end = over.head.count
            for author in [Self.left, Self.mixer, "research"] {
                for seen in 1..<end {
                    let early = try SignedEntry(
                        body: Self.erased, author: author, round: over.round, seen: over.heads[seen],
                        key: try #require(fixture.study.signing[author]))
                    var record = over
                    #expect(throws: ProtocolViolation(.outOfPlace, by: author)) { try record.append(early.bytes) }
                    #expect(record.yetToErase.contains(author))
                }
                try over.append(try fixture.sign(Self.erased, by: author, on: over))
                #expect(!over.yetToErase.contains(author))
            }
            #expect(over.yetToErase == [Self.right])
        }
    }

    @Test("one refusal each, and the coordinator may always abort")
    func refusals() async throws {
        let fixture = try await BoardFixture.rows.value
        for index in 0..<(try fixture.position(of: RoundClosed.self)) {
            var record = fixture.records[index]
            for author in [Self.left, Self.mixer, "research"] {
                try record.append(try fixture.sign(Self.refused, by: author, on: record))
                #expect(
                    try fixture.violation(Self.refused, by: author, on: record)
                        == ProtocolViolation(.repeated, by: author))
            }
            #expect(record.refusals.count == 3)
            #expect(try fixture.violation(Self.aborted, by: "coordinator", on: record) == nil)
        }
    }

    @Test("rounds that only count")
    func countOnly() async throws {
        let fixture = try await BoardFixture.counts.value
        let cases: [(String, RoundRecord, ParticipantID, any EntryBody, ProtocolViolation.Kind)] = [
            (
                "keys of the research environment", try fixture.before(KeyCommitted.self), "research", Self.committed,
                .notAllowed
            ),
            ("its manifest", try fixture.before(ManifestSigned.self), "research", Self.manifest, .notAllowed),
            ("its receipt", try fixture.before(Counted.self), "research", Self.received, .notAllowed),
            ("its erasing", try fixture.after(RoundClosed.self), "research", Self.erased, .notAllowed),
            ("a selection", try fixture.before(Counted.self), "coordinator", Self.selected, .notAllowed),
            ("shares", try fixture.before(Counted.self), Self.left, Self.released, .outOfPlace),
            ("a node's counts", try fixture.before(Counted.self), Self.left, Self.counted, .notAllowed),
            ("early counts", try fixture.before(StageCommitted.self), "coordinator", Self.counted, .outOfPlace),
            ("counts again", try fixture.after(Counted.self), "coordinator", Self.counted, .repeated),
            ("closing before counting", try fixture.before(Counted.self), "coordinator", Self.closed, .outOfPlace),
            (
                "a vault", try fixture.before(BatchDeclared.self), Self.left,
                Self.batch(encapsulation: nil, survey: nil), .badBatch
            ),
            (
                "an encapsulation", try fixture.before(BatchDeclared.self), Self.left,
                Self.batch(vault: nil, survey: nil),
                .badBatch
            ),
            (
                "a survey", try fixture.before(BatchDeclared.self), Self.left,
                Self.batch(encapsulation: nil, vault: nil),
                .badBatch
            ),
        ]
        for (name, record, author, body, kind) in cases {
            #expect(
                try fixture.violation(body, by: author, on: record) == ProtocolViolation(kind, by: author), "\(name)")
        }
    }
}
