import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation

/// What a round that only counts publishes. [P-31] [P-39]
@Suite("Published counts")
struct CountRoundTests {
    /// People `range` of a population.
    static func people(_ range: Range<Int>) -> [SimulatedPerson] { range.map { SimulatedPerson("person \($0)") } }

    static func counted(
        smallestCell: Int, rounding: Int, padding: PaddingMode, cohorts: [(String, CohortExpression)]
    ) async throws -> Counted {
        let study = try SimulatedStudy(
            registers: ["a", "b", "c"], cohorts: cohorts, releasedFor: [:],
            options: .init(
                release: .none, padding: padding, smallestCell: smallestCell, countRounding: rounding))
        // In a and b: 17 people, in b and c: 3, in a and c: none, in all: 5.
        let registers = [
            "a": people(0..<40), "b": people(18..<48), "c": people(35..<40) + people(45..<48) + people(60..<100),
        ]
        let round = SimulatedRound(Ristretto255.self, study: study, registers: registers)
        try await round.run()
        return try #require(try round.record().counted)
    }

    static let cohorts: [(String, CohortExpression)] = [
        ("ab", .intersect(.register("a"), .register("b"))),
        ("bc", .except(.intersect(.register("b"), .register("c")), .register("a"))),
        ("nobody", .except(.cohort("bc"), .register("b"))), ("any_a", .register("a")),
        ("c_alone", .except(.register("c"), .union(.register("a"), .register("b")))),
        ("some_c", .sample(.register("c"), count: 12)),
        ("rest_of_c", .except(.register("c"), .cohort("some_c"))),
        ("all_but_sampled_pairs", .except(.cohort("ab"), .sample(.cohort("ab"), count: 2))),
    ]

    @Test("exact without padding")
    func exact() async throws {
        let counted = try await Self.counted(smallestCell: 1, rounding: 1, padding: .none, cohorts: Self.cohorts)
        let cells = Dictionary(uniqueKeysWithValues: counted.overlap.map { ($0.registers, $0.people) })
        #expect(
            cells == [
                ["a"]: 18, ["b"]: 5, ["c"]: 40, ["a", "b"]: 17, ["b", "c"]: 3, ["a", "b", "c"]: 5,
            ])
        #expect(counted.cohorts.map(\.people) == [22, 3, 0, 40, 40, 12, 36, 20])
        #expect(counted.overlap.allSatisfy { !$0.upperBound } && counted.cohorts.allSatisfy { !$0.upperBound })
    }

    @Test("with padding, whatever may hold dummies is an upper bound")
    func padded() async throws {
        let counted = try await Self.counted(smallestCell: 1, rounding: 1, padding: .padme, cohorts: Self.cohorts)
        let cells = Dictionary(uniqueKeysWithValues: counted.overlap.map { ($0.registers, $0) })
        // Lists of 40, 30 and 48 people have 40, 32 and 48 items.
        #expect(cells[["a"]]?.people == 18)
        #expect(cells[["b"]]?.people == 7)
        #expect(cells[["c"]]?.people == 40)
        #expect(cells[["a", "b"]]?.people == 17)
        for cell in counted.overlap { #expect(cell.upperBound == (cell.registers.count == 1)) }
        let bounds = Dictionary(uniqueKeysWithValues: counted.cohorts.map { ($0.cohort, $0.upperBound) })
        #expect(
            bounds == [
                "ab": false, "bc": false, "nobody": false, "any_a": true, "c_alone": true, "some_c": true,
                "rest_of_c": true, "all_but_sampled_pairs": false,
            ])
    }

    @Test("small cells are withheld, the others rounded")
    func rounded() async throws {
        let counted = try await Self.counted(smallestCell: 5, rounding: 10, padding: .none, cohorts: Self.cohorts)
        let cells = Dictionary(uniqueKeysWithValues: counted.overlap.map { ($0.registers, $0.people) })
        // The sizes of the lists are known, so the 3 in b and c would follow from the other sets. Samples are no sums,
        // so that all they could be drawn from goes with it.
        #expect(cells[["b", "c"]] == nil && counted.cohorts[1].people == nil)
        #expect(counted.overlap.allSatisfy { $0.people != nil && $0.people != 3 })
        #expect(counted.cohorts[2].people == 0)
    }

    @Test("a small set takes others with it, and what is withheld is not listed")
    func complements() async throws {
        let counted = try await Self.counted(
            smallestCell: 5, rounding: 1, padding: .none, cohorts: Array(Self.cohorts.prefix(4)))
        let cells = Dictionary(uniqueKeysWithValues: counted.overlap.map { ($0.registers, $0.people) })
        #expect(cells[["b", "c"]] == nil && counted.cohorts[1].people == nil)
        // Of each register that holds it one more set is withheld, and no more.
        #expect(cells == [["a"]: 18, ["a", "b"]: 17, ["a", "b", "c"]: 5])
        #expect(counted.cohorts.map(\.people) == [22, nil, 0, 40])
    }

    @Test("rounding is to the nearest, halves up")
    func rounding() async throws {
        var agreement = try await BoardFixture.counts.value.study.agreement
        (agreement.smallestCell, agreement.countRounding) = (3, 5)
        let publication = CountPublication(agreement: agreement)
        let expected: [(Int, Int?)] = [
            (0, 0), (1, nil), (2, nil), (3, 5), (4, 5), (7, 5), (8, 10), (12, 10), (13, 15), (1_000_001, 1_000_000),
        ]
        for (people, published) in expected { #expect(publication.count(people) == published) }
        (agreement.smallestCell, agreement.countRounding) = (1, 1)
        for people in [0, 1, 2, 99] { #expect(CountPublication(agreement: agreement).count(people) == people) }
        agreement.countRounding = 2
        #expect(CountPublication(agreement: agreement).count(1) == 2)
    }

    @Test("cohorts that name each other many times take no longer")
    func manyNames() throws {
        var study = try SimulatedStudy(registers: ["a", "b"], cohorts: [], releasedFor: [:]).agreement
        var cohorts = [("c0", CohortExpression.register("a")), ("c1", .sample(.register("a"), count: 3))]
        for index in 2..<64 {
            cohorts.append(("c\(index)", .union(.cohort("c\(index - 1)"), .cohort("c\(index - 2)"))))
        }
        study.cohorts = cohorts.map {
            CohortDeclaration(id: $0.0, title: $0.0, expression: $0.1, maxPeople: 10)
        }
        #expect(study.cohortsOfOneRegister().count == 64)
        #expect(study.cohorts[63].expression.registers(in: study) == ["a"])
    }
}
