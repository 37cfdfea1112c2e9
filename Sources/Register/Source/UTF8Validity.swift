/// Strict UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
enum UTF8Validity {
    static func isValid(_ text: ArraySlice<UInt8>) -> Bool { text.withUnsafeBufferPointer(isValid) }

    static func isValid(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = text.startIndex
        let end = text.endIndex
        while index < end {
            let first = text[index]
            index += 1
            if first < 0x80 { continue }
            // The range of the second byte excludes overlong forms, surrogates and what is too large.
            let count: Int
            let second: ClosedRange<UInt8>
            switch first {
            case 0xC2...0xDF: (count, second) = (1, 0x80...0xBF)
            case 0xE0: (count, second) = (2, 0xA0...0xBF)
            case 0xE1...0xEC, 0xEE, 0xEF: (count, second) = (2, 0x80...0xBF)
            case 0xED: (count, second) = (2, 0x80...0x9F)
            case 0xF0: (count, second) = (3, 0x90...0xBF)
            case 0xF1...0xF3: (count, second) = (3, 0x80...0xBF)
            case 0xF4: (count, second) = (3, 0x80...0x8F)
            default: return false
            }
            guard end - index >= count, second.contains(text[index]) else { return false }
            for next in (index + 1)..<(index + count) where text[next] & 0xC0 != 0x80 { return false }
            index += count
        }
        return true
    }
}
