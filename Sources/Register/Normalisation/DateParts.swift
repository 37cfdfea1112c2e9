internal import Agreement

/// What is known of a day (N-40…N-43). Secret; it shows nothing of itself.
public struct DateParts: Sendable, Equatable, CustomReflectable {
    /// 1850…2150; under `sidos-3` from 1000 on, if the agreement says nothing else.
    public let year: Int?
    /// 1…12.
    public let month: Int?
    /// 1…31, and a day that the month has if that is known.
    public let day: Int?

    /// Reads a date in any of the shapes of N-40; nil if it is missing.
    ///
    /// - Parameter text: the field as the source has it, any bytes. Secret.
    public init?(_ text: ArraySlice<UInt8>) {
        guard text.count <= NormalisationProfile.fieldByteCount, let numbers = DateShape.numbers(text) else {
            return nil
        }
        self.init(numbers, firstYear: 1850)
    }

    /// Reads a date as `sidos-3` does; nil if it is missing (N-83, N-84).
    ///
    /// - Parameters:
    ///   - text: the field as the source has it, without a time. Secret.
    ///   - rules: what the agreement says of the field.
    init?(_ text: ArraySlice<UInt8>, _ rules: DateFieldRules) {
        guard text.count <= NormalisationProfile.fieldByteCount,
            var numbers = DateShape.numbers(DateShape.withoutMasks(text)), !DateShape.isNoDay(numbers)
        else { return nil }
        if numbers.month == 99 { numbers.month = 0 }
        if numbers.day == 99 { numbers.day = 0 }
        guard let read = DateParts(numbers, firstYear: rules.firstYear) else { return nil }
        let isDefault = rules.defaultDays.contains { $0.month == read.month && $0.day == read.day }
        if isDefault, read.year == nil { return nil }
        self.init(year: read.year, month: isDefault ? nil : read.month, day: isDefault ? nil : read.day)
    }

    /// What is known of the numbers of a date (N-41, N-42); nil if it is nothing.
    private init?(_ numbers: (year: Int, month: Int, day: Int), firstYear: Int) {
        var (month, day) = (numbers.month, numbers.day)
        let year = firstYear <= numbers.year && numbers.year <= 2150 ? numbers.year : 0
        let isPlaceholder = [(1, 1), (11, 11), (12, 31)].contains { $0 == (month, day) }
        if year == 0, numbers.year != 0, isPlaceholder { return nil }
        if month != 0, day != 0, !Self.hasDay(year: year, month: month, day: day) {
            (month, day) = Self.hasDay(year: year, month: day, day: month) ? (day, month) : (0, 0)
        }
        if !(1...12).contains(month) { month = 0 }
        if month == 0, !(1...31).contains(day) { day = 0 }
        if year == 0, month == 0, day == 0 { return nil }
        self.year = year == 0 ? nil : year
        self.month = month == 0 ? nil : month
        self.day = day == 0 ? nil : day
    }

    /// Parts that were read before.
    init(year: Int?, month: Int?, day: Int?) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Whether the calendar has the day; if the year is 0, in a leap year.
    private static func hasDay(year: Int, month: Int, day: Int) -> Bool {
        guard (1...12).contains(month), day >= 1 else { return false }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        return day <= (month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31)
    }

    /// Whether it is 1 January or 1 July, which often stand for an unknown day.
    public var isDefaultDay: Bool { day == 1 && (month == 1 || month == 7) }

    /// A form for match keys, ASCII digits; nil if a part of it is unknown. Secret.
    public func digits(_ form: DateForm) -> [UInt8]? {
        switch form {
        case .date: Self.digits(year, month, day)
        case .year: Self.digits(year)
        case .day: day.map { Self.digits($0, width: 2) }
        case .yearMonth: Self.digits(year, month)
        case .yearDay: Self.digits(year, day)
        case .monthDay: month.flatMap { month in day.map { Self.digits(month, width: 2) + Self.digits($0, width: 2) } }
        case .unorderedDay:
            month.flatMap { month in day.flatMap { Self.digits(year, min(month, $0), max(month, $0)) } }
        }
    }

    private static func digits(_ year: Int?, _ others: Int?...) -> [UInt8]? {
        guard let year else { return nil }
        var text = digits(year, width: 4)
        for number in others {
            guard let number else { return nil }
            text += digits(number, width: 2)
        }
        return text
    }

    private static func digits(_ number: Int, width: Int) -> [UInt8] {
        var rest = number
        var text = [UInt8](repeating: UInt8(ascii: "0"), count: width)
        for index in text.indices.reversed() {
            text[index] += UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        return text
    }

    /// Without children, so that no reflection prints a birth date.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The parts of a date that a match key compares (N-43).
public enum DateForm: String, Sendable, CaseIterable {
    case date
    case year
    case day
    case yearMonth = "year_month"
    case yearDay = "year_day"
    case monthDay = "month_day"
    /// Equal for dates with day and month swapped.
    case unorderedDay = "unordered_day"
}
