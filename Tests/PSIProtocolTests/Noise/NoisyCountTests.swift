import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// What a count-only round with noise publishes. [P-39] [P-65]
@Suite("Counts with noise")
struct NoisyCountTests {
    static let cohorts: [(String, CohortExpression)] = [
        ("ab", .intersect(.register("a"), .register("b"))), ("all_a", .register("a")),
        ("any", .union(.union(.register("a"), .register("b")), .register("c"))),
        ("a_not_b", .except(.register("a"), .register("b"))),
    ]

    static func study(smallestCell: Int = 1, rounding: Int = 1, padding: PaddingMode = .none) throws -> SimulatedStudy {
        try SimulatedStudy(
            registers: ["a", "b", "c"], cohorts: Self.cohorts, releasedFor: [:],
            options: .init(
                release: .none, padding: padding, smallestCell: smallestCell, countRounding: rounding,
                counts: .noise(
                    CountNoise(
                        kind: .discreteLaplace, epsilon: Billionths(1_000_000_000),
                        totalEpsilon: Billionths(3_000_000_000)))))
    }

    static let overlap: [UInt32: Int] = [1: 18, 2: 5, 4: 40, 3: 17, 6: 3, 7: 5]

    @Test("without noise they are the exact counts, of every combination of registers")
    func exact() throws {
        let agreement = try Self.study().agreement
        let queries = try CountQueries(agreement)
        let found = queries.noisy(Self.overlap, noise: [Int](repeating: 0, count: queries.noiseCount))
        #expect(found.sets.map(\.set) == [1, 2, 3, 4, 5, 6, 7])
        #expect(found.sets.map(\.people) == [18, 5, 17, 40, 0, 3, 5])
        #expect(found.cohorts == [22, 40, 88, 18])
        // `a` is a list, whose size everybody sees; people of a and not of b follow from `ab`.
        #expect(queries.answers[1] == .sizes)
        #expect(queries.answers[3] == .answer(4, isNegative: true))
    }

    @Test("noise moves each answer, and what follows from it; nothing is below 0")
    func moved() throws {
        let agreement = try Self.study().agreement
        let queries = try CountQueries(agreement)
        // Cells ab, ac, bc, abc, then the cohorts ab and any.
        let found = queries.noisy(Self.overlap, noise: [2, -7, 0, 1, -3, 10])
        #expect(found.sets.map(\.people) == [22, 2, 19, 46, 0, 3, 6])
        #expect(found.cohorts == [19, 40, 98, 21])
    }

    @Test("neighbours' answers differ by no more than the sensitivity")
    func neighbours() throws {
        let agreement = try Self.study().agreement
        let queries = try CountQueries(agreement)
        #expect(queries.l1Sensitivity == 4)
        #expect(queries.l2SensitivitySquared == 6)
    }

    @Test("a round publishes every combination with the noise that was drawn, small ones withheld, the others rounded")
    func round() async throws {
        let people = { (range: Range<Int>) in range.map { SimulatedPerson("person \($0)") } }
        let round = SimulatedRound(
            Ristretto255.self, study: try Self.study(smallestCell: 5, rounding: 5),
            registers: [
                "a": people(0..<40), "b": people(18..<48), "c": people(35..<40) + people(45..<48) + people(60..<100),
            ])
        round.noise = { plan in (0..<plan.drawCount).map { [2, -7, 0, 1, -3, 10][$0] } }
        try await round.run()
        let counted = try #require(try round.record().counted)
        #expect(
            counted.overlap.map(\.registers) == [
                ["a"], ["b"], ["a", "b"], ["c"], ["a", "c"], ["b", "c"], ["a", "b", "c"],
            ])
        // 22, 2, 19, 46, 0, 3 and 6.
        #expect(counted.overlap.map(\.people) == [20, nil, 20, 45, 0, nil, 5])
        #expect(counted.cohorts.map(\.people) == [20, 40, 100, 20])
        #expect(counted.linkage == nil)
    }

    @Test("draws of a plan differ, and there are as many as answers")
    func plan() throws {
        let plan = try #require(try NoisePlan(Self.study().agreement))
        #expect(plan.drawCount == 6)
        #expect((0..<20).contains { _ in plan.draw() != plan.draw() })
        // A scale of 4: P(|X| > 12) is the first below 5 in 100.
        #expect(plan.margin95 == 12)
        #expect(try NoisePlan(SimulatedStudy(registers: ["a", "b"], cohorts: [], releasedFor: [:]).agreement) == nil)
    }
}
