import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation

/// Every role crashes at every duty, before its work and between its work and its entry, and goes on from the board.
/// [P-14] [P-16] [P-32]
@Suite("Crashes")
struct CrashTests {
    static func check<S: Suite>(_: S.Type, release: ReleaseMode, seed: UInt64? = nil) async throws {
        var random = SeededRandom(seed: 61)
        let registers = RoundSimulationTests.randomRegisters(["a", "b"], population: 8, using: &random)
        let study = try SimulatedStudy(
            registers: ["a", "b"],
            cohorts: [("in_a", .register("a")), ("others", .except(.register("b"), .cohort("in_a")))],
            releasedFor: release == .rows ? ["a": ["in_a", "others"], "b": ["in_a", "others"]] : [:],
            options: .init(suite: S.id, release: release, padding: .none, mixers: seed == nil ? 1 : 0))
        let round = SimulatedRound(S.self, study: study, registers: registers)
        var seen: Set<String> = []
        var crashCount = 0
        round.beforeDuty = { who, what in
            guard seen.insert("\(who) \(what)").inserted else { return }
            crashCount += 1
            throw SimulatedCrash()
        }
        var order = SeededRandom(seed: seed ?? 0)
        if seed != nil { round.choose = { Int.random(in: $0.indices, using: &order) } }
        try await round.run()
        try round.replay()

        let record = try round.record()
        #expect(record.ending == .closed)
        #expect(record.allErased)
        // Each entry but the opening was crashed twice before it was posted.
        #expect(crashCount == 2 * (record.head.count - 1))
        let join = PlaintextJoin(agreement: study.agreement, registers: registers)
        if release == .rows {
            #expect(round.opened.portraits == join.portraits)
        } else {
            #expect(record.counted?.overlap(in: study.agreement) == join.overlap)
        }
        // Work done twice is stored under two attempts, never twice under one.
        let attempts = record.stages.values.flatMap { $0.values }.map(\.attempt)
        #expect(attempts.allSatisfy { $0 == 1 })
    }

    @Test("ristretto255", arguments: ReleaseMode.allCases)
    func ristretto(release: ReleaseMode) async throws { try await Self.check(Ristretto255.self, release: release) }

    @Test("P-256") func p256() async throws { try await Self.check(P256.self, release: .rows) }
    @Test("ffdhe3072") func ffdhe() async throws { try await Self.check(FFDHE3072.self, release: .rows) }

    @Test("in other orders of duties", arguments: 1...3 as ClosedRange<UInt64>)
    func anyOrder(seed: UInt64) async throws {
        try await Self.check(Ristretto255.self, release: .rows, seed: seed)
    }
}
