/// Comparing and rounding by digits, so that nothing is lost to a binary number.
extension ExactDecimal {
    private var isNegative: Bool { digits.utf8.first == UInt8(ascii: "-") }

    /// Digits before and behind the point, without sign, superfluous leading zeros or trailing zeros of a fraction.
    private var parts: (whole: [UInt8], fraction: [UInt8]) {
        let unsigned = digits.utf8.drop { $0 == UInt8(ascii: "-") }
        let halves = unsigned.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        var fraction = halves.count == 2 ? Array(halves[1]) : []
        while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        return (halves.first.map { Array($0.drop { $0 == UInt8(ascii: "0") }) } ?? [], fraction)
    }

    /// Whether the number is less than another.
    public func precedes(_ other: ExactDecimal) -> Bool {
        if isNegative != other.isNegative { return isNegative }
        let (left, right) = isNegative ? (other.parts, parts) : (parts, other.parts)
        if left.whole.count != right.whole.count { return left.whole.count < right.whole.count }
        if left.whole != right.whole { return left.whole.lexicographicallyPrecedes(right.whole) }
        return left.fraction.lexicographicallyPrecedes(right.fraction)
    }

    /// The nearest multiple of `step`, halves away from zero; nil if it has more digits than a decimal may have.
    ///
    /// - Parameter step: 1…1,000,000,000.
    public func rounded(to step: Int) -> ExactDecimal? {
        let (whole, fraction) = parts
        var rest = 0
        for digit in whole { rest = (rest * 10 + Int(digit - UInt8(ascii: "0"))) % step }
        let isUp = 2 * rest >= step || (2 * rest + 1 == step && (fraction.first ?? 0) >= UInt8(ascii: "5"))
        // whole − rest, or that and a step more: a change by less than 10^9 in either direction.
        guard let digits = Self.adding(isUp ? step - rest : -rest, to: whole) else { return nil }
        return ExactDecimal((isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self))
    }

    /// Digits of the sum, which is not negative.
    private static func adding(_ change: Int, to digits: [UInt8]) -> [UInt8]? {
        var sum = digits
        var carry = change
        for index in sum.indices.reversed() where carry != 0 {
            let total = Int(sum[index] - UInt8(ascii: "0")) + carry
            let digit = ((total % 10) + 10) % 10
            sum[index] = UInt8(ascii: "0") + UInt8(digit)
            carry = (total - digit) / 10
        }
        guard carry >= 0 else { return nil }
        if carry > 0 { sum = Array(String(carry).utf8) + sum }
        return sum.isEmpty ? [UInt8(ascii: "0")] : sum
    }
}
