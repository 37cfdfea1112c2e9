internal import Agreement
internal import Values

/// The values of one quasi-identifier at every level: 0 as they are, then the agreement's steps, at last missing.
struct Generaliser {
    let steps: [GeneralisationStep]
    /// What the column holds once released.
    let releasedType: ColumnType

    /// The level at which every value is missing.
    var top: Int { steps.count + 1 }

    /// A value at a level below `top`, as it is shown.
    func text(_ value: FieldValue, level: Int) -> String? {
        guard value != .null, level < top else { return nil }
        var text = value.plainText
        for step in steps.prefix(level) { text = Self.coarser(value, text, step) }
        return text
    }

    /// A value at a level, as the dataset holds it.
    func value(_ value: FieldValue, level: Int) -> FieldValue {
        guard let text = text(value, level: level) else { return .null }
        switch releasedType {
        case .code: return .code(text)
        case .text: return .text(text)
        case .integer, .decimal, .date, .boolean, .person: return value
        }
    }

    /// - Parameter text: the value after the steps before this one.
    private static func coarser(_ value: FieldValue, _ text: String, _ step: GeneralisationStep) -> String {
        switch step {
        case .band(let width): band(value, width) ?? text
        case .date(let part): if case .date(let date) = value { span(date, part) } else { text }
        case .prefix(let count): text.unicodeScalars.count > count ? prefix(value.plainText, count) : text
        case .groups(let groupOf): groupOf[text] ?? text
        }
    }

    private static func prefix(_ text: String, _ count: Int) -> String {
        var start = String.UnicodeScalarView()
        start.append(contentsOf: text.unicodeScalars.prefix(count))
        return String(start) + "*"
    }

    /// `35 to 39`; `35 to under 40` of decimals. Nil for numbers beyond 64 bits, which stay as they are.
    private static func band(_ value: FieldValue, _ width: Int64) -> String? {
        let whole: Int64
        switch value {
        case .integer(let number): whole = number
        case .decimal(let decimal):
            guard let floor = floor(decimal) else { return nil }
            whole = floor
        default: return nil
        }
        let remainder = whole % width
        let (lower, isLow) = whole.subtractingReportingOverflow(remainder < 0 ? remainder + width : remainder)
        let (upper, isHigh) = lower.addingReportingOverflow(width)
        guard !isLow, !isHigh else { return nil }
        if case .decimal = value { return "\(lower) to under \(upper)" }
        return "\(lower) to \(upper - 1)"
    }

    /// The largest whole number that is not above the decimal.
    private static func floor(_ decimal: ExactDecimal) -> Int64? {
        let parts = decimal.digits.split(separator: ".")
        guard let whole = Int64(parts[0]) else { return nil }
        let hasFraction = parts.count == 2 && parts[1].contains { $0 != "0" }
        guard decimal.digits.hasPrefix("-"), hasFraction else { return whole }
        return whole == .min ? nil : whole - 1
    }

    private static func span(_ date: CalendarDate, _ part: DateStep) -> String {
        let year = String(date.description.prefix(4))
        switch part {
        case .month: return String(date.description.prefix(7))
        case .quarter: return "\(year)-Q\((date.month + 2) / 3)"
        case .year: return year
        case .fiveYears: return years(date.year / 5 * 5, 5)
        case .tenYears: return years(date.year / 10 * 10, 10)
        }
    }

    private static func years(_ first: Int, _ count: Int) -> String { "\(first) to \(first + count - 1)" }
}
