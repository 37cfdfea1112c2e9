import Testing

@testable import Agreement
@testable import PlainWords

/// What agreements say of the dates of a match field.
struct AgreementDateRuleTests {
    static let edits =
        AgreementMatchingTests.edits + [
            ("normalisation: sidos-1", "normalisation: sidos-3"),
            (
                "{name: birth, kind: date}",
                "{name: birth, kind: date, first_year: 1700, default_days: [\"01-01\", \"07-01\"]}"
            ),
        ]

    @Test func readsThem() throws {
        let agreement = try AgreementParseTests.parse(Self.edits)
        let days = [DayOfYear(month: 1, day: 1), DayOfYear(month: 7, day: 1)].compactMap { $0 }
        #expect(agreement.normalisation == .sidos3)
        #expect(
            agreement.matchFields[2]
                == MatchField(name: "birth", kind: .date, dates: DateFieldRules(firstYear: 1700, defaultDays: days)))
        #expect(agreement.matchFields[1].dates == DateFieldRules())
        #expect(DateFieldRules().firstYear == 1000 && DateFieldRules().defaultDays.isEmpty)
        let words = AgreementSummary(agreement).text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("In birth, years before 1700 are unknown."))
        #expect(words.contains("In birth, these stand for an unknown day: 01-01 and 07-01."))
        let plain = try AgreementParseTests.parse(AgreementMatchingTests.edits)
        #expect(!AgreementSummary(plain).text.contains("unknown day"))
    }

    @Test func daysOfTheYear() {
        #expect(["01-01", "02-29", "12-31"].map { DayOfYear($0)?.description } == ["01-01", "02-29", "12-31"])
        for text in [
            "", "1-1", "00-01", "01-00", "13-01", "02-30", "04-31", "01-01-", "01/01", "a1-01", "٠١-٠١", "-1-01",
        ] {
            #expect(DayOfYear(text) == nil, "\(text)")
        }
        #expect(DayOfYear(month: .max, day: 1) == nil && DayOfYear(month: .min, day: 1) == nil)
    }

    static func wrong(_ old: String, _ new: String, _ path: String, _ words: String...) -> MistakeCase {
        MistakeCase(edits + [(old, new)], at: "name: birth, kind", 0, path, words)
    }

    static let mistakes: [MistakeCase] = [
        wrong("first_year: 1700", "first_year: 999", "match_fields[2].first_year", "1000 to 2150"),
        wrong("first_year: 1700", "first_year: 2151", "match_fields[2].first_year", "1000 to 2150"),
        wrong("first_year: 1700", "frist_year: 1700", "match_fields[2].frist_year", "did you mean first_year"),
        wrong("\"07-01\"", "\"02-30\"", "match_fields[2].default_days[1]", "not a day of any year"),
        wrong("\"07-01\"", "\"7-1\"", "match_fields[2].default_days[1]", "not a day of any year"),
        wrong("\"07-01\"", "\"01-01\"", "match_fields[2].default_days[1]", "twice"),
        wrong("kind: date", "kind: code", "match_fields[2].first_year", "Only a field of kind date"),
        wrong("sidos-3", "sidos-2", "match_fields[2].default_days", "sidos-2 does not know it", "sidos-3"),
    ]

    @Test(arguments: mistakes) func mistake(_ mistake: MistakeCase) throws {
        try AgreementMistakeTests.check(
            mistake, AgreementMistakeTests.mistakes(try AgreementParseTests.edited(mistake.edits)), only: false)
    }

    @Test func emptyListOfDefaultDays() throws {
        let text = try AgreementParseTests.edited(Self.edits + [("[\"01-01\", \"07-01\"]", "[]")])
        #expect(try !AgreementMistakeTests.mistakes(text).isEmpty)
    }
}
