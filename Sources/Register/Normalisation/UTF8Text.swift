/// Scalars in UTF-8.
enum UTF8Text {
    /// The scalar at an index of valid UTF-8 and how many bytes it has. For invalid bytes any scalar, and never more
    /// bytes than there are.
    static func scalar(_ text: ArraySlice<UInt8>, at index: Int) -> (value: UInt32, byteCount: Int) {
        let first = text[index]
        let count = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard count > 1, text.endIndex - index >= count else { return (UInt32(first), 1) }
        var value = UInt32(first) & (0x7F >> UInt32(count))
        for byte in text[(index + 1)..<(index + count)] { value = value << 6 | UInt32(byte & 0x3F) }
        return (value, count)
    }

    static func append(_ scalar: UInt32, to text: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift & 0x3F) }
        switch scalar {
        case 0..<0x80: text.append(UInt8(truncatingIfNeeded: scalar))
        case 0x80..<0x800: text += [0xC0 | UInt8(truncatingIfNeeded: scalar >> 6), tail(0)]
        case 0x800..<0x10000: text += [0xE0 | UInt8(truncatingIfNeeded: scalar >> 12), tail(6), tail(0)]
        default: text += [0xF0 | UInt8(truncatingIfNeeded: scalar >> 18 & 0x07), tail(12), tail(6), tail(0)]
        }
    }
}
