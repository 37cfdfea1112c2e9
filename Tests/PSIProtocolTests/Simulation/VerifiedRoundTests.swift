import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Rounds in which every step is proved and checked come to what the plaintext join does. [P-60]
@Suite("Verified rounds")
struct VerifiedRoundTests {
    @Test(
        "Rows, against the plaintext join",
        arguments: [(2, 1, 1), (2, 2, 4), (3, 1, 1), (4, 2, 2)])
    func rows(parties: Int, mixers: Int, parts: Int) async throws {
        try await RoundSimulationTests.simulate(
            Ristretto255.self, parties: parties, population: 16, seed: UInt64(51 + parties + mixers),
            options: .init(mixers: mixers, parts: parts, verification: .full))
    }

    @Test("Fewer checkers, no padding, cells fetched one by one")
    func fewCheckers() async throws {
        try await RoundSimulationTests.simulate(
            Ristretto255.self, parties: 3, population: 16, seed: 61,
            options: .init(
                vaultAccess: .selected, padding: .none, mixers: 1, verification: .full, checkers: 1))
    }

    static func round(
        release: ReleaseMode = .rows, registers: Int = 2, mixers: Int = 1, people: Int = 20,
        counts: CountMechanism = .rounding
    ) throws -> SimulatedRound<Ristretto255> {
        let names = Array(["left", "right", "third", "fourth"].prefix(registers))
        let cohorts = [("both", CohortExpression.intersect(.register("left"), .register("right")))]
        let study = try SimulatedStudy(
            registers: names, cohorts: cohorts, releasedFor: release == .rows ? ["left": ["both"]] : [:],
            options: .init(release: release, counts: counts, mixers: mixers, verification: .full))
        let rows: [[FieldValue]] = release == .rows ? [[.integer(2020), .text("note")]] : []
        let all = Dictionary(
            uniqueKeysWithValues: names.enumerated().map { index, name in
                (
                    name,
                    (index..<(people + index)).map { SimulatedPerson("person \($0)", rows: name == "left" ? rows : []) }
                )
            })
        return SimulatedRound(Ristretto255.self, study: study, registers: all)
    }

    @Test("Counts only: approved by the mixer before the round closes")
    func counts() async throws {
        let round = try Self.round(release: .none)
        try await round.run()
        let record = try round.record()
        #expect(record.ending == .closed)
        #expect(Set(record.approvals.keys) == ["mixer0"])
        #expect(record.counted?.cohorts.map(\.people) == [19])
    }

    @Test("Every stage but the owner's is proved, and checked by those who have to")
    func everyStage() async throws {
        let round = try Self.round(registers: 3, mixers: 2)
        try await round.run()
        let record = try round.record()
        #expect(record.ending == .closed)
        for register in record.agreement.registers {
            #expect(Set(record.proofs[register.id, default: [:]].keys) == [1, 2, 3, 4])
            for stage in 1...4 {
                let checkers = record.checkers(ofStage: stage, of: register)
                #expect(!checkers.isEmpty && !checkers.contains(register.owner))
                #expect(!checkers.contains(try #require(record.node(forStage: stage, of: register))))
                #expect(record.checks[register.id]?[stage] == Set(checkers))
            }
            // Mixers alone see a whole list's last elements.
            #expect(record.checkers(ofStage: 4, of: register).allSatisfy { $0.hasPrefix("mixer") })
        }
        #expect(Set(record.approvals.keys) == ["mixer0", "mixer1"])
    }

    @Test(
        "A node that is killed before or after any of its new duties goes on",
        arguments: ["prove", "check", "approve", "mix"])
    func crashes(duty: String) async throws {
        let round = try Self.round()
        var crashed: Set<String> = []
        round.beforeDuty = { who, what in
            guard what.contains(duty), crashed.insert("\(who) \(what)").inserted else { return }
            throw SimulatedCrash()
        }
        try await round.run()
        #expect(try round.record().ending == .closed)
        #expect(crashed.count >= 2)
    }

    @Test("[P-68] No nonce answers two challenges, whenever a hop is killed; the list that it makes again is the same")
    func nonces() async throws {
        let round = try Self.round()
        var crashes: [String: Int] = [:]
        round.beforeDuty = { who, what in
            guard what.hasPrefix("post prove") || what.hasPrefix("post mix") else { return }
            // The work is done and nothing is said: twice for each.
            guard crashes["\(who) \(what)", default: 0] < 2 else { return }
            crashes["\(who) \(what)", default: 0] += 1
            throw SimulatedCrash()
        }
        try await round.run()
        let record = try round.record()
        #expect(record.ending == .closed)
        var proofCount = 0
        var seen: [[UInt8]: String] = [:]
        let layout = ShuffleLayout(record.agreement)
        for name in await round.streams.names where name.contains("/proof") {
            let proof = try #require(await round.streams.load(name))
            proofCount += 1
            let head = try ShuffleHead(Array(proof.prefix(ShuffleHead.byteCount(layout))), layout: layout)
            let records = Array(proof.dropFirst(ShuffleHead.byteCount(layout)))
            // What commits to r, r̂ and ω: a nonce that comes twice shows there.
            var commitments = head.sums + [head.commitments, head.chain, head.blinded]
            for field in [ShuffleRecord.Field.commitment, .chain, .blinded] {
                let column = ShuffleRecord.column(field, of: records)
                commitments += stride(from: 0, to: column.count, by: 32).map { Array(column[$0..<($0 + 32)]) }
            }
            for commitment in commitments {
                #expect(seen[commitment] == nil, "\(name) and \(seen[commitment] ?? "")")
                seen[commitment] = name
            }
        }
        #expect(proofCount == 3 * record.agreement.registers.count * 2, "each proof was made three times")
    }

    @Test("[P-63] Lists and proofs are sealed to those who go on with them or check them, in ring order and then C")
    func readers() async throws {
        let record = try await BoardFixture.verifiedRows.value.after(Selected.self)
        let (left, right, mixer) = (BoardFixture.left, BoardFixture.right, BoardFixture.mixer)
        for (stage, readers) in [
            (StreamStage.ring(0), [right, mixer]), (.ring(1), [right, mixer]), (.ring(2), [mixer, "coordinator"]),
            (.exit, [right]), (.proof(1), [mixer]), (.proof(2), [right]),
        ] {
            #expect(record.sealing(of: stage, batch: "left") == .shared(with: readers), "\(stage)")
        }
        #expect(record.sealing(of: .ring(0), batch: "right") == .shared(with: [left, mixer]))
        #expect(record.sealing(of: .release, batch: left) == .sealed(to: "research"))
        let plain = try await BoardFixture.rows.value.after(Selected.self)
        #expect(plain.sealing(of: .ring(0), batch: "left") == .sealed(to: right))
        #expect(plain.sealing(of: .ring(2), batch: "left") == .sealed(to: "coordinator"))
    }
}
