import Testing

@testable import Agreement
@testable import PlainWords

/// How people are recognised, as agreements say it. [N-01]
struct AgreementMatchingTests {
    static let text = """
        identity_scheme: se-personnummer
        normalisation: sidos-1
        match_fields:
          - {name: given, kind: given_names}
          - {name: family, kind: family_name}
          - {name: birth, kind: date}
        match_keys:
          - identity_code
          - {name: former_code, values: 2}
          - {name: birth_name, recipe: "phonetic(family) + prefix(first(given), 3) + birth"}
          - {name: any_name, values: 3, recipe: any(given) + family + year(birth)}
        tolerant_matching:
          tokens: 32
          agree: 4
          bits: 25
          margin: 3
          most_frequent: 50
          groups:
            - {name: name, features: [bigrams(given), 2 bigrams(family)]}
            - {name: birth, features: [3 parts(birth)]}
          patterns:
            - [name, name, birth]
            - [birth, name]

        """

    static let edits: [(String, String)] = [
        ("match_keys: [identity_code]\n", text),
        ("    max_people: 80000\n", "    max_people: 80000\n    match_fields: [birth, family]\n"),
        ("    max_people: 3000\n", "    max_people: 3000\n    quality: {year: start_date, group: service}\n"),
    ]

    static func parsed(_ more: [(String, String)] = []) throws -> Agreement {
        try AgreementParseTests.parse(edits + more)
    }

    static let recipe = MatchRecipe([
        .call(.phonetic, [.field("family")], count: nil),
        .call(.prefix, [.call(.first, [.field("given")], count: nil)], count: 3), .field("birth"),
    ])

    @Test func readsEveryField() throws {
        let agreement = try Self.parsed()
        #expect(agreement.identityScheme == .sweden)
        #expect(agreement.normalisation == .sidos1)
        #expect(
            agreement.matchFields == [
                MatchField(name: "given", kind: .givenNames), MatchField(name: "family", kind: .familyName),
                MatchField(name: "birth", kind: .date),
            ])
        #expect(
            agreement.matchKeys == [
                .identityCode, MatchKey("former_code", content: .formerCode, valueCount: 2),
                MatchKey("birth_name", content: .recipe(Self.recipe)),
                MatchKey(
                    "any_name",
                    content: .recipe(
                        MatchRecipe([
                            .call(.any, [.field("given")], count: nil), .field("family"),
                            .call(.year, [.field("birth")], count: nil),
                        ])), valueCount: 3),
            ])
        #expect(
            agreement.tolerantMatching
                == TolerantMatching(
                    tokenCount: 32, agreeCount: 4, bits: 25, margin: 3, mostFrequent: 50,
                    groups: [
                        FeatureGroup(
                            name: "name",
                            features: [
                                MatchFeature(field: "given", form: .bigrams),
                                MatchFeature(field: "family", form: .bigrams, weight: 2),
                            ]),
                        FeatureGroup(
                            name: "birth", features: [MatchFeature(field: "birth", form: .parts, weight: 3)]),
                    ], patterns: [[0, 0, 1], [1, 0]]))
        // In the agreement's order, whatever the register's.
        #expect(agreement.registers.map(\.matchFields) == [["given", "family", "birth"], ["family", "birth"]])
        #expect(agreement.registers[0].quality == QualityColumns(year: "start_date", group: "service"))
        #expect(agreement.registers[1].quality == QualityColumns())
        #expect(agreement.keyElementCount == 7)
        #expect(agreement.elementCount == 39)
        #expect(agreement.linkNames == ["identity_code", "former_code", "birth_name", "any_name", "tolerant"])
        let positions = agreement.positions
        #expect(positions.count == 39)
        #expect(
            positions.prefix(7).map(\.kind) == [
                "identity_code", "identity_code", "identity_code", "birth_name", "any_name", "any_name", "any_name",
            ])
        #expect(positions.prefix(8).map(\.link) == [0, 1, 1, 2, 3, 3, 3, 4])
        #expect(positions[7].kind == "tolerant.0" && positions[38] == MatchPosition(link: 4, kind: "tolerant.31"))
        #expect(!agreement.hasRecordElement && agreement.linksInSeveralWays)
    }

    @Test func standardValues() throws {
        let agreement = try Self.parsed([("  margin: 3\n", ""), ("  most_frequent: 50\n", "")])
        #expect(agreement.tolerantMatching?.margin == 1)
        #expect(agreement.tolerantMatching?.mostFrequent == 100)
        let plain = try AgreementSample.parsed()
        #expect(plain.identityScheme == .finland && plain.normalisation == nil && plain.tolerantMatching == nil)
        #expect(plain.matchFields.isEmpty && plain.registers.allSatisfy { $0.matchFields.isEmpty })
        #expect(plain.elementCount == 1 && !plain.linksInSeveralWays)
        // A key named by itself is the same as in a mapping, and a recipe may come first or alone.
        let others = try Self.parsed([("  - identity_code\n  - {name: former_code, values: 2}\n", "")])
        #expect(others.matchKeys.map(\.name) == ["birth_name", "any_name"])
        #expect(others.hasRecordElement)
        #expect(try Self.parsed([("- identity_code", "- {name: identity_code}")]).matchKeys[0] == .identityCode)
        #expect(try Self.parsed([("{name: former_code, values: 2}", "former_code")]).matchKeys[1].valueCount == 1)
        for scheme in IdentitySchemeID.allCases {
            #expect(try Self.parsed([("se-personnummer", scheme.rawValue)]).identityScheme == scheme)
        }
    }

    static func wrong(_ old: String, _ new: String, at line: String, _ path: String, _ words: String...) -> MistakeCase
    {
        MistakeCase(edits + [(old, new)], at: line, 0, path, words)
    }

    static let recipeText = "phonetic(family) + prefix(first(given), 3) + birth"

    static func wrongRecipe(_ text: String, _ words: String...) -> MistakeCase {
        MistakeCase(edits + [(recipeText, text)], at: "name: birth_name", 0, "match_keys[2].recipe", words)
    }

    static let fieldMistakes: [MistakeCase] = [
        wrong(
            "se-personnummer", "se-personnumer", at: "identity_scheme", "identity_scheme",
            "did you mean se-personnummer"),
        wrong("sidos-1", "sidos-3", at: "normalisation", "normalisation", "sidos-1", "sidos-2"),
        wrong("normalisation: sidos-1\n", "", at: "sidos_agreement", "normalisation", "missing"),
        wrong(
            "name: given, kind: given_names", "name: Given, kind: given_names", at: "Given", "match_fields[0].name",
            "a-z"),
        wrong(
            "kind: given_names", "kind: given_name", at: "name: given,", "match_fields[0].kind",
            "did you mean given_names"),
        wrong(
            "{name: given, kind: given_names}", "{name: given}", at: "name: given", "match_fields[0].kind", "missing"),
        wrong("{name: given, kind: given_names}", "given", at: "  - given", "match_fields[0]", "name", "kind"),
        wrong(
            "  - {name: family, kind: family_name}\n",
            "  - {name: family, kind: family_name}\n  - {name: family, kind: text}\n", at: "kind: text",
            "match_fields[2].name", "twice"),
        wrong(
            "{name: birth, kind: date}", "{name: birth, kind: date}\n  - {name: town, kind: text}", at: "match_fields:",
            "match_fields", "No match key needs town"),
        MistakeCase(
            "match_keys: [identity_code]", "match_keys: [identity_code]\nnormalisation: sidos-1", at: "normalisation",
            "normalisation", "Remove this line"),
        MistakeCase(
            "max_people: 80000", "max_people: 80000\n    match_fields: [birth]", at: "match_fields: [birth]",
            "registers[1].match_fields[0]", "No match field has the name birth"),
        wrong(
            "match_fields: [birth, family]", "match_fields: [birth, famly]", at: "famly",
            "registers[1].match_fields[1]", "did you mean family"),
        wrong(
            "match_fields: [birth, family]", "match_fields: [birth, birth]", at: "[birth, birth]",
            "registers[1].match_fields[1]", "twice"),
        wrong(
            "year: start_date", "year: service", at: "quality", "registers[0].quality.year", "no column",
            "date or integer"),
        wrong("group: service", "group: start_date", at: "quality", "registers[0].quality.group", "code or boolean"),
        wrong("group: service", "group: servise", at: "quality", "registers[0].quality.group", "did you mean service"),
        wrong("group: service", "groups: service", at: "quality", "registers[0].quality.groups", "unknown"),
        wrong(
            "match_fields: [birth, family]", "quality: {year: start_date}", at: "quality: {year: start_date}\n",
            "registers[1].quality.year", "no column"),
    ].map { (mistake: MistakeCase) in
        // Text of a line cannot hold its end.
        var mistake = mistake
        mistake.line = mistake.line.replacing("\n", with: "")
        return mistake
    }

    static let keyMistakes: [MistakeCase] = [
        wrong(
            "- identity_code", "- identity_kode", at: "identity_kode", "match_keys[0]", "unknown",
            "did you mean identity_code"),
        wrong("- identity_code", "- {name: passport}", at: "passport", "match_keys[0].name", "unknown", "recipe"),
        wrong(
            "- identity_code", "- {name: identity_code, values: 2}", at: "identity_code, v", "match_keys[0].name",
            "one identity_code"),
        wrong("  - identity_code\n", "", at: "match_keys:", "match_keys", "former_code is compared with identity_code"),
        wrong("values: 2", "values: 5", at: "former_code", "match_keys[1].values", "1 to 4"),
        wrong("values: 2", "values: 0", at: "former_code", "match_keys[1].values", "1 to 4"),
        MistakeCase(
            edits + [("{name: former_code, values: 2}", "former_code\n  - former_code")], at: "- former_code", 1,
            "match_keys[2]", ["twice"]),
        wrong("name: any_name", "name: birth_name", at: "birth_name, values", "match_keys[3]", "twice"),
        wrong("any(given) +", "given +", at: "any_name", "match_keys[3].values", "Only a recipe with any( )"),
        wrong("name: birth_name, ", "", at: "phonetic", "match_keys[2].name", "missing"),
        wrong("values: 3, recipe", "value: 3, recipe", at: "any_name", "match_keys[3].value", "did you mean values"),
    ]

    static let recipeMistakes: [MistakeCase] =
        [
            wrongRecipe("phonetic(famly) + birth", "character 10", "famly", "did you mean family"),
            wrongRecipe("fonetic(family) + birth", "character 1,", "fonetic", "did you mean phonetic"),
            wrongRecipe("family + ", "character 10", "expected"),
            wrongRecipe("family birth", "character 8", "expected"),
            wrongRecipe("+ family", "character 1 ", "expected"),
            wrongRecipe("family) + birth", "character 7", "expected"),
            wrongRecipe("Family + birth", "character 1 ", "expected"),
            wrongRecipe("family ++ birth", "character 9", "expected"),
            wrongRecipe("", "expected"), wrongRecipe("first(birth)", "character 1,", "field of words"),
            wrongRecipe("family + year(given)", "character 10", "kind date"),
            wrongRecipe("year(first(given))", "character 1,", "kind date"),
            wrongRecipe("swap(given) + birth", "character 1,", "takes two terms"),
            wrongRecipe("first(given, family)", "character 1,", "takes one term"),
            wrongRecipe("first(given", "character 1,", "close the parenthesis"),
            wrongRecipe("prefix(given)", "character 1,", "number from 1 to 16"),
            wrongRecipe("prefix(given, 0)", "character 1,", "number from 1 to 16"),
            wrongRecipe("prefix(given, 17)", "character 1,", "number from 1 to 16"),
            wrongRecipe("prefix(given, 99999999999999999999)", "number from 1 to 16"),
            wrongRecipe("suffix(given, x)", "number from 1 to 16"),
            wrongRecipe("first(given, 3)", "character 1,", "takes one term"),
            wrongRecipe("first(first(first(first(first(given)))))", "character 25", "more than 4"),
            wrongRecipe(Array(repeating: "family", count: 9).joined(separator: " + "), "at most 8 terms"),
            wrongRecipe(String(repeating: "family+", count: 74), "at most 512 bytes"),
            wrongRecipe("first()", "character 7", "expected"), wrongRecipe("family + é", "character 10", "expected"),
        ] + [
            wrong(
                "{name: birth_name, recipe: \"\(recipeText)\"}", "{name: tolerant, recipe: family + birth}",
                at: "tolerant, r", "match_keys[2].name", "meaning of its own"),
            wrong(
                "{name: birth_name, recipe: \"\(recipeText)\"}", "{name: identity_code, recipe: family + birth}",
                at: "identity_code, r", "match_keys[2].name", "meaning of its own"),
            wrong("\"\(recipeText)\"", "[family, birth]", at: "name: birth_name", "match_keys[2].recipe", "not a list"),
        ]

    static let tolerantMistakes: [MistakeCase] = [
        wrong("tokens: 32", "tokens: 65", at: "tokens:", "tolerant_matching.tokens", "1 to 64"),
        wrong("  tokens: 32\n", "", at: "agree: 4", "tolerant_matching.tokens", "missing"),
        wrong("agree: 4", "agree: 33", at: "agree:", "tolerant_matching.agree", "1 to 32"),
        wrong("  bits: 25\n", "", at: "tokens: 32", "tolerant_matching.bits", "missing"),
        wrong("bits: 25", "bits: 2001", at: "bits:", "tolerant_matching.bits", "1 to 2000"),
        wrong("margin: 3", "margin: 0", at: "margin:", "tolerant_matching.margin", "1 to 2000"),
        wrong(
            "most_frequent: 50", "most_frequent: 0", at: "most_frequent", "tolerant_matching.most_frequent",
            "1 to 10000"),
        wrong("margin: 3", "margins: 3", at: "margins:", "tolerant_matching.margins", "did you mean margin"),
        wrong(
            "bigrams(given)", "bigram(given)", at: "bigram(", "tolerant_matching.groups[0].features[0]", "no feature",
            "bigrams, trigrams"),
        wrong(
            "2 bigrams(family)", "9 bigrams(family)", at: "9 bigrams", "tolerant_matching.groups[0].features[1]",
            "weight is from 1 to 8"),
        wrong(
            "2 bigrams(family)", "0 bigrams(family)", at: "0 bigrams", "tolerant_matching.groups[0].features[1]",
            "weight is from 1 to 8"),
        wrong(
            "2 bigrams(family)", "two bigrams(family)", at: "two bigrams", "tolerant_matching.groups[0].features[1]",
            "no feature"),
        wrong(
            "2 bigrams(family)", "1 2 bigrams(family)", at: "1 2 bigrams", "tolerant_matching.groups[0].features[1]",
            "no feature"),
        wrong(
            "2 bigrams(family)", "bigrams(family", at: "bigrams(family]", "tolerant_matching.groups[0].features[1]",
            "no feature"),
        wrong("2 bigrams(family)", "''", at: "''", "tolerant_matching.groups[0].features[1]", "no feature"),
        wrong(
            "2 bigrams(family)", "bigrams(famly)", at: "famly", "tolerant_matching.groups[0].features[1]",
            "did you mean family"),
        wrong(
            "2 bigrams(family)", "bigrams(birth)", at: "bigrams(birth)", "tolerant_matching.groups[0].features[1]",
            "not a date"),
        wrong(
            "3 parts(birth)", "parts(family)", at: "parts(family)", "tolerant_matching.groups[1].features[0]",
            "kind date"),
        wrong("[3 parts(birth)]", "[]", at: "name: birth, features", "tolerant_matching.groups[1].features", "empty"),
        wrong(
            "{name: birth, features", "{name: name, features", at: "name: name, features: [3",
            "tolerant_matching.groups[1].name", "twice"),
        wrong("- [birth, name]", "- [birth]", at: "- [birth]", "tolerant_matching.patterns[1]", "guessed easily"),
        wrong("- [birth, name]", "- birth", at: "- birth", "tolerant_matching.patterns[1]", "two to eight"),
        wrong(
            "- [birth, name]", "- [name, name, name, name, name, name, name, name, name]", at: "name, name, name, name",
            "tolerant_matching.patterns[1]", "two to eight"),
        wrong("- [birth, name]", "- [birth, nam]", at: "nam]", "tolerant_matching.patterns[1][1]", "did you mean name"),
        wrong(
            "  patterns:\n    - [name, name, birth]\n    - [birth, name]\n", "  patterns: []\n", at: "patterns: []",
            "tolerant_matching.patterns", "empty"),
        wrong(
            "  patterns:\n    - [name, name, birth]\n    - [birth, name]\n", "", at: "tokens: 32",
            "tolerant_matching.patterns", "missing"),
    ]

    @Test(arguments: fieldMistakes + keyMistakes) func mistakes(_ mistake: MistakeCase) throws {
        try AgreementMistakeTests.check(
            mistake, AgreementMistakeTests.mistakes(try AgreementParseTests.edited(mistake.edits)), only: false)
    }

    @Test(arguments: recipeMistakes + tolerantMistakes) func mistakeAlone(_ mistake: MistakeCase) throws {
        try AgreementMistakeTests.check(
            mistake, AgreementMistakeTests.mistakes(try AgreementParseTests.edited(mistake.edits)))
    }

    // MARK: Recipes

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

    // MARK: Before signing

    @Test func summary() throws {
        let text = AgreementSummary(try Self.parsed()).text
        let section = try #require(text.firstRange(of: "HOW PEOPLE ARE MATCHED")).lowerBound
        let words = text[section...].split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for said in [
            "by these keys, in this order", "identity_code: the personal identity code of Sweden",
            "former_code: identity codes that the person had before, up to 2 of them.",
            "birth_name: phonetic(family) + prefix(first(given), 3) + birth, made of given (given_names), "
                + "family (family_name) and birth (date).",
            "any_name: any(given) + family + year(birth), made of given (given_names), family (family_name) and "
                + "birth (date); up to 3 values of a person.",
            "resemble each other in given (given_names), family (family_name) and birth (date)",
            "at least 4 of 32 tokens", "at least 25 bits",
            "The coordinator sees which records resemble each other, but not whose they are.",
            "residents has only family (family_name) and birth (date).", "never leave the authority",
            "matched by identity_code, former_code, birth_name, any_name and tolerant, with",
        ] {
            #expect(words.contains(said), "\(said) is not in: \(words)")
        }
        let order = ["- identity_code:", "- former_code:", "- birth_name:", "- any_name:"].compactMap {
            words.firstRange(of: $0)
        }
        #expect(order.count == 4 && order.map(\.lowerBound) == order.map(\.lowerBound).sorted())
        for line in text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
        let without = AgreementSummary(
            try Self.parsed([(Self.tolerantText, ""), ("match_fields: [birth, family]", "match_fields: []")])
        ).text
        #expect(!without.contains("resemble"))
        #expect(without.contains("residents has none of these fields."))
    }

    static let tolerantText = String(text[text.firstRange(of: "tolerant_matching:")!.lowerBound...])

    @Test func cautions() throws {
        func cautions(_ edits: [(String, String)]) throws -> [String] {
            try Self.parsed(edits).cautions.filter {
                !$0.contains("cohort others") && !$0.contains("disclosure rules") && !$0.contains("sidos-1")
            }
        }
        // 2 · 80,000 people are 18 bits.
        #expect(try cautions([]).count == 1)
        #expect(try cautions([])[0].contains("tolerant_matching is on"))
        #expect(try cautions([("bits: 25", "bits: 22")]).count == 1)
        let few = try cautions([("bits: 25", "bits: 21")])
        #expect(
            few.count == 2 && few[1].contains("bits is 21") && few[1].contains("80,000") && few[1].contains("22 bits"))
        #expect(try cautions([("bits: 25", "bits: 21"), ("max_people: 80000", "max_people: 65536")]).count == 1)
        #expect(try cautions([("bits: 25", "bits: 21"), ("max_people: 80000", "max_people: 65537")]).count == 2)
        #expect(try cautions([(Self.tolerantText, "")]) == [])
        let single = try cautions([(Self.tolerantText, ""), ("any(given) + family + year(birth)", "any(given)")])
        #expect(single.count == 1 && single[0].contains("any_name is made of a single field"))
        // Twice the same field is one field.
        #expect(
            try cautions([(Self.tolerantText, ""), ("any(given) + family + year(birth)", "any(given) + first(given)")])
                .count == 1)
        let later = try cautions(
            [
                (Self.tolerantText, ""), ("  - identity_code\n  - {name: former_code, values: 2}\n", ""),
                ("tolerant_matching:", "tolerant_matching:"),
            ].filter { $0.0 != $0.1 })
        #expect(later.count == 1 && later[0].contains("identity_code is not the first match key"))
    }
}
