import Testing

@testable import Agreement

/// The language of recipes, written and read, whole and damaged.
struct MatchRecipeTests {
    static let fields = [
        MatchField(name: "given", kind: .givenNames), MatchField(name: "family", kind: .familyName),
        MatchField(name: "birth", kind: .date), MatchField(name: "street", kind: .text),
        MatchField(name: "first", kind: .code),
    ]

    static func term(_ depth: Int, _ random: inout SeededNumbers) -> MatchRecipe.Term {
        let words = fields.filter { $0.kind != .date }.map(\.name)
        if depth == 0 || Int.random(in: 0..<4, using: &random) == 0 {
            return .field(words.randomElement(using: &random)!)
        }
        let function = RecipeFunction.allCases.randomElement(using: &random)!
        if function.takesDate { return depth == 4 ? .call(function, [.field("birth")], count: nil) : .field("given") }
        return .call(
            function, (0..<function.termCount).map { _ in term(depth - 1, &random) },
            count: function.takesCount ? Int.random(in: 1...16, using: &random) : nil)
    }

    @Test func writtenAndReadAgain() throws {
        var random = SeededNumbers(4)
        var seen: Set<RecipeFunction> = []
        func note(_ term: MatchRecipe.Term) {
            guard case .call(let function, let terms, _) = term else { return }
            seen.insert(function)
            terms.forEach(note)
        }
        for _ in 0..<600 {
            let recipe = MatchRecipe((0..<Int.random(in: 1...8, using: &random)).map { _ in Self.term(4, &random) })
            guard recipe.text.utf8.count <= MatchRecipe.byteLimit else { continue }
            recipe.terms.forEach(note)
            #expect(try MatchRecipe.parse(recipe.text, fields: Self.fields) == recipe, "\(recipe.text)")
            let spread = recipe.text.replacing("(", with: " ( ").replacing(")", with: " )").replacing("+", with: " + ")
            guard spread.utf8.count <= MatchRecipe.byteLimit else { continue }
            #expect(try MatchRecipe.parse(spread, fields: Self.fields) == recipe)
        }
        #expect(seen == Set(RecipeFunction.allCases))
        // A field may have the name of a function.
        #expect(
            try MatchRecipe.parse("first(first) + first", fields: Self.fields)
                == MatchRecipe([.call(.first, [.field("first")], count: nil), .field("first")]))
    }

    @Test func damagedRecipes() throws {
        var random = SeededNumbers(5)
        let pieces = [
            "(", ")", ",", "+", " ", "given", "birth", "any", "swap", "0", "16", "é", "\u{0}", "_",
            "99999999999999999999", "first(",
        ]
        var (accepted, refused) = (0, 0)
        for _ in 0..<4_000 {
            var text = MatchRecipe((0..<Int.random(in: 1...4, using: &random)).map { _ in Self.term(4, &random) }).text
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let start = text.index(text.startIndex, offsetBy: Int.random(in: 0...text.count, using: &random))
                let end =
                    text.index(start, offsetBy: Int.random(in: 0...4, using: &random), limitedBy: text.endIndex)
                    ?? start
                text.replaceSubrange(
                    start..<end, with: Bool.random(using: &random) ? pieces.randomElement(using: &random)! : "")
            }
            do throws(MatchRecipeError) {
                let recipe = try MatchRecipe.parse(text, fields: Self.fields)
                accepted += 1
                #expect(try MatchRecipe.parse(recipe.text, fields: Self.fields) == recipe)
            } catch {
                refused += 1
                #expect(error.description.hasSuffix("."))
            }
        }
        #expect(accepted > 100 && refused > 1_000)
    }
}
