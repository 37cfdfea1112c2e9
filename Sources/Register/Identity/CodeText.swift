/// A code as its source has it, brought to printable ASCII in capitals, before a scheme judges it.
///
/// White space at the ends and inside is taken away, and so are characters that are not drawn; full-width characters
/// and dashes become the ASCII ones that they look like; letters a–z become capitals. No sign becomes another sign that
/// a scheme tells apart, so two codes stay two. [P-22]
struct CodeText: Sendable, CustomReflectable {
    /// Characters 0x21–0x7E without a–z, at least one and at most `byteLimit`. Secret.
    let bytes: ArraySlice<UInt8>
    /// Whether more had to be changed than white space at the ends and the case of letters.
    let isRepaired: Bool

    /// The longest text that is looked at, without white space at its ends.
    static let byteLimit = 64

    /// - Parameter text: UTF-8 of any length. Secret.
    /// - Throws: `missing` when nothing is left, `malformed` when the text is too long or has any other character.
    init(_ text: ArraySlice<UInt8>) throws(RefusalReason) {
        let trimmed = WhiteSpace.trimmed(text)
        guard trimmed.count <= Self.byteLimit else { throw .malformed }
        // Nearly every text of a register ends here, without a copy.
        if Self.isCanonical(trimmed) {
            if trimmed.isEmpty { throw .missing }
            bytes = trimmed
            isRepaired = false
            return
        }
        var folded: [UInt8] = []
        folded.reserveCapacity(trimmed.count)
        var isRepaired = false
        var position = trimmed.startIndex
        while position < trimmed.endIndex {
            let byte = trimmed[position]
            switch byte {
            case 0x21...0x7E:
                folded.append(Self.upperCased(byte))
                position += 1
            case 0x20, 0x09...0x0D:
                isRepaired = true
                position += 1
            default:
                guard byte >= 0x80, let (meaning, byteCount) = LookAlike.leading(trimmed[position...]) else {
                    throw .malformed
                }
                if case .ascii(let character) = meaning { folded.append(Self.upperCased(character)) }
                isRepaired = true
                position += byteCount
            }
        }
        if folded.isEmpty { throw .missing }
        bytes = folded[...]
        self.isRepaired = isRepaired
    }

    /// Without children, so that no reflection prints the code.
    var customMirror: Mirror { Mirror(self, children: [:]) }

    private static func isCanonical(_ text: ArraySlice<UInt8>) -> Bool {
        for byte in text where !(0x21...0x7E).contains(byte) || isLowerCase(byte) { return false }
        return true
    }

    static func isLowerCase(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    static func upperCased(_ byte: UInt8) -> UInt8 { isLowerCase(byte) ? byte - 32 : byte }
}
