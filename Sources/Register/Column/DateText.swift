internal import PSIProtocol

/// Days as registers write them.
enum DateText {
    /// Reads `YYYY-MM-DD`, `D.M.YYYY` with one or two digits for day and month, or the day of an ISO 8601 timestamp as
    /// it is written, whatever its zone.
    static func date(_ text: ArraySlice<UInt8>) -> CalendarDate? {
        guard text.count >= 8, text.count <= 40 else { return nil }
        let start = text.startIndex
        if text.count >= 10, text[start + 4] == UInt8(ascii: "-") { return isoDate(text) }
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, (1...2).contains(parts[0].count), (1...2).contains(parts[1].count),
            parts[2].count == 4, let day = Digits.value(parts[0]), let month = Digits.value(parts[1]),
            let year = Digits.value(parts[2])
        else { return nil }
        return CalendarDate(year: year, month: month, day: day)
    }

    private static func isoDate(_ text: ArraySlice<UInt8>) -> CalendarDate? {
        let start = text.startIndex
        guard text[start + 7] == UInt8(ascii: "-"),
            let year = Digits.value(text[start..<(start + 4)]),
            let month = Digits.value(text[(start + 5)..<(start + 7)]),
            let day = Digits.value(text[(start + 8)..<(start + 10)]),
            text.count == 10 || isTime(text[(start + 10)...])
        else { return nil }
        return CalendarDate(year: year, month: month, day: day)
    }

    /// Whether the text is `T` or a space, `HH:MM`, perhaps `:SS` with a fraction, and perhaps `Z` or an offset.
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

        guard take(Array("T ".utf8)), takeNumber(upTo: 23), take(Array(":".utf8)), takeNumber(upTo: 59) else {
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
