import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Whole rounds against a plaintext join. [P-14] [P-16] [P-30] [P-31] [P-34] [P-35] [P-36] [P-37] [P-38] [P-44]
@Suite("Round simulation")
struct RoundSimulationTests {
    /// Registers of random people out of a small population, so that they overlap.
    static func randomRegisters(
        _ names: [String], population: Int, using random: inout SeededRandom
    ) -> [RegisterID: [SimulatedPerson]] {
        var registers: [RegisterID: [SimulatedPerson]] = [:]
        for name in names {
            registers[name] = (0..<population).filter { _ in Bool.random(using: &random) }.map { person in
                let rows = (0..<Int.random(in: 0...4, using: &random)).map { row in
                    [
                        FieldValue.integer(Int64(2009 + row)),
                        Bool.random(using: &random) ? .null : .text("\(name) \(person) ; \"ä\" \(row)"),
                    ]
                }
                return SimulatedPerson("person \(person)", rows: rows)
            }
        }
        return registers
    }

    static func simulate<S: Suite>(
        _: S.Type, parties: Int, population: Int, seed: UInt64, options: SimulatedStudy.Options
    ) async throws {
        var random = SeededRandom(seed: seed)
        let names = (0..<parties).map { "register_\($0)" }
        let cohorts: [(String, CohortExpression)] = [
            ("first", .register(names[0])),
            ("rest", .except(.register(names[1]), .cohort("first"))),
            ("both", .intersect(.register(names[0]), .register(names[1]))),
        ]
        var released = Dictionary(uniqueKeysWithValues: names.map { ($0, ["first", "rest", "both"]) })
        if parties > 2 { released[names[2]] = ["rest"] }
        var options = options
        options.suite = S.id
        let study = try SimulatedStudy(
            registers: names, cohorts: cohorts, releasedFor: released, options: options)
        let registers = randomRegisters(names, population: population, using: &random)
        let round = SimulatedRound(S.self, study: study, registers: registers)
        try await round.run()
        try round.replay()
        let record = try round.record()
        #expect(record.ending == .closed)
        #expect(record.allErased)
        #expect(
            round.opened.portraits == PlaintextJoin.portraits(agreement: study.agreement, registers: registers))
    }

    @Test("ristretto255, two to seven nodes", arguments: 2...7)
    func ristretto(parties: Int) async throws {
        try await Self.simulate(
            Ristretto255.self, parties: parties, population: 40, seed: UInt64(parties), options: .init())
    }

    @Test("P-256", arguments: [2, 3]) func p256(parties: Int) async throws {
        try await Self.simulate(P256.self, parties: parties, population: 30, seed: 9, options: .init())
    }

    @Test("ffdhe3072") func ffdhe() async throws {
        try await Self.simulate(
            FFDHE3072.self, parties: 2, population: 12, seed: 10, options: .init(padding: .none))
    }

    @Test("cells fetched one by one, mixers, no padding")
    func variants() async throws {
        try await Self.simulate(
            Ristretto255.self, parties: 3, population: 40, seed: 21, options: .init(vaultAccess: .selected))
        try await Self.simulate(
            Ristretto255.self, parties: 2, population: 40, seed: 22, options: .init(mixers: 2))
        try await Self.simulate(
            Ristretto255.self, parties: 3, population: 40, seed: 23, options: .init(padding: .none))
    }

    @Test("empty registers, everyone the same, nobody")
    func extremes() async throws {
        for population in [0, 1] {
            try await Self.simulate(
                Ristretto255.self, parties: 3, population: population, seed: 31, options: .init())
            try await Self.simulate(
                Ristretto255.self, parties: 3, population: population, seed: 32, options: .init(padding: .none))
        }
    }
}

/// A small, reproducible generator (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
