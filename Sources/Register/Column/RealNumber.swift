internal import Values

/// Binary floating-point numbers as decimal digits.
enum RealNumber {
    /// The fewest digits that read back as the same number, written without an exponent; nil for a number that isn't
    /// finite or needs more than 64 characters.
    static func decimal(_ value: Double) -> ExactDecimal? {
        guard value.isFinite else { return nil }
        // Swift prints the shortest digits, with an exponent for very large and very small numbers.
        var text = Array(value.description.utf8)[...]
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative { text = text.dropFirst() }
        let parts = text.split(separator: UInt8(ascii: "e"), omittingEmptySubsequences: false)
        guard let mantissa = parts.first, parts.count <= 2 else { return nil }
        var exponent = 0
        if parts.count == 2 {
            guard let number = ColumnParser.integer(parts[1]), abs(number) <= 400 else { return nil }
            exponent = Int(number)
        }
        let halves = mantissa.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard let whole = halves.first, halves.count <= 2 else { return nil }
        // "5.0" is the number 5: the zero is Swift's, not the number's.
        var digits = Array(whole)
        var pointPosition = whole.count + exponent
        if halves.count == 2, halves[1] != [UInt8(ascii: "0")][...] { digits += halves[1] }
        if pointPosition <= 0 {
            digits.insert(contentsOf: Array(repeating: UInt8(ascii: "0"), count: 1 - pointPosition), at: 0)
            pointPosition = 1
        }
        if pointPosition > digits.count {
            digits += Array(repeating: UInt8(ascii: "0"), count: pointPosition - digits.count)
        }
        if pointPosition < digits.count { digits.insert(UInt8(ascii: "."), at: pointPosition) }
        return ExactDecimal((isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self))
    }
}
