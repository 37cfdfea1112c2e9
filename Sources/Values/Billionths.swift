/// A decimal number with at most nine digits after the point, exactly.
public struct Billionths: Sendable, Equatable, Comparable, CustomStringConvertible {
    public var value: Int

    public init(_ value: Int) { self.value = value }

    /// Digits, and after a point one to nine more; nothing else, and no number of a million or more.
    public init?(decimal text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) }
        guard (1...2).contains(parts.count), (1...6).contains(parts[0].count),
            parts[0].count == 1 || parts[0][0] != UInt8(ascii: "0"),
            parts.count == 1 || (1...9).contains(parts[1].count)
        else { return nil }
        var value = 0
        let decimals = parts.count == 2 ? parts[1] : []
        for byte in parts[0] + decimals + [UInt8](repeating: UInt8(ascii: "0"), count: 9 - decimals.count) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        self.value = value
    }

    /// `0.5`.
    public var description: String {
        var digits = String(value % 1_000_000_000)
        digits = String(repeating: "0", count: 9 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(value / 1_000_000_000)" + (digits.isEmpty ? "" : ".\(digits)")
    }

    public static func < (left: Billionths, right: Billionths) -> Bool { left.value < right.value }
}
