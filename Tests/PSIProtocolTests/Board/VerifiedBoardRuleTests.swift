import Testing

@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Who may say what, and when, in a verified round. The list of `left` goes to `right` and then to the mixer; that of
/// `right` to the mixer and then to `left`. [P-61] [P-61] [P-73]
@Suite("Board rules of verified rounds")
struct VerifiedBoardRuleTests {
    private typealias Rules = BoardRuleTests
    private static let (left, right, mixer) = (BoardFixture.left, BoardFixture.right, BoardFixture.mixer)

    private static func proved(
        _ register: String, _ stage: Int, _ count: Int, digest: HexBytes = Rules.digest
    ) -> any EntryBody {
        Proved(proof: Rules.list(count, digest: digest), register: register, stage: stage)
    }

    private func expect(
        _ kind: ProtocolViolation.Kind?, _ body: any EntryBody, by author: ParticipantID, on record: RoundRecord,
        _ fixture: BoardFixture, _ name: String
    ) throws {
        let violation = try fixture.violation(body, by: author, on: record)
        #expect(violation?.kind == kind, "\(name): \(violation.map { "\($0)" } ?? "accepted")")
        if kind != nil { #expect(violation?.participant == author, "\(name)") }
    }

    @Test("Proofs and checks: the right author, once, in their place")
    func proofsAndChecks() async throws {
        let fixture = try await BoardFixture.verifiedRows.value
        // left's stage 1 is right's to prove and the mixer's to check.
        let position = try #require(
            try fixture.board.indices.first { index in
                let body = try fixture.entry(index).body as? Proved
                return body?.register == "left" && body?.stage == 1
            })
        let before = fixture.records[position - 1]
        let after = fixture.records[position]
        try expect(nil, Self.proved("left", 1, 3), by: Self.right, on: before, fixture, "as it should be")
        for author in [Self.left, Self.mixer, "research", "coordinator"] {
            try expect(.notAllowed, Self.proved("left", 1, 3), by: author, on: before, fixture, "proved by \(author)")
        }
        try expect(.notAllowed, Self.proved("left", 0, 3), by: Self.left, on: before, fixture, "stage 0")
        try expect(.notAllowed, Self.proved("left", 3, 3), by: Self.left, on: before, fixture, "beyond the ring")
        try expect(.notAllowed, Self.proved("x", 1, 3), by: Self.right, on: before, fixture, "unknown register")
        for (count, digest) in [(2, Rules.digest), (4, Rules.digest), (3, HexBytes(.filled(1, 31)))] {
            try expect(
                .proofMalformed, Self.proved("left", 1, count, digest: digest), by: Self.right, on: before, fixture,
                "\(count) records")
        }
        let early = try fixture.before(StageCommitted.self)
        try expect(.outOfPlace, Self.proved("left", 1, 3), by: Self.right, on: early, fixture, "before the stage")
        try expect(.repeated, Self.proved("left", 1, 3), by: Self.right, on: after, fixture, "again")

        let check = Checked(register: "left", stage: 1)
        try expect(.outOfPlace, check, by: Self.mixer, on: before, fixture, "checked before it is proved")
        for author in [Self.left, Self.right, "research", "coordinator"] {
            try expect(.notAllowed, check, by: author, on: after, fixture, "checked by \(author)")
        }
        try expect(nil, check, by: Self.mixer, on: after, fixture, "checked")
        let checked = try fixture.after(Checked.self)
        let first = try #require(try fixture.entry(try fixture.position(of: Checked.self)).body as? Checked)
        let checker = try fixture.entry(try fixture.position(of: Checked.self)).author
        try expect(.repeated, first, by: checker, on: checked, fixture, "checked again")
        // Whoever checks has seen the proof.
        let blind = try SignedEntry(
            body: check, author: Self.mixer, round: after.round, seen: before.head,
            key: try #require(fixture.study.signing[Self.mixer]))
        var record = after
        #expect(throws: ProtocolViolation(.outOfPlace, by: Self.mixer)) { try record.append(blind.bytes) }
    }

    @Test("Nothing goes on from a stage that has not been checked")
    func gates() async throws {
        for task in [BoardFixture.verifiedRows, .init { try await BoardFixture.verifiedCounts.value }] {
            let fixture = try await task.value
            for (index, record) in fixture.records.enumerated().dropFirst() {
                let body = try fixture.entry(index).body
                let before = fixture.records[index - 1]
                switch body {
                case let committed as StageCommitted where committed.stage > 1:
                    let register = try #require(record.register(committed.register))
                    #expect(before.isChecked(register, stage: committed.stage - 1))
                case is Selected, is Counted: #expect(before.allStagesSettled)
                case is Released: #expect(before.allApproved && before.hasResult)
                case is RoundClosed: #expect(before.allApproved)
                default: break
                }
            }
        }
        let fixture = try await BoardFixture.verifiedRows.value
        // The moment before the last check of a stage from which another follows.
        for index in fixture.board.indices {
            guard let checked = try fixture.entry(index).body as? Checked, checked.stage == 1 else { continue }
            let record = fixture.records[index - 1]
            let register = try #require(record.register(checked.register))
            let hop = try #require(record.node(forStage: 2, of: register))
            let next = StageCommitted(
                register: register.id, stage: 2, list: Rules.list(record.batches[register.id]?.count ?? 0),
                exit: Rules.list(record.batches[register.id]?.count ?? 0))
            try expect(.outOfPlace, next, by: hop, on: record, fixture, "an unchecked stage")
            try expect(nil, next, by: hop, on: fixture.records[index], fixture, "once it is checked")
        }
        let unsettled = fixture.records[try fixture.position(of: Selected.self) - 2]
        #expect(!unsettled.allStagesSettled)
        try expect(.outOfPlace, Rules.selected, by: "coordinator", on: unsettled, fixture, "an early selection")
        let unapproved = try fixture.before(Approved.self)
        try expect(.outOfPlace, Rules.released, by: Self.left, on: unapproved, fixture, "shares without approval")
        let counts = try await BoardFixture.verifiedCounts.value
        try expect(
            .outOfPlace, Rules.closed, by: "coordinator", on: try counts.before(Approved.self), counts,
            "an end without approval")
    }

    @Test("The elements of the last stage, and only those, have a stream of their own")
    func exits() async throws {
        let fixture = try await BoardFixture.verifiedRows.value
        for index in fixture.board.indices {
            guard let committed = try fixture.entry(index).body as? StageCommitted else { continue }
            let (record, author) = (fixture.records[index - 1], try fixture.entry(index).author)
            #expect((committed.exit != nil) == (committed.stage == 2))
            var other = committed
            other.exit = committed.exit == nil ? Rules.list() : nil
            try expect(.malformedEntry, other, by: author, on: record, fixture, "exit of stage \(committed.stage)")
            guard committed.exit != nil else { continue }
            other.exit = Rules.list(committed.list.count + 1)
            try expect(.wrongCount, other, by: author, on: record, fixture, "another count")
        }
        let plain = try await BoardFixture.rows.value
        let last = try plain.before(Selected.self)
        #expect(last.exits.isEmpty && last.proofs.isEmpty)
    }

    @Test("Approvals: mixers, once, when there is a result, with what belongs to it")
    func approvals() async throws {
        let fixture = try await BoardFixture.verifiedRows.value
        let record = try fixture.before(Approved.self)
        let approved = Approved()
        for author in [Self.left, Self.right, "research", "coordinator"] {
            try expect(.notAllowed, approved, by: author, on: record, fixture, "approved by \(author)")
        }
        try expect(
            .outOfPlace, approved, by: Self.mixer, on: try fixture.before(Selected.self), fixture, "nothing to approve")
        try expect(
            .malformedEntry, Approved(linkage: Rules.digest), by: Self.mixer, on: record, fixture,
            "a superfluous digest")
        try expect(.repeated, approved, by: Self.mixer, on: try fixture.after(Approved.self), fixture, "again")
        // What the capsules were re-randomised with goes to the mixers, in verified rounds only.
        let honest = try #require(try fixture.entry(try fixture.position(of: Selected.self)).body as? Selected)
        let unselected = try fixture.before(Selected.self)
        for change in [
            { $0.seeds = nil }, { $0.seedDigest = nil }, { $0.seeds = [:] },
            { $0.seeds?[Self.left] = Rules.digest }, { $0.seeds?[Self.mixer] = Rules.digest },
        ] as [(inout Selected) -> Void] {
            var other = honest
            change(&other)
            try expect(.selectionWrong, other, by: "coordinator", on: unselected, fixture, "other seeds")
        }
        let plain = try await BoardFixture.rows.value
        var superfluous = try #require(try plain.entry(try plain.position(of: Selected.self)).body as? Selected)
        superfluous.seedDigest = Rules.digest
        try expect(
            .selectionWrong, superfluous, by: "coordinator", on: try plain.before(Selected.self), plain, "no seeds here"
        )
    }

    @Test("Complaints: about what was done, of somebody else, once; then nothing goes on")
    func complaints() async throws {
        let fixture = try await BoardFixture.verifiedRows.value
        let record = try fixture.before(Checked.self)
        func complaint(
            _ against: ParticipantID, _ code: ComplaintCode, _ register: String? = "left", _ stage: Int? = 1
        ) -> Complained { Complained(against: against, code: code, register: register, stage: stage) }
        let true1 = complaint(Self.right, .proofWrong)
        try expect(nil, true1, by: Self.mixer, on: record, fixture, "of the hop")
        try expect(
            nil, complaint(Self.left, .notIncreasing, "left", 0), by: Self.right, on: record, fixture, "of the owner")
        for (name, body) in [
            ("of oneself", complaint(Self.mixer, .proofWrong)),
            ("of another than the hop", complaint(Self.left, .proofWrong)),
            ("of a stage to come", complaint(Self.mixer, .proofWrong, "left", 2)),
            ("of no stage", complaint(Self.right, .proofWrong, "left", nil)),
            ("of an unknown register", complaint(Self.right, .proofWrong, "x", 1)),
            ("of a selection that is not there", complaint("coordinator", .selectionWrong, nil, nil)),
            ("of shares that are not there", complaint(Self.left, .sharesWrong, nil, nil)),
            ("of a selection at a stage", complaint("coordinator", .selectionWrong)),
        ] {
            try expect(.malformedEntry, body, by: Self.mixer, on: record, fixture, name)
        }
        try expect(.notAllowed, true1, by: "coordinator", on: record, fixture, "by the coordinator")
        let plain = try await BoardFixture.rows.value
        try expect(
            .notAllowed, true1, by: Self.mixer, on: try plain.before(Selected.self), plain, "in an unverified round")

        var accused = record
        try accused.append(try fixture.sign(true1, by: Self.mixer, on: record))
        try expect(.repeated, true1, by: Self.mixer, on: accused, fixture, "again")
        try expect(
            nil, complaint(Self.right, .wrongDigest), by: Self.left, on: accused, fixture, "by another")
        try expect(
            .outOfPlace, Checked(register: "left", stage: 1), by: Self.mixer, on: accused, fixture, "a check after it")
        #expect(accused.authorityDuties(of: Self.left).isEmpty && accused.researchDuties(of: "research").isEmpty)
        let abort = RoundAborted(code: .protocolViolation, participants: [Self.right, Self.mixer])
        #expect(accused.coordinatorDuties() == [.abort(abort)])
        try expect(nil, abort, by: "coordinator", on: accused, fixture, "the end")
        // A result is the coordinator's to be accused of.
        let selected = try fixture.after(Selected.self)
        try expect(
            nil, complaint("coordinator", .selectionWrong, nil, nil), by: Self.mixer, on: selected, fixture, "a result")
    }

    @Test("[P-60] Keys with as many shares as an agreement may ask for fit an entry, and not many more would")
    func sharesFit() async throws {
        let fixture = try await BoardFixture.verifiedCounts.value
        let record = fixture.records[0]
        func reveal(_ salt: Int, _ noise: Int) -> KeyRevealed {
            func shares(_ count: Int) -> [String: HexBytes] {
                let names = (0..<count).map { "a-name-of-thirty-two-characters\(UnicodeScalar(UInt8(97 + $0)))" }
                return Dictionary(
                    uniqueKeysWithValues: names.map { ($0, HexBytes(.filled(1, SealedSecret.byteCount))) })
            }
            var reveal = fixture.records.last?.reveals[Self.left] ?? KeyRevealed(saltShares: [:])
            reveal.saltShares = shares(salt)
            reveal.noiseShares = shares(noise)
            reveal.noiseDigest = Rules.digest
            return reveal
        }
        // N nodes, of them m mixers: N − 1 shares of the salt, m + 1 of the noise at most; N + m is 26.
        for nodes in 13...16 { _ = try fixture.sign(reveal(nodes - 1, 27 - nodes), by: Self.left, on: record) }
        #expect(throws: ProtocolViolation(.unencodableEntry, by: Self.left)) {
            try fixture.sign(reveal(15, 13), by: Self.left, on: record)
        }
    }
}
