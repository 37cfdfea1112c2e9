import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Somebody lies in a verified round. Whoever has to notice does, names the liar on the board, and nothing is released.
/// The list of `left` goes to `right` and then to the mixer. [P-64] [P-70] [P-71] [P-73]
@Suite("Lies in verified rounds")
struct VerifiedAttackTests {
    private static let nodes = ["owner-left", "owner-right", "mixer0"]
    private static let mixer = "mixer0"

    /// Runs a round in which one participant lies once.
    private func run(_ round: SimulatedRound<Ristretto255>, _ lie: VerifiedLie) async throws {
        round.alter = { who, what, body, streams in
            if who == lie.who, what.hasSuffix(lie.duty) { try await lie.tell(&body, streams) }
        }
        try await round.run()
    }

    @Test("Whoever has to notice names the liar, and nothing is released", arguments: VerifiedLie.all)
    func lies(lie: VerifiedLie) async throws {
        let round = try VerifiedRoundTests.round()
        try await run(round, lie)
        let record = try round.record()
        let complaint = try #require(record.complaints[lie.accuser], "\(record.complaints)")
        #expect(complaint.against == lie.who && complaint.code == lie.code)
        #expect(record.complaints.count == 1)
        let named = record.agreement.participants.map(\.id).filter { [lie.who, lie.accuser].contains($0) }
        #expect(record.ending == .aborted(RoundAborted(code: .protocolViolation, participants: named)))
        #expect(record.released.isEmpty && !record.isReceived && record.counted == nil)
        #expect(record.allErased)
    }

    @Test("A false count is not approved")
    func falseCount() async throws {
        let round = try VerifiedRoundTests.round(release: .none)
        try await run(
            round,
            VerifiedLie(
                name: "", who: "coordinator", duty: "match", accuser: Self.mixer, code: .selectionWrong,
                tell: { body, _ in
                    var counted = try #require(body as? Counted)
                    counted.cohorts[0].people? += 1
                    body = counted
                }))
        let record = try round.record()
        #expect(record.complaints[Self.mixer]?.against == "coordinator")
        #expect(record.ending != .closed && record.approvals.isEmpty)
    }

    @Test("[P-72] Noise that the coordinator chose is not approved; the nodes' own is")
    func chosenNoise() async throws {
        let noise = CountMechanism.noise(Self.noise)
        let honest = try VerifiedRoundTests.round(release: .none, counts: noise)
        try await honest.run()
        #expect(try honest.record().ending == .closed)
        let round = try VerifiedRoundTests.round(release: .none, counts: noise)
        try await run(
            round,
            VerifiedLie(
                name: "", who: "coordinator", duty: "match", accuser: Self.mixer, code: .selectionWrong,
                tell: { body, _ in
                    var counted = try #require(body as? Counted)
                    counted.cohorts[0].people = (counted.cohorts[0].people ?? 0) + 1
                    body = counted
                }))
        #expect(try round.record().complaints[Self.mixer]?.against == "coordinator")
    }

    private static let noise = CountNoise(
        kind: .discreteLaplace, epsilon: Billionths(decimal: "1")!, deltaPower: nil,
        totalEpsilon: Billionths(decimal: "3")!)

    @Test("A list that its keeper cut or altered after it was committed: no participant accuses itself or an innocent")
    func alteredByTheKeeper() async throws {
        let changes: [(String, @Sendable ([UInt8]) -> [UInt8])] = [
            ("cut", { Array($0.dropLast(96)) }), ("cut within an item", { Array($0.dropLast(1)) }),
            ("altered", { [$0[0] ^ 1] + $0.dropFirst() }),
        ]
        // The mixer checks stage 1 of left's list, which right made of left's; right checks stage 2, made of its own.
        for (name, duty) in [
            ("left/0/0/0", "mix(\"left\", stage: 1)"), ("left/0/0/0", "check(\"left\", stage: 1)"),
            ("left/1/0/0", "check(\"left\", stage: 1)"), ("left/1/0/0", "mix(\"left\", stage: 2)"),
            ("left/1/0/0", "check(\"left\", stage: 2)"), ("left/exit/0/0", "check(\"left\", stage: 2)"),
        ] {
            for (what, change) in changes {
                let round = try VerifiedRoundTests.round(people: 6)
                try await round.run { record in
                    record.ring.contains { node in
                        record.authorityDuties(of: node).contains { "\($0)" == duty }
                    }
                }
                let record = try round.record()
                let (node, due) = try #require(
                    record.ring.compactMap { node in
                        record.authorityDuties(of: node).first { "\($0)" == duty }.map { (node, $0) }
                    }.first)
                try await round.streams.damage(name, change)
                do {
                    let body = try await round.perform(.authority(node, due))
                    let complaint = try #require(body as? Complained, "\(name), \(duty), \(what): \(body)")
                    #expect(complaint.against != node && complaint.code == .streamUnreadable)
                    try round.post(complaint, by: node)
                } catch let violation as ProtocolViolation {
                    // A stream of another length the coordinator must have refused; of the own one nobody is named.
                    #expect(violation.participant == nil || violation.participant == "coordinator", "\(violation)")
                }
            }
        }
    }

    @Test("A wrong share names its node, before anything is opened", arguments: [0, 1, 2])
    func wrongShare(index: Int) async throws {
        let round = try VerifiedRoundTests.round()
        let liar = Self.nodes[index]
        round.alter = { who, what, body, streams in
            guard who == liar, what == "release", var released = body as? Released else { return }
            let name = "\(liar)/release/0/0"
            try await streams.damage(name) { bytes in
                bytes.prefix(96 + 32) + ShuffleWorld.element() + bytes.dropFirst(96 + 64)
            }
            released.shares.digest = HexBytes(Digest.of(try #require(await streams.load(name))))
            body = released
        }
        await #expect(throws: ProtocolViolation(.sharesWrong, by: liar)) { try await round.run() }
        #expect(try !round.record().isReceived)
    }
}

/// What one participant does wrong after it has done a duty as it should, and before it says so.
struct VerifiedLie: Sendable, CustomTestStringConvertible {
    let name: String
    let who: ParticipantID
    let duty: String
    /// Who complains, of what.
    let accuser: ParticipantID
    let code: ComplaintCode
    let tell: @Sendable (inout any EntryBody, MemoryStreams) async throws -> Void

    var testDescription: String { name }
}

extension VerifiedLie {
    fileprivate static let (left, right, mixer) = ("owner-left", "owner-right", "mixer0")

    /// Changes items of a list, sorts them, and announces the list that comes of it.
    private static func list(
        _ name: String, width: Int, _ change: @escaping @Sendable (inout [[UInt8]]) throws -> Void
    ) -> @Sendable (inout any EntryBody, MemoryStreams) async throws -> Void {
        { body, streams in
            let bytes = try #require(await streams.load(name))
            var items = ListTests.cut(Array(bytes.dropFirst(32)), width)
            try change(&items)
            items.sort { $0.lexicographicallyPrecedes($1) }
            let list = bytes.prefix(32) + items.flatMap { $0 }
            await streams.store(Array(list), name)
            var committed = try #require(body as? StageCommitted)
            if name.contains("exit") {
                committed.exit?.digest = HexBytes(Digest.of(Array(list)))
            } else {
                committed.list.digest = HexBytes(Digest.of(Array(list)))
            }
            body = committed
        }
    }

    /// Changes a proof and announces what comes of it.
    private static func proof(
        _ name: String, _ change: @escaping @Sendable (inout [UInt8]) -> Void
    ) -> @Sendable (inout any EntryBody, MemoryStreams) async throws -> Void {
        { body, streams in
            var bytes = try #require(await streams.load(name))
            change(&bytes)
            await streams.store(bytes, name)
            var proved = try #require(body as? Proved)
            proved.proof.digest = HexBytes(Digest.of(bytes))
            body = proved
        }
    }

    /// Items between hops: an element and a capsule.
    private static let width = 96

    static let all: [VerifiedLie] = [
        VerifiedLie(
            name: "an element replaced", who: right, duty: "mix(\"left\", stage: 1)", accuser: mixer, code: .proofWrong,
            tell: list("left/1/0/0", width: width) { $0[3].replaceSubrange(0..<32, with: ShuffleWorld.element()) }),
        VerifiedLie(
            name: "capsules swapped", who: right, duty: "mix(\"left\", stage: 1)", accuser: mixer, code: .proofWrong,
            tell: list("left/1/0/0", width: width) { items in
                let (first, second) = (Array(items[1][32...]), Array(items[2][32...]))
                items[1].replaceSubrange(32..., with: second)
                items[2].replaceSubrange(32..., with: first)
            }),
        VerifiedLie(
            name: "a capsule copied", who: right, duty: "mix(\"left\", stage: 1)", accuser: mixer, code: .proofWrong,
            tell: list("left/1/0/0", width: width) { $0[1].replaceSubrange(32..., with: $0[2][32...]) }),
        VerifiedLie(
            name: "an element that is none", who: right, duty: "mix(\"left\", stage: 1)", accuser: mixer,
            code: .invalidElement,
            tell: list("left/1/0/0", width: width) {
                $0[3].replaceSubrange(0..<32, with: [UInt8](repeating: 1, count: 32))
            }),
        VerifiedLie(
            name: "a capsule that is none", who: right, duty: "mix(\"left\", stage: 1)", accuser: mixer,
            code: .invalidCapsule,
            tell: list("left/1/0/0", width: width) {
                $0[3].replaceSubrange(64..<96, with: [UInt8](repeating: 0, count: 32))
            }),
        VerifiedLie(
            name: "an item twice", who: right, duty: "mix(\"left\", stage: 1)", accuser: mixer, code: .notIncreasing,
            tell: list("left/1/0/0", width: width) { $0[4] = $0[5] }),
        VerifiedLie(
            name: "an element of the last stage replaced", who: mixer, duty: "mix(\"left\", stage: 2)", accuser: right,
            code: .proofWrong,
            tell: list("left/exit/0/0", width: width) { $0[3].replaceSubrange(0..<32, with: ShuffleWorld.element()) }),
        VerifiedLie(
            name: "a tag replaced", who: mixer, duty: "mix(\"left\", stage: 2)", accuser: right, code: .tagsWrong,
            tell: list("left/2/0/0", width: 80) {
                $0[3].replaceSubrange(0..<16, with: [UInt8](repeating: 7, count: 16))
            }),
        VerifiedLie(
            name: "capsules swapped behind the exit", who: mixer, duty: "mix(\"left\", stage: 2)", accuser: right,
            code: .tagsWrong,
            tell: list("left/2/0/0", width: 80) { items in
                let (first, second) = (Array(items[1][16...]), Array(items[2][16...]))
                items[1].replaceSubrange(16..., with: second)
                items[2].replaceSubrange(16..., with: first)
            }),
        VerifiedLie(
            name: "another response", who: right, duty: "prove(\"left\", stage: 1)", accuser: mixer, code: .proofWrong,
            tell: proof("left/proof1/0/0") { bytes in
                let start = bytes.count - 32
                bytes.replaceSubrange(start..., with: ShuffleWorld.plusOne(Array(bytes[start...])))
            }),
        VerifiedLie(
            name: "a record that is none", who: right, duty: "prove(\"left\", stage: 1)", accuser: mixer,
            code: .proofMalformed,
            tell: proof("left/proof1/0/0") {
                $0.replaceSubrange(($0.count - 160)..<($0.count - 128), with: ShuffleWorld.small(1))
            }),
        VerifiedLie(
            name: "a head that is none", who: right, duty: "prove(\"left\", stage: 1)", accuser: mixer,
            code: .proofMalformed,
            tell: proof("left/proof1/0/0") { $0.replaceSubrange(96..<128, with: ShuffleWorld.small(0)) }),
        VerifiedLie(
            name: "a proof other than the announced one", who: right, duty: "prove(\"left\", stage: 1)", accuser: mixer,
            code: .streamUnreadable,
            tell: { _, streams in
                try await streams.damage("left/proof1/0/0") { Array($0.dropLast() + [$0[$0.count - 1] ^ 1]) }
            }),
        VerifiedLie(
            name: "a list other than the announced one", who: right, duty: "mix(\"left\", stage: 1)", accuser: mixer,
            code: .streamUnreadable,
            tell: { _, streams in try await streams.damage("left/1/0/0") { [$0[0] ^ 1] + $0.dropFirst() } }),
        VerifiedLie(
            name: "somebody left out of the selection", who: "coordinator", duty: "match", accuser: mixer,
            code: .selectionWrong,
            tell: { body, streams in
                var selected = try #require(body as? Selected)
                for (name, width) in [("research", 90)] + [left, right, mixer].map({ ($0, 32) }) {
                    try await streams.damage("\(name)/selection/0/0") { Array($0.dropLast(width)) }
                }
                let requests = try #require(await streams.load("\(left)/selection/0/0"))
                let selection = try #require(await streams.load("research/selection/0/0"))
                selected.requests.count -= 1
                selected.selection.count -= 1
                selected.requests.digest = HexBytes(Digest.of(requests))
                selected.selection.digest = HexBytes(Digest.of(selection))
                body = selected
            }),
        VerifiedLie(
            name: "somebody's tag in the selection exchanged", who: "coordinator", duty: "match", accuser: mixer,
            code: .selectionWrong,
            tell: { body, streams in
                try await streams.damage("research/selection/0/0") { bytes in
                    var bytes = bytes
                    bytes[70] ^= 1
                    return bytes
                }
                var selected = try #require(body as? Selected)
                selected.selection.digest = HexBytes(
                    Digest.of(try #require(await streams.load("research/selection/0/0"))))
                body = selected
            }),
        VerifiedLie(
            name: "another seed than the capsules were re-randomised with", who: "coordinator", duty: "match",
            accuser: mixer, code: .selectionWrong,
            tell: { body, _ in
                var selected = try #require(body as? Selected)
                selected.seedDigest = HexBytes(ShuffleWorld.random())
                body = selected
            }),
    ]
}
