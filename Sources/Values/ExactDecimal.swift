/// A decimal number kept as its digits, so that money neither gains nor loses a cent and trailing zeros stay.
public struct ExactDecimal: Sendable, Hashable {
    /// `-?digits[.digits]`, at most 64 characters, no exponent, no leading `+`, no superfluous leading zero, no `-0`.
    public let digits: String

    /// Reads `digits` in the form above, after dropping a leading `+` and superfluous leading zeros; nil for anything
    /// else.
    public init?(_ text: some StringProtocol) {
        var bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= 64 else { return nil }
        var negative = false
        if bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
            negative = bytes[0] == UInt8(ascii: "-")
            bytes.removeFirst()
        }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (48...57).contains($0) } }) else {
            return nil
        }
        var whole = Array(parts[0].drop { $0 == 48 })
        if whole.isEmpty { whole = [48] }
        let fraction = parts.count == 2 ? [UInt8(ascii: ".")] + parts[1] : []
        let isZero = whole == [48] && fraction.dropFirst().allSatisfy { $0 == 48 }
        self.digits = (negative && !isZero ? "-" : "") + String(decoding: whole + fraction, as: UTF8.self)
    }
}
