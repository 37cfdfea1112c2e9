internal import Agreement
internal import Values

/// Days and numbers as each language writes them.
extension PlainLanguage {
    /// `1.1.2009`, `den 1 januari 2009`, `1 January 2009`.
    func day(_ date: CalendarDate) -> String {
        of("\(date.day).\(date.month).\(date.year)", "den \(inWords(date))", inWords(date))
    }

    /// `1 januari 2009`, `1 January 2009`.
    private func inWords(_ date: CalendarDate) -> String {
        let swedish = [
            "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober",
            "november",
            "december",
        ]
        let english = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November",
            "December",
        ]
        return "\(date.day) \((self == .swedish ? swedish : english)[date.month - 1]) \(date.year)"
    }

    /// `1.1.2009–31.12.2024`, `1 januari 2009–31 december 2024`, `1 January 2009 to 31 December 2024`.
    func days(_ from: CalendarDate, _ until: CalendarDate) -> String {
        of("\(day(from))–\(day(until))", "\(inWords(from))–\(inWords(until))", "\(day(from)) to \(day(until))")
    }

    /// `3 000` with a space that does not break, in English `3,000`.
    func number(_ value: Int) -> String {
        let english = AgreementSummary.number(value)
        return self == .english ? english : english.replacing(",", with: "\u{A0}")
    }

    /// `0,5`, in English `0.5`.
    func decimal(_ value: Billionths) -> String { decimal("\(value)") }

    func decimal(_ text: String) -> String { self == .english ? text : text.replacing(".", with: ",") }
}

extension Translated {
    /// A number as each language writes it.
    static func number(_ value: Int) -> Translated {
        Translated(
            finnish: PlainLanguage.finnish.number(value), swedish: PlainLanguage.swedish.number(value),
            english: PlainLanguage.english.number(value))
    }
}
