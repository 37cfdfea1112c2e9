import Testing

@testable import Agreement

/// The evaluators against sets of people, worked out the long way.
struct AgreementCohortEvaluatorTests {
    struct Person: Hashable {
        var registers: UInt32
        var order: [UInt8]
    }

    static let registers = ["a", "b", "c", "d"]

    static func people(_ count: Int, _ random: inout SeededNumbers) -> [Person] {
        (0..<count).map { _ in
            Person(
                registers: UInt32.random(in: 0..<16, using: &random),
                order: (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
    }

    /// The people of an expression by plain set algebra.
    static func oracle(_ expression: CohortExpression, _ people: Set<Person>, _ cohorts: [String: Set<Person>]) -> Set<
        Person
    > {
        switch expression {
        case .register(let id):
            let bit = registers.firstIndex(of: id)!
            return people.filter { $0.registers >> UInt32(bit) & 1 == 1 }
        case .cohort(let id): return cohorts[id]!
        case .union(let left, let right): return oracle(left, people, cohorts).union(oracle(right, people, cohorts))
        case .intersect(let left, let right):
            return oracle(left, people, cohorts).intersection(oracle(right, people, cohorts))
        case .except(let left, let right):
            return oracle(left, people, cohorts).subtracting(oracle(right, people, cohorts))
        case .sample(let of, let count):
            let sorted = oracle(of, people, cohorts).sorted { $0.order.lexicographicallyPrecedes($1.order) }
            return Set(sorted.prefix(count))
        }
    }

    static func declarations(_ expressions: [String]) throws -> [CohortDeclaration] {
        var names: [String] = []
        return try expressions.map { text in
            defer { names.append("k\(names.count)") }
            let expression = try CohortExpression.parse(text, registers: registers, cohorts: names)
            return CohortDeclaration(id: "k\(names.count)", title: "", expression: expression, maxPeople: 1)
        }
    }

    static func expectSame(_ cohorts: [CohortDeclaration], _ people: [Person], passes: Int? = nil) throws {
        var evaluator = try CohortEvaluator(registers: registers, cohorts: cohorts)
        if let passes { #expect(evaluator.passCount == passes) }
        var passCount = 0
        // As one does who observes people in parts.
        var divided = evaluator
        while evaluator.needsPass {
            passCount += 1
            for person in people { evaluator.observe(registers: person.registers, order: person.order) }
            evaluator.nextPass()
            let fresh = divided
            for start in stride(from: 0, to: people.count, by: 17) {
                var part = fresh
                for person in people[start..<min(start + 17, people.count)] {
                    part.observe(registers: person.registers, order: person.order)
                }
                divided.add(observedBy: part)
            }
            divided.nextPass()
        }
        #expect(passCount == evaluator.passCount)
        for person in people {
            #expect(
                divided.cohorts(registers: person.registers, order: person.order)
                    == evaluator.cohorts(registers: person.registers, order: person.order))
        }
        var sets: [String: Set<Person>] = [:]
        for (index, cohort) in cohorts.enumerated() {
            let expected = oracle(cohort.expression, Set(people), sets)
            sets[cohort.id] = expected
            let found = Set(
                people.filter { evaluator.cohorts(registers: $0.registers, order: $0.order) >> UInt64(index) & 1 == 1 })
            #expect(found == expected, "\(cohort.id): \(cohort.expression)")
        }
    }

    @Test(arguments: [
        (["a", "b except k0", "k0 union k1 intersect c"], 0), (["sample(a, 10)"], 1), (["sample(a, 1000)"], 1),
        (["sample(a union b, 20) except c"], 1), (["a except sample(a, 20)", "sample(k0, 5)"], 2),
        (["sample(sample(a, 30) union sample(b, 30), 25)"], 2),
        (["sample(a, 1)", "b except k0", "sample(k1 union k0, 9)"], 2),
        (["sample(sample(sample(sample(a, 40), 30), 20), 10)", "sample(a, 10)", "k0 except k1"], 4),
        (["sample(b, 15)", "sample(c except k0, 15)", "sample(d except k1 except k0, 15)"], 3),
    ]) func cases(_ expressions: [String], _ passes: Int) throws {
        var random = SeededNumbers(5)
        try Self.expectSame(try Self.declarations(expressions), Self.people(200, &random), passes: passes)
    }

    @Test func randomAlgebra() throws {
        var random = SeededNumbers(6)
        for round in 0..<150 {
            var cohorts: [CohortDeclaration] = []
            for index in 0..<Int.random(in: 1...6, using: &random) {
                let id = ["x", "y"].indices.contains(index) ? ["x", "y"][index] : "k\(index)"
                let expression = Self.random(3, cohorts.map(\.id), &random, samples: round % 2 == 0)
                cohorts.append(CohortDeclaration(id: id, title: "", expression: expression, maxPeople: 1))
            }
            let samples = try? CompiledCohorts(registers: Self.registers, cohorts: cohorts)
            guard samples != nil else { continue }
            try Self.expectSame(cohorts, Self.people(60, &random))
        }
    }

    static func random(
        _ depth: Int, _ cohorts: [String], _ random: inout SeededNumbers, samples: Bool
    ) -> CohortExpression {
        func next() -> CohortExpression { Self.random(depth - 1, cohorts, &random, samples: samples) }
        switch depth == 0 ? Int.random(in: 0..<2, using: &random) : Int.random(in: 0..<6, using: &random) {
        case 0: return .register(registers.randomElement(using: &random)!)
        case 1: return cohorts.randomElement(using: &random).map { .cohort($0) } ?? .register("a")
        case 2: return .union(next(), next())
        case 3: return .intersect(next(), next())
        case 4: return .except(next(), next())
        default: return samples ? .sample(next(), count: Int.random(in: 1...40, using: &random)) : next()
        }
    }

    /// All 16 combinations of registers: the compiled cohorts agree with plain set algebra.
    @Test func everyCombinationAgrees() throws {
        var random = SeededNumbers(7)
        let people = (UInt32(0)..<16).map { Person(registers: $0, order: []) }
        for _ in 0..<200 {
            let first = Self.random(3, [], &random, samples: false)
            let second = Self.random(3, ["k0"], &random, samples: false)
            let cohorts = [first, second].enumerated().map {
                CohortDeclaration(id: "k\($0)", title: "", expression: $1, maxPeople: 1)
            }
            let compiled = try CompiledCohorts(registers: Self.registers, cohorts: cohorts)
            #expect(!compiled.hasSamples)
            let one = Self.oracle(first, Set(people), [:])
            let other = Self.oracle(second, Set(people), ["k0": one])
            for person in people {
                let bits = compiled.unsampled(registers: person.registers)
                #expect([one.contains(person), other.contains(person)] == [bits & 1 == 1, bits >> 1 & 1 == 1])
            }
        }
    }

    /// Each cohort is evaluated once, however often it is named: doubling 60 times over takes 60 steps.
    @Test func cohortsAreEvaluatedOnce() throws {
        let doubled = try Self.declarations(["a"] + (0..<60).map { "k\($0) union k\($0)" })
        let compiled = try CompiledCohorts(registers: Self.registers, cohorts: doubled)
        #expect(compiled.unsampled(registers: 1) == 1 << 61 - 1)
        #expect(compiled.unsampled(registers: 2) == 0)
    }

    @Test func bounds() throws {
        let many = try Self.declarations((0..<33).map { _ in "sample(a, 1)" })
        #expect(throws: CohortExpressionError.tooManySamples) {
            try CohortEvaluator(registers: Self.registers, cohorts: many)
        }
        let large = try Self.declarations((0..<5).map { _ in "sample(a, 900000)" })
        #expect(throws: CohortExpressionError.samplesTooLarge) {
            try CohortEvaluator(registers: Self.registers, cohorts: large)
        }
        let names = (0..<33).map { "r\($0)" }
        #expect(throws: CohortExpressionError.tooManyNames) { try CompiledCohorts(registers: names, cohorts: []) }
        let later = [
            CohortDeclaration(id: "p", title: "", expression: .cohort("q"), maxPeople: 1),
            CohortDeclaration(id: "q", title: "", expression: .register("a"), maxPeople: 1),
        ]
        #expect(throws: CohortExpressionError.unknownName("q", suggestion: nil, position: 1)) {
            try CompiledCohorts(registers: Self.registers, cohorts: later)
        }
    }

    @Test func allRegistersAndCohorts() throws {
        let names = (0..<32).map { "r\($0)" }
        let cohorts = (0..<64).map { index in
            CohortDeclaration(
                id: "k\(index)", title: "",
                expression: index < 32 ? .register("r\(index)") : .except(.register("r31"), .cohort("k\(index - 32)")),
                maxPeople: 1)
        }
        let compiled = try CompiledCohorts(registers: names, cohorts: cohorts)
        #expect(compiled.unsampled(registers: 1 << 31) == 0x7FFF_FFFF_8000_0000)
        #expect(compiled.unsampled(registers: .max) == 0x0000_0000_FFFF_FFFF)
        #expect(compiled.unsampled(registers: 0) == 0)
    }

    /// Order values of any length are taken, and shorter ones count as padded with zeros.
    @Test func oddOrderValues() throws {
        var evaluator = try CohortEvaluator(registers: ["a"], cohorts: try Self.declarations(["sample(a, 1)"]))
        evaluator.observe(registers: 1, order: [])
        evaluator.observe(registers: 1, order: [1])
        let needsAnother = evaluator.nextPass()
        #expect(!needsAnother)
        #expect(evaluator.cohorts(registers: 1, order: []) == 1)
        #expect(evaluator.cohorts(registers: 1, order: [1]) == 0)
        #expect(evaluator.cohorts(registers: 1, order: [UInt8](repeating: 0, count: 40)) == 1)
    }
}
