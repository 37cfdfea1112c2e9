import Testing

@testable import Agreement

struct AgreementCohortExpressionTests {
    static let registers = ["a", "b", "c", "d"]
    static let cohorts = ["x", "y"]

    static func parse(_ text: String) throws(CohortExpressionError) -> CohortExpression {
        try CohortExpression.parse(text, registers: registers, cohorts: cohorts)
    }

    @Test(arguments: [
        ("a", "a"), ("a union b union c", "(a union b) union c"), ("a except b except c", "(a except b) except c"),
        ("a union b except c", "(a union b) except c"), ("a except b union c", "(a except b) union c"),
        ("a union b intersect c", "a union (b intersect c)"), ("a intersect b union c", "(a intersect b) union c"),
        ("a except b intersect c except d", "(a except (b intersect c)) except d"),
        ("a intersect b intersect c", "(a intersect b) intersect c"), ("A UNION b".lowercased(), "a union b"),
        ("a UNION b Intersect c EXCEPT d", "(a union (b intersect c)) except d"), ("((a))", "a"),
        ("Sample(a union b, 10)", "sample((a union b), 10)"), ("a\n  union\n  b", "a union b"),
        ("x except(y)", "x except y"),
    ]) func precedence(_ text: String, _ same: String) throws {
        #expect(try Self.parse(text) == (try Self.parse(same)))
    }

    @Test func treeIsWhatItSays() throws {
        #expect(
            try Self.parse("a except b intersect x union sample(c, 7)")
                == .union(
                    .except(.register("a"), .intersect(.register("b"), .cohort("x"))),
                    .sample(.register("c"), count: 7)))
    }

    @Test(arguments: [
        ("", CohortExpressionError.empty), ("  \n ", .empty), ("a b", .unexpectedWord("b", position: 3)),
        ("a union", .operandMissing(position: 8)), ("union a", .operandMissing(position: 1)),
        ("(a union b", .parenthesisOpen(position: 1)), ("a)", .unexpectedCharacter(position: 2)),
        ("a + b", .unexpectedCharacter(position: 3)), ("a union ()", .operandMissing(position: 10)),
        ("clients", .unknownName("clients", suggestion: nil, position: 1)), ("a, b", .unexpectedCharacter(position: 2)),
        ("(a b)", .unexpectedWord("b", position: 4)), ("sample", .sampleForm(position: 1)),
        ("sample(a)", .sampleForm(position: 1)), ("sample(a, b)", .sampleForm(position: 1)),
        ("sample(a, 0)", .sampleCount(position: 11)), ("sample(a, 1000001)", .sampleCount(position: 11)),
        ("sample(a, 99999999999999999999)", .sampleCount(position: 11)), ("sample(a, 5", .sampleForm(position: 1)),
        ("sample(a, 5x)", .sampleCount(position: 11)), ("a union 5", .operandMissing(position: 9)),
        ("a 5", .unexpectedWord("5", position: 3)), ("a union ä", .unexpectedCharacter(position: 9)),
        ("A", .unknownName("A", suggestion: "a", position: 1)),
    ]) func errors(_ text: String, _ error: CohortExpressionError) {
        #expect(throws: error) { try Self.parse(text) }
        #expect(!error.description.isEmpty)
    }

    @Test func depthIsBounded() throws {
        func chain(_ count: Int) -> String { [String](repeating: "a", count: count).joined(separator: " union ") }
        func nested(_ count: Int) -> String {
            String(repeating: "(", count: count) + "a" + String(repeating: ")", count: count)
        }
        func right(_ count: Int) -> String {
            String(repeating: "a except (", count: count) + "a" + String(repeating: ")", count: count)
        }
        _ = try Self.parse(chain(64))
        _ = try Self.parse(nested(64))
        _ = try Self.parse(right(63))
        for text in [chain(65), nested(65), right(64), nested(2000)] {
            do throws(CohortExpressionError) {
                _ = try Self.parse(text)
                Issue.record("accepted")
            } catch {
                guard case .tooDeep = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
        #expect(throws: CohortExpressionError.tooLong) { try Self.parse(String(repeating: "(", count: 4097)) }
    }

    static func random(_ depth: Int, _ random: inout SeededNumbers, samples: Bool = true) -> CohortExpression {
        switch depth == 0 ? 0 : Int.random(in: 0..<(samples ? 9 : 8), using: &random) {
        case 0: .register(registers.randomElement(using: &random)!)
        case 1: .cohort(cohorts.randomElement(using: &random)!)
        case 2, 3:
            .union(Self.random(depth - 1, &random, samples: samples), Self.random(depth - 1, &random, samples: samples))
        case 4, 5:
            .intersect(
                Self.random(depth - 1, &random, samples: samples), Self.random(depth - 1, &random, samples: samples))
        case 6, 7:
            .except(
                Self.random(depth - 1, &random, samples: samples), Self.random(depth - 1, &random, samples: samples))
        default: .sample(Self.random(depth - 1, &random), count: Int.random(in: 1...1_000_000, using: &random))
        }
    }

    @Test func printedTextParsesBack() throws {
        var numbers = SeededNumbers(3)
        for _ in 0..<2000 {
            let expression = Self.random(6, &numbers)
            let text = expression.description
            guard text.utf8.count <= CohortExpression.byteLimit else { continue }
            #expect(try Self.parse(text) == expression)
            #expect(try Self.parse(text.uppercasedOperators).description == text)
        }
    }

    @Test func printingNeedsNoOtherParentheses() throws {
        for text in [
            "a union b union c", "a union (b union c)", "a except (b except c)", "a intersect (b union c) intersect d",
            "a union b intersect c except d", "a intersect (b intersect c)", "sample(a union b, 3) except x",
        ] {
            #expect(try Self.parse(text).description == text)
        }
    }

    @Test func randomTextNeverTraps() {
        var numbers = SeededNumbers(4)
        let words = [
            "a", "b", "x", "(", ")", ",", "union", "except", "intersect", "sample", "sample(", "5", " ", "é", "0",
        ]
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 1...30, using: &numbers))
                .map { _ in words.randomElement(using: &numbers)! }.joined(
                    separator: Bool.random(using: &numbers) ? " " : "")
            if let expression = try? Self.parse(text) { #expect((try? Self.parse("\(expression)")) == expression) }
        }
    }

    @Test func namesAndSamples() throws {
        let expression = try Self.parse("a union b except (x intersect sample(a, 3))")
        #expect(expression.names == ["a", "b", "x"])
        #expect(expression.hasSample)
        #expect(!(try Self.parse("a union x")).hasSample)
    }
}

extension String {
    fileprivate var uppercasedOperators: String {
        split(separator: " ", omittingEmptySubsequences: false)
            .map { ["union", "intersect", "except"].contains($0) ? $0.uppercased() : String($0) }.joined(separator: " ")
    }
}
