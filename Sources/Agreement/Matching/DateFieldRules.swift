/// What the agreement says of a match field's dates; only `sidos-3` looks at it. [A-96]
public struct DateFieldRules: Sendable, Hashable {
    /// An earlier year is unknown.
    public var firstYear: Int
    /// Days of the year that stand for an unknown one: month and day of such a date are unknown, its year is not.
    public var defaultDays: [DayOfYear]

    public init(firstYear: Int = Self.firstYears.lowerBound, defaultDays: [DayOfYear] = []) {
        self.firstYear = firstYear
        self.defaultDays = defaultDays
    }

    public static let firstYears = 1000...2150
    static let defaultDayLimit = 16
    /// Fields of a match field that say it.
    static let names = ["first_year", "default_days"]
}

/// A day of any year, such as 1 January.
public struct DayOfYear: Sendable, Hashable, CustomStringConvertible {
    /// 1…12.
    public let month: Int
    /// 1…31, and a day that the month has in some year.
    public let day: Int

    /// The day, or nil when no year has it.
    public init?(month: Int, day: Int) {
        let dayCounts = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), (1...dayCounts[month - 1]).contains(day) else { return nil }
        self.month = month
        self.day = day
    }

    /// Reads `MM-DD`, exactly five ASCII characters.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: "-") else { return nil }
        let numbers = [bytes[0], bytes[1], bytes[3], bytes[4]].map { Int($0) - Int(UInt8(ascii: "0")) }
        guard numbers.allSatisfy((0...9).contains) else { return nil }
        self.init(month: numbers[0] * 10 + numbers[1], day: numbers[2] * 10 + numbers[3])
    }

    /// `MM-DD`.
    public var description: String { "\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)" }
}
