import Testing

@testable import Agreement
@testable import PlainWords
@testable import StrictYAML
@testable import Values

/// The days on which the coordinator opens rounds by itself.
struct AgreementCalendarTests {
    private static func calendar(_ text: String, rounds: Int = 3) -> [(String, String)] {
        [("rounds_allowed: 3", "rounds_allowed: \(rounds)\ncalendar: \(text)")]
    }

    @Test func daysAreReadInOrder() throws {
        #expect(try AgreementSample.parsed().calendar == [])
        let agreement = try AgreementParseTests.parse(Self.calendar("[2026-01-01, 2026-06-30, 2027-12-31]"))
        #expect(agreement.calendar.map(\.description) == ["2026-01-01", "2026-06-30", "2027-12-31"])
    }

    @Test(arguments: [
        ("[]", "calendar", "Write at least 1"), ("2026-03-01", "calendar", "Write a list here"),
        ("{day: 2026-03-01}", "calendar", "Write a list here"),
        ("[2026-02-30]", "calendar[0]", "is not a day of the calendar"),
        ("[1.3.2026]", "calendar[0]", "is not a day of the calendar"),
        ("[2026-03-01T00:00:00]", "calendar[0]", "is not a day of the calendar"),
        ("[[2026-03-01]]", "calendar[0]", "days on which a round is opened"),
        ("[2026-03-01, 2026-03-01]", "calendar[1]", "does not come after 2026-03-01"),
        ("[2026-03-02, 2026-03-01]", "calendar[1]", "does not come after 2026-03-02"),
        ("[2025-12-31]", "calendar[0]", "is not within valid"), ("[2028-01-01]", "calendar[0]", "is not within valid"),
        ("[2026-03-01, 2026-03-02, 2026-03-03, 2026-03-04]", "calendar", "There are 4 days, and rounds_allowed is 3"),
    ])
    func mistakes(_ text: String, _ path: String, _ words: String) throws {
        let error = #expect(throws: AgreementError.self) { try AgreementParseTests.parse(Self.calendar(text)) }
        let mistakes = try #require(error?.mistakes)
        #expect(mistakes.count == 1 && mistakes[0].path == path, "\(mistakes)")
        #expect(mistakes[0].reason.contains(words), "\(mistakes[0].reason)")
    }

    @Test func noMoreDaysAreReadThanRoundsCanBe() throws {
        let days = (0..<1_001).map { _ in "2026-03-01" }.joined(separator: ", ")
        let error = #expect(throws: AgreementError.self) {
            try AgreementParseTests.parse(Self.calendar("[\(days)]", rounds: 1_000))
        }
        #expect(error?.mistakes.contains { $0.reason.contains("at most 1000 are allowed") } == true)
    }

    @Test func signersAreToldTheDays() throws {
        let agreement = try AgreementParseTests.parse(Self.calendar("[2026-03-01, 2026-09-15]"))
        for (language, days) in [
            (PlainLanguage.finnish, "1.3.2026 ja 15.9.2026"), (.swedish, "1.3.2026 och 15.9.2026"),
            (.english, "2026-03-01 and 2026-09-15"),
        ] {
            let text = AgreementSummary(agreement, language: language).text
                .split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(text.contains(days), "\(text)")
        }
    }
}
