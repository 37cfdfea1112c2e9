/// What a character beyond ASCII stands for in a code: sources that pass through word processors, spreadsheets and
/// East Asian keyboards have hyphens, digits and spaces that look right and are other characters.
enum LookAlike: Equatable {
    /// A printable ASCII character that it is drawn like.
    case ascii(UInt8)
    /// Unicode's White_Space.
    case space
    /// Nothing is drawn: soft hyphen, zero-width space, word joiner, byte order mark.
    case invisible

    /// Reads the character that the text begins with.
    ///
    /// - Parameter text: not empty and not ASCII at its start. What is not UTF-8 stands for nothing.
    /// - Returns: its meaning and its bytes; nil when it has no meaning in a code.
    static func leading(_ text: ArraySlice<UInt8>) -> (meaning: LookAlike, byteCount: Int)? {
        guard let (scalar, byteCount) = scalar(text), let meaning = meaning(of: scalar) else { return nil }
        return (meaning, byteCount)
    }

    /// Whether a byte can begin a character that has a meaning here. The letters of European languages don't.
    static func canBegin(_ byte: UInt8) -> Bool { byte == 0xC2 || (0xE1...0xE3).contains(byte) || byte == 0xEF }

    static func meaning(of scalar: UInt32) -> LookAlike? {
        switch scalar {
        case 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: .space
        case 0xAD, 0x200B, 0x2060, 0xFEFF: .invisible
        // Hyphens and dashes, hyphen bullet, minus, small em dash and small hyphen-minus.
        case 0x2010...0x2015, 0x2043, 0x2212, 0xFE58, 0xFE63: .ascii(UInt8(ascii: "-"))
        // Full-width forms, among them the hyphen-minus U+FF0D and the plus U+FF0B.
        case 0xFF01...0xFF5E: .ascii(UInt8(scalar - 0xFEE0))
        default: nil
        }
    }

    /// A character of two or three bytes; no longer one has a meaning here.
    private static func scalar(_ text: ArraySlice<UInt8>) -> (UInt32, byteCount: Int)? {
        let start = text.startIndex
        guard text.count >= 2, let second = continuation(text[start + 1]) else { return nil }
        let first = UInt32(text[start])
        switch first {
        case 0xC2...0xDF:
            return ((first & 0x1F) << 6 | second, 2)
        case 0xE0...0xEF:
            guard text.count >= 3, let third = continuation(text[start + 2]) else { return nil }
            return ((first & 0x0F) << 12 | second << 6 | third, 3)
        default:
            return nil
        }
    }

    private static func continuation(_ byte: UInt8) -> UInt32? {
        byte & 0xC0 == 0x80 ? UInt32(byte & 0x3F) : nil
    }
}
