internal import CODBC

/// Days and times as drivers give them, in ISO form. Whether such a day is in the calendar the column's type decides.
enum ODBCTime {
    static func text(_ date: SQL_DATE_STRUCT) -> String {
        padded(Int(date.year), 4) + "-" + padded(Int(date.month), 2) + "-" + padded(Int(date.day), 2)
    }

    /// A fraction of a second, in billionths, is left off where there is none.
    static func text(_ time: SQL_TIMESTAMP_STRUCT) -> String {
        let date = text(SQL_DATE_STRUCT(year: time.year, month: time.month, day: time.day))
        let clock = [time.hour, time.minute, time.second].map { padded(Int($0), 2) }.joined(separator: ":")
        return date + " " + clock + (time.fraction == 0 ? "" : "." + padded(Int(time.fraction), 9))
    }

    private static func padded(_ number: Int, _ count: Int) -> String {
        let digits = String(number.magnitude)
        let zeros = String(repeating: "0", count: max(0, count - digits.count))
        return (number < 0 ? "-" : "") + zeros + digits
    }
}
