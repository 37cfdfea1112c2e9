/// The numbers of a date as registers write it (N-40).
enum DateShape {
    /// Year, month and day as written, 0 for what is not; nil for any other text. All are secret.
    static func numbers(_ text: ArraySlice<UInt8>) -> (year: Int, month: Int, day: Int)? {
        let text = withoutTime(withASCIIHyphens(trimmed(text)))
        guard let separator = text.first(where: { !Digits.isDigit($0) }) else { return unseparated(text) }
        guard "-./".utf8.contains(separator) else { return nil }
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.last, (2...3).contains(parts.count) else { return nil }
        let isYearFirst = first.count == 4
        let year = isYearFirst ? first : last
        let others = isYearFirst ? parts.dropFirst() : parts.dropLast()
        guard year.count == 4, let yearNumber = Digits.value(year) else { return nil }
        var numbers: [Int] = []
        for part in others {
            guard (1...2).contains(part.count), let number = Digits.value(part) else { return nil }
            numbers.append(number)
        }
        guard numbers.count == 2 else { return numbers.first.map { (yearNumber, $0, 0) } }
        return isYearFirst ? (yearNumber, numbers[0], numbers[1]) : (yearNumber, numbers[1], numbers[0])
    }

    /// The text with zeros for years, months and days that are nothing but marks for an unknown one (N-83).
    static func withoutMasks(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard text.contains(where: isMask) else { return text }
        var result = withASCIIHyphens(trimmed(text))
        // Without separators the parts follow from their places.
        var ends = result.count == 8 ? [4, 6, 8] : [result.count]
        if result.contains(where: "-./".utf8.contains) {
            ends = result.indices.filter { "-./".utf8.contains(result[$0]) } + [result.count]
        }
        var start = 0
        for end in ends {
            let part = result[start..<end].drop { "-./".utf8.contains($0) }
            if part.allSatisfy(isMask) { for index in part.indices { result[index] = UInt8(ascii: "0") } }
            start = end
        }
        return result[...]
    }

    private static func isMask(_ byte: UInt8) -> Bool { "xX?*_".utf8.contains(byte) }

    /// Whether calendars and clocks begin on the day, so that it is nobody's (N-84).
    static func isNoDay(_ numbers: (year: Int, month: Int, day: Int)) -> Bool {
        numbers.year < 1850 && noDays.contains([numbers.year, numbers.month, numbers.day])
    }

    private static let noDays = Set(
        Letters.list(noDayList).map { $0.split(separator: UInt8(ascii: "-")).compactMap(Digits.value) })

    static let noDayList = """
        1000-01-01 1111-11-11 1582-10-15 1601-01-01 1753-01-01 1800-12-28 1840-12-31 1841-01-01
        """

    /// `YMMDD` or `Y`.
    private static func unseparated(_ text: [UInt8]) -> (year: Int, month: Int, day: Int)? {
        guard text.count == 8 || text.count == 4, let year = Digits.value(text[..<4]) else { return nil }
        if text.count == 4 { return (year, 0, 0) }
        guard let month = Digits.value(text[4..<6]), let day = Digits.value(text[6...]) else { return nil }
        return (year, month, day)
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = text
        while let byte = rest.first {
            if isSpace(byte) {
                rest = rest.dropFirst()
            } else if rest.starts(with: noBreakSpace) {
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        while let byte = rest.last {
            if isSpace(byte) {
                rest = rest.dropLast()
            } else if rest.suffix(2).elementsEqual(noBreakSpace) {
                rest = rest.dropLast(2)
            } else {
                break
            }
        }
        return rest
    }

    private static let noBreakSpace: [UInt8] = [0xC2, 0xA0]

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// The text with the dashes U+2010…U+2015 and the minus U+2212 as `-`.
    private static func withASCIIHyphens(_ text: ArraySlice<UInt8>) -> [UInt8] {
        guard text.contains(0xE2) else { return Array(text) }
        var result: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            if text.endIndex - index >= 3 {
                let third = text[index + 2]
                switch (text[index], text[index + 1]) {
                case (0xE2, 0x80) where (0x90...0x95).contains(third), (0xE2, 0x88) where third == 0x92:
                    result.append(UInt8(ascii: "-"))
                    index += 3
                    continue
                default: break
                }
            }
            result.append(text[index])
            index += 1
        }
        return result
    }

    /// The day of an ISO 8601 timestamp.
    private static func withoutTime(_ text: [UInt8]) -> [UInt8] {
        guard text.count > 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: " ")
        else { return text }
        return Array(text[..<10])
    }
}
