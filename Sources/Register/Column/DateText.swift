internal import Values

/// Days as registers write them.
enum DateText {
    /// Reads a whole day in any of the shapes in which a match field may have it (N-40): year, month and day or day,
    /// month and year, with one of `-`, `.` and `/` between them, or `YYYYMMDD`; and the day of a timestamp as it is
    /// written, whatever its zone.
    static func date(_ text: ArraySlice<UInt8>) -> CalendarDate? {
        guard text.count >= 8, text.count <= 48, let day = withoutTime(text), let numbers = DateShape.numbers(day)
        else { return nil }
        // A match field may lack month or day, or have them swapped; what is released may not.
        return CalendarDate(year: numbers.year, month: numbers.month, day: numbers.day)
    }

    /// The text before a time; the whole text where there is none, nil if what follows the day is no time.
    static func withoutTime(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let end = text.firstIndex { $0 == UInt8(ascii: "T") || $0 == UInt8(ascii: " ") } ?? text.endIndex
        return end == text.endIndex || isTime(text[end...]) ? text[..<end] : nil
    }

    /// Whether the text is `T` or a space, `H:MM` or `HH:MM`, perhaps `:SS` with a fraction, and perhaps `Z` or an
    /// offset.
    private static func isTime(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text

        func take(_ bytes: [UInt8]) -> Bool {
            guard let first = rest.first, bytes.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        func takeNumber(upTo limit: Int) -> Bool {
            guard rest.count >= 2, let value = Digits.value(rest.prefix(2)), value <= limit else { return false }
            rest = rest.dropFirst(2)
            return true
        }

        func takeHour() -> Bool {
            if rest.count >= 2, rest[rest.startIndex + 1] == UInt8(ascii: ":") {
                rest = ArraySlice([UInt8(ascii: "0")]) + rest
            }
            return takeNumber(upTo: 23)
        }

        guard take(Array("T ".utf8)), takeHour(), take(Array(":".utf8)), takeNumber(upTo: 59) else {
            return false
        }
        if take(Array(":".utf8)) {
            // 60 is a leap second.
            guard takeNumber(upTo: 60) else { return false }
            if take(Array(".,".utf8)) {
                let digits = rest.prefix(while: Digits.isDigit)
                if digits.isEmpty { return false }
                rest = rest.dropFirst(digits.count)
            }
        }
        if take(Array("Z".utf8)) { return rest.isEmpty }
        if take(Array("+-".utf8)) {
            guard takeNumber(upTo: 23) else { return false }
            if rest.isEmpty { return true }
            _ = take(Array(":".utf8))
            guard takeNumber(upTo: 59) else { return false }
            // Local mean time, before there were time zones, differed by seconds too.
            return rest.isEmpty || take(Array(":".utf8)) && takeNumber(upTo: 59) && rest.isEmpty
        }
        return rest.isEmpty
    }
}
