internal import Agreement
internal import Values

/// Days, numbers and lists as each language writes them.
extension PlainLanguage {
    /// `1.1.2009`, `den 1 januari 2009`, `1 January 2009`.
    func day(_ date: CalendarDate) -> String {
        of("\(date.day).\(date.month).\(date.year)", "den \(inWords(date))", inWords(date))
    }

    /// `1.1.2009`, in English `2009-01-01`.
    func shortDay(_ date: CalendarDate) -> String {
        self == .english ? date.description : "\(date.day).\(date.month).\(date.year)"
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
        let digits = Array(String(value))
        return digits.enumerated().reduce(into: "") { text, digit in
            if digit.offset > 0, (digits.count - digit.offset).isMultiple(of: 3) {
                text.append(self == .english ? "," : "\u{A0}")
            }
            text.append(digit.element)
        }
    }

    /// `0,5`, in English `0.5`.
    func decimal(_ value: Billionths) -> String { decimal("\(value)") }

    func decimal(_ text: String) -> String { self == .english ? text : text.replacing(".", with: ",") }

    /// A value of a column with a type: `99,5` or `1.1.2009`, in English as an agreement writes it.
    func value(_ value: FieldValue) -> String {
        switch value {
        case .date(let date): shortDay(date)
        case .decimal: decimal(value.plainText)
        default: value.plainText
        }
    }

    /// `1 henkilö` and `3 000 henkilöä`, `1 person` and `3 000 personer`, `1 person` and `3,000 people`.
    func people(_ count: Int) -> String {
        count == 1
            ? of("1 henkilö", "1 person", "1 person")
            : of("\(number(count)) henkilöä", "\(number(count)) personer", "\(number(count)) people")
    }

    /// `a, b ja c`.
    func list(_ items: [String]) -> String {
        guard let last = items.last else { return of("ei mitään", "inget", "nothing") }
        return items.count == 1
            ? last : "\(items.dropLast().joined(separator: ", ")) \(of("ja", "och", "and")) \(last)"
    }
}
