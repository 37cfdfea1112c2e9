import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Somebody lies in a verified round. Whoever has to notice does, names the liar on the board, and nothing is released.
/// The list of `left` goes to `right` and then to the mixer. [P-64] [P-70] [P-71] [P-73]
@Suite("Lies in verified rounds")
struct VerifiedAttackTests {
    private static let mixer = "mixer0"

    /// A round of each kind that lies are told in.
    private static func round(_ kind: Kind) throws -> SimulatedRound<Ristretto255> {
        switch kind {
        case .rows: try VerifiedRoundTests.round()
        case .fourNodes: try VerifiedRoundTests.round(registers: 3)
        case .counts: try VerifiedRoundTests.round(release: .none)
        case .noise: try VerifiedRoundTests.round(release: .none, counts: .noise(noise))
        }
    }

    enum Kind: String, CaseIterable { case rows, fourNodes, counts, noise }

    @Test(
        "Whoever has to notice names the liar, nothing is released, and outsiders find the same",
        arguments: Kind.allCases)
    func lies(kind: Kind) async throws {
        let lies = try VerifiedLie.all(in: try await Self.opened(kind))
        #expect(lies.count >= 25)
        for lie in lies {
            let round = try Self.round(kind)
            round.alter = { who, what, body, streams in
                if who == lie.who, what == lie.duty { try await lie.tell(&body, streams) }
            }
            try await round.run()
            let record = try round.record()
            let complaints = record.complaints
            #expect(
                !complaints.isEmpty && Set(complaints.keys).isSubset(of: lie.accusers), "\(lie.name): \(complaints)")
            for (accuser, complaint) in complaints {
                #expect(complaint.code == lie.code, "\(lie.name): \(complaint)")
                #expect(accuser == lie.who || complaint.against == lie.who, "\(lie.name): \(complaint)")
                try await Self.judge(round, complaint, by: accuser, lie)
            }
            let named = Set(complaints.keys).union(complaints.values.map(\.against))
            let participants = record.agreement.participants.map(\.id).filter(named.contains)
            #expect(
                record.ending == .aborted(RoundAborted(code: .protocolViolation, participants: participants)),
                "\(lie.name)")
            #expect(!record.isReceived && record.ending != .closed, "\(lie.name)")
            #expect(record.released.isEmpty || lie.isOfShares, "\(lie.name)")
            #expect(record.allErased, "\(lie.name)")
        }
    }

    private static func opened(_ kind: Kind) async throws -> RoundRecord {
        let round = try Self.round(kind)
        try await round.run { _ in true }
        return try round.record()
    }

    /// What somebody finds out who has no key: the streams, the board, and what the accuser shows.
    static func judge(
        _ round: SimulatedRound<Ristretto255>, _ complaint: Complained, by accuser: ParticipantID, _ lie: VerifiedLie
    ) async throws {
        let record = try round.record()
        var secrets = EvidenceSecrets()
        if record.ring.contains(accuser), let key = round.study.hpke[accuser] {
            secrets = record.evidenceSecrets(
                of: complaint, for: accuser, secrets: try round.secrets(of: accuser), hpkeKey: key)
        }
        let judge = EvidenceJudge(
            record: record, port: round.streams, secrets: secrets, workers: Workers(count: 1))
        let verdict = try await judge.verdict(on: complaint)
        switch lie.outcome {
        case .undecided:
            guard case .undecided = verdict else {
                Issue.record("\(lie.name): \(verdict)")
                return
            }
        case .proved where lie.who == accuser: #expect(verdict == .unfounded, "\(lie.name)")
        case .proved: #expect(verdict == .atFault(lie.who, lie.code), "\(lie.name)")
        }
    }

    @Test("[P-72] With the nodes' own noise a round closes")
    func ownNoise() async throws {
        let round = try Self.round(.noise)
        try await round.run()
        #expect(try round.record().ending == .closed)
    }

    @Test("[P-73] A list that is not the one on the board convinces nobody")
    func otherStreams() async throws {
        let round = try VerifiedRoundTests.round()
        let accusation = Complained(against: "owner-right", code: .proofWrong, register: "left", stage: 1)
        round.alter = { who, what, body, _ in
            if who == Self.mixer, what == "check(\"left\", stage: 1)" { body = accusation }
        }
        try await round.run()
        let record = try round.record()
        let changes: [@Sendable ([UInt8]) -> [UInt8]] = [
            { Array($0.dropLast() + [$0[$0.count - 1] ^ 1]) }, { Array($0.dropLast(160)) }, { $0 + $0.suffix(160) },
            { _ in [] },
        ]
        for (name, change) in ["left/0", "left/1", "left/proof1"].flatMap({ name in changes.map { (name, $0) } }) {
            let streams = await round.streams.copy()
            try await streams.damage("\(name)/0/0", change)
            let judge = EvidenceJudge(
                record: record, port: streams, secrets: EvidenceSecrets(), workers: Workers(count: 1))
            #expect(try await judge.verdict(on: accusation) == .undecided(.otherStream(name)), "\(name)")
        }
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
}
