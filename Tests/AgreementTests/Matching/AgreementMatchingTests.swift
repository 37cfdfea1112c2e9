import Testing
import Values

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
          - {name: former_code, values: 2, replaced_since: 2010-03-01}
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
                .identityCode,
                MatchKey(
                    "former_code", content: .formerCode, valueCount: 2,
                    replacedSince: CalendarDate(year: 2010, month: 3, day: 1)),
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
        let others = try Self.parsed([
            ("  - identity_code\n  - {name: former_code, values: 2, replaced_since: 2010-03-01}\n", "")
        ])
        #expect(others.matchKeys.map(\.name) == ["birth_name", "any_name"])
        #expect(others.hasRecordElement)
        #expect(try Self.parsed([("- identity_code", "- {name: identity_code}")]).matchKeys[0] == .identityCode)
        #expect(
            try Self.parsed([("{name: former_code, values: 2, replaced_since: 2010-03-01}", "former_code")]).matchKeys[
                1
            ].valueCount == 1)
        for scheme in IdentitySchemeID.allCases {
            #expect(try Self.parsed([("se-personnummer", scheme.rawValue)]).identityScheme == scheme)
        }
    }

    // MARK: Before signing

    @Test func summary() throws {
        let text = AgreementSummary(try Self.parsed()).text
        let section = try #require(text.firstRange(of: "HOW PEOPLE ARE MATCHED")).lowerBound
        let words = text[section...].split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for said in [
            "by these keys, in this order", "identity_code: the personal identity code of Sweden",
            "former_code: identity codes that the person had before, up to 2 of them; only those that were replaced on "
                + "2010-03-01 or later.",
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
                (Self.tolerantText, ""),
                ("  - identity_code\n  - {name: former_code, values: 2, replaced_since: 2010-03-01}\n", ""),
                ("tolerant_matching:", "tolerant_matching:"),
            ].filter { $0.0 != $0.1 })
        #expect(later.count == 1 && later[0].contains("identity_code is not the first match key"))
    }
}
