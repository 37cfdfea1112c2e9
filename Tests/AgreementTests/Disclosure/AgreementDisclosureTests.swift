import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import PlainWords
@testable import Values

/// The section `disclosure`. [A-55] [A-56] [A-57] [A-58]
@Suite struct AgreementDisclosureTests {
    static let section = """
        disclosure:
          k: 5
          l: 2
          diversity: frequency
          leave_out: 3
          population: 40000
          quasi_identifiers:
            - {column: omnia_clients.start_date, dates: [month, year, ten_years]}
            - {column: omnia_clients.birth_year, bands: [5, 20]}
            - column: omnia_clients.country
              groups:
                - {nordic: [SE, "NO"], baltic: [EE, LV, LT]}
                - {europe: [nordic, baltic]}
            - {column: omnia_clients.postcode, prefixes: [3, 2]}
          sensitive: [omnia_clients.service]
          cuts:
            - {column: omnia_clients.income, bottom: "0", top: "99999.50"}
          rare:
            - {column: omnia_clients.language, people: 20, as: other}
          date_shift: {days: 30, except: [omnia_clients.start_date]}
          tables:
            - {title: Services by country, cohort: clients, rows: omnia_clients.service, columns: omnia_clients.country}

        """

    static func yaml(_ edits: [(String, String)]) throws -> String {
        var text = try AgreementSample.yaml()
        let marker = "      - {name: service, type: code, title: Kind of service}\n"
        text = text.replacing(
            marker,
            with: marker + """
                      - {name: birth_year, type: integer, title: Year}
                      - {name: country, type: code, title: Country}
                      - {name: postcode, type: code, title: Postcode}
                      - {name: language, type: text, title: Language}
                      - {name: income, type: decimal, title: Income}
                      - {name: last_date, type: date, title: Last day}

                """)
        text += section
        for (old, new) in edits {
            #expect(text.contains(old))
            text = text.replacing(old, with: new)
        }
        return text
    }

    private func parse(_ edits: [(String, String)] = []) throws -> Agreement {
        try Agreement.parse(Array(try Self.yaml(edits).utf8))
    }

    @Test func readsEveryField() throws {
        let rules = try parse().disclosure
        let anonymity = rules.anonymity
        #expect(anonymity.smallestClass == 5 && anonymity.leaveOutPercent == 3 && anonymity.population == 40_000)
        #expect(anonymity.diversity == Diversity(kind: .frequency, count: 2))
        #expect(
            anonymity.quasiIdentifiers.map(\.steps) == [
                [.date(.month), .date(.year), .date(.tenYears)], [.band(width: 5), .band(width: 20)],
                [
                    .groups(["SE": "nordic", "NO": "nordic", "EE": "baltic", "LV": "baltic", "LT": "baltic"]),
                    .groups(["nordic": "europe", "baltic": "europe"]),
                ], [.prefix(3), .prefix(2)],
            ])
        #expect(anonymity.sensitive == [ColumnReference("omnia_clients", "service")])
        #expect(rules.cuts.count == 1 && rules.cuts[0].top == ExactDecimal("99999.50").map(FieldValue.decimal))
        #expect(rules.rareValues[0].replacement == "other" && rules.rareValues[0].people == 20)
        #expect(rules.dateShift == DateShift(days: 30, except: [ColumnReference("omnia_clients", "start_date")]))
        #expect(rules.tables[0].columns == ColumnReference("omnia_clients", "country"))
        #expect(try AgreementSample.parsed().disclosure.isEmpty)
    }

    /// A kind that is added is read and told, or this fails: the section above has all.
    @Test func everyKindIsReadAndTold() throws {
        let agreement = try parse()
        #expect(Set(agreement.disclosure.all.map(\.kind)) == Set(DisclosureRule.Kind.allCases))
        #expect(agreement.disclosureWords(in: .english).count == agreement.disclosure.all.count)
        #expect(agreement.disclosureWords(in: .english).allSatisfy { !$0.summary.isEmpty })
        let fields = DisclosureRule.Kind.allCases.flatMap { $0.form.fields }
        #expect(Set(fields).count == fields.count)
        for kind in DisclosureRule.Kind.allCases {
            #expect(kind.form.fields.contains { Self.section.contains("\n  \($0):") }, "\(kind)")
        }
    }

    @Test func rulesAreKeptByKind() {
        let cuts = (1...3).map { DisclosureRule.cut(ColumnCut(ColumnReference("r", "c\($0)"), top: .integer(1))) }
        let shift = DisclosureRule.dateShift(DateShift(days: 3))
        let anonymity = DisclosureRule.anonymity(Anonymity(smallestClass: 2))
        let rules = DisclosureRules([shift, cuts[0], anonymity, cuts[1], cuts[2]])
        #expect(rules.all == [anonymity] + cuts + [shift])
        #expect(rules.anonymity.smallestClass == 2 && rules.dateShift?.days == 3 && rules.cuts.count == 3)
        #expect(rules.rareValues.isEmpty && rules.tables.isEmpty && !rules.isEmpty)
        #expect(DisclosureRules().anonymity == Anonymity() && DisclosureRules().dateShift == nil)
    }

    @Test func everyRuleIsToldToSigners() throws {
        let text = AgreementSummary(try parse()).text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for words in [
            "BEFORE A RESEARCHER SEES ANYTHING", "At least 5 people share",
            "bands of 5, then bands of 20, then missing",
            "at most one in 2 has the same value of omnia_clients.service", "at most 3 % of a cohort",
            "below 0 or above 99999.50", "fewer than 20 people", "except omnia_clients.start_date", "30 either way",
            "Services by country",
        ] { #expect(text.contains(words), "\(words)") }
        #expect(try !parse().cautions.contains { $0.contains("disclosure rules") })
    }

    @Test(
        "every mistake is told with its place and what to write",
        arguments: [
            ("omnia_clients.birth_year, b", "omnia_clients.birth_yaer, b", "did you mean omnia_clients.birth_year"),
            ("omnia_clients.birth_year, b", "birth_year, b", "register.column"),
            ("bands: [5, 20]", "bands: [5, 12]", "no multiple of 5"),
            ("bands: [5, 20]", "bands: []", "empty"),
            ("bands: [5, 20]", "bands: [five]", "whole numbers"),
            ("bands: [5, 20]", "dates: [year]", "is of type integer"),
            ("bands: [5, 20]", "bands: [5], prefixes: [2]", "in one way"),
            ("[month, year, ten_years]", "[year, month]", "the finest first"),
            ("[month, year, ten_years]", "[moth]", "did you mean month"),
            ("prefixes: [3, 2]", "prefixes: [2, 3]", "longest prefix first"),
            ("baltic: [EE, LV, LT]", "baltic: [EE, SE]", "in two groups"),
            ("  k: 5\n", "  k: 1\n", "from 2 to 1000"),
            ("  k: 5\n", "  k: 999\n  l: 3\n", "twice"),
            ("  k: 5\n", "", "Write k as well"),
            ("  k: 5\n", "  k: 5\n  count_rows: [omnia_cleints]\n", "omnia_clients"),
            ("  k: 5\n", "  k: 5\n  count_rows: [omnia_clients, omnia_clients]\n", "in this list twice"),
            ("max_people: 3000}", "max_people: 4}", "smaller k"),
            ("  l: 2\n  diversity: frequency\n", "", "Write l as well"),
            ("  l: 2\n", "", "This needs l"),
            ("frequency", "frequent", "did you mean frequency"),
            ("sensitive: [omnia_clients.service]", "sensitive: [omnia_clients.country]", "one or the other"),
            ("  sensitive: [omnia_clients.service]\n", "", "under 'sensitive'"),
            ("leave_out: 3", "leave_out: 51", "from 0 to 50"),
            ("bottom: \"0\", top: \"99999.50\"", "bottom: \"5\", top: \"5\"", "above the bottom"),
            ("bottom: \"0\", top: \"99999.50\"", "top: much", "a number such as"),
            (", bottom: \"0\", top: \"99999.50\"", "", "bottom or top"),
            ("column: omnia_clients.income", "column: omnia_clients.country", "only numbers and dates"),
            ("column: omnia_clients.language", "column: omnia_clients.income", "only codes and texts"),
            (", except: [omnia_clients.start_date]", "", "quasi-identifier and a date"),
            ("except: [omnia_clients.start_date]", "except: [omnia_clients.x]", "No released column"),
            ("days: 30", "days: 0", "from 1 to 3650"),
            ("cohort: clients, rows", "cohort: cleints, rows", "did you mean clients"),
            ("cohort: clients, rows", "cohort: others, rows", "is not released for others"),
            (
                "  tables:\n",
                "  tables:\n    - {title: Countries, cohort: clients, rows: omnia_clients.country}\n",
                "The table 'Countries' counts the same cohort"
            ),
            ("disclosure:\n", "disclosure:\n  colour: red\n", "unknown"),
        ])
    func mistakes(old: String, new: String, words: String) throws {
        let error = #expect(throws: AgreementError.self) { try parse([(old, new)]) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func needsRows() throws {
        let text = try AgreementParseTests.edited(AgreementParseTests.countOnly) + "disclosure: {k: 5}\n"
        let error = #expect(throws: AgreementError.self) { try Agreement.parse(Array(text.utf8)) }
        #expect(error?.description.contains("no rows are released") == true)
    }
}
