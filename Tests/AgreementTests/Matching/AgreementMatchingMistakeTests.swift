import Testing

@testable import Agreement

/// What is wrong with how people are recognised, and what to write instead.
struct AgreementMatchingMistakeTests {
    static func wrong(_ old: String, _ new: String, at line: String, _ path: String, _ words: String...) -> MistakeCase
    {
        MistakeCase(AgreementMatchingTests.edits + [(old, new)], at: line, 0, path, words)
    }

    static let recipeText = "phonetic(family) + prefix(first(given), 3) + birth"

    static func wrongRecipe(_ text: String, _ words: String...) -> MistakeCase {
        MistakeCase(
            AgreementMatchingTests.edits + [(recipeText, text)], at: "name: birth_name", 0, "match_keys[2].recipe",
            words)
    }

    static let fieldMistakes: [MistakeCase] = [
        wrong(
            "se-personnummer", "se-personnumer", at: "identity_scheme", "identity_scheme",
            "did you mean se-personnummer"),
        wrong("sidos-1", "sidos-4", at: "normalisation", "normalisation", "sidos-1", "sidos-2", "sidos-3"),
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
            AgreementMatchingTests.edits + [
                ("{name: former_code, values: 2, replaced_since: 2010-03-01}", "former_code\n  - former_code")
            ],
            at: "- former_code", 1, "match_keys[2]", ["twice"]),
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
}
