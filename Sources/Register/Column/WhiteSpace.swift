/// Unicode's White_Space characters in UTF-8.
enum WhiteSpace {
    /// The text without white space at its ends. The text is valid UTF-8.
    static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        // Nearly all text begins and ends with a character of ASCII that is none.
        if let first = text.first, let last = text.last, Self.isPlain(first), Self.isPlain(last) { return text }
        var rest = text
        while true {
            let count = leadingByteCount(rest)
            if count == 0 { break }
            rest = rest.dropFirst(count)
        }
        while true {
            let count = trailingByteCount(rest)
            if count == 0 { break }
            rest = rest.dropLast(count)
        }
        return rest
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x80 }

    private static func leadingByteCount(_ text: ArraySlice<UInt8>) -> Int {
        guard let first = text.first else { return 0 }
        if first < 0x80 { return isASCIISpace(first) ? 1 : 0 }
        let start = text.startIndex
        if text.count >= 2, isSpace(first, text[start + 1]) { return 2 }
        if text.count >= 3, isSpace(first, text[start + 1], text[start + 2]) { return 3 }
        return 0
    }

    private static func trailingByteCount(_ text: ArraySlice<UInt8>) -> Int {
        guard let last = text.last else { return 0 }
        if last < 0x80 { return isASCIISpace(last) ? 1 : 0 }
        let end = text.endIndex
        if text.count >= 2, isSpace(text[end - 2], last) { return 2 }
        if text.count >= 3, isSpace(text[end - 3], text[end - 2], last) { return 3 }
        return 0
    }

    /// U+0009–U+000D and U+0020.
    private static func isASCIISpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// U+0085 and U+00A0.
    private static func isSpace(_ first: UInt8, _ second: UInt8) -> Bool {
        first == 0xC2 && (second == 0x85 || second == 0xA0)
    }

    /// U+1680, U+2000–U+200A, U+2028, U+2029, U+202F, U+205F and U+3000.
    private static func isSpace(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
        switch (first, second) {
        case (0xE1, 0x9A): third == 0x80
        case (0xE2, 0x80): (0x80...0x8A).contains(third) || third == 0xA8 || third == 0xA9 || third == 0xAF
        case (0xE2, 0x81): third == 0x9F
        case (0xE3, 0x80): third == 0x80
        default: false
        }
    }
}
