/// Looks for codes in text that would be released.
enum CodeSearch {
    /// Whether the text is a code as an identity column may have it, or has one as a whole word: without an ASCII
    /// letter or digit right before or after it. Look-alikes are seen as what they look like.
    ///
    /// - Parameters:
    ///   - text: UTF-8 of any length. Secret.
    ///   - lengths: how many characters a code has. It begins with a digit.
    ///   - isCode: judges capitals and digits of such a length.
    static func contains(
        _ text: ArraySlice<UInt8>, lengths: ClosedRange<Int>, where isCode: (ArraySlice<UInt8>) -> Bool
    ) -> Bool {
        guard text.count >= lengths.lowerBound else { return false }
        if let whole = try? CodeText(text), lengths.contains(whole.bytes.count), isCode(whole.bytes) { return true }
        let folded = folded(text)
        var isInWord = false
        for start in folded.indices {
            defer { isInWord = isWordByte(folded[start]) }
            // Most text ends here: a word that begins with a digit is rare.
            guard !isInWord, Digits.isDigit(folded[start]) else { continue }
            for length in lengths where folded.endIndex - start >= length {
                let end = start + length
                if end < folded.endIndex, isWordByte(folded[end]) { continue }
                if isCode(capitals(folded[start..<end])) { return true }
            }
        }
        return false
    }

    /// The text with look-alikes replaced; other characters beyond ASCII stay.
    private static func folded(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard text.contains(where: LookAlike.canBegin) else { return text }
        var folded: [UInt8] = []
        folded.reserveCapacity(text.count)
        var position = text.startIndex
        while position < text.endIndex {
            let byte = text[position]
            guard LookAlike.canBegin(byte), let (meaning, byteCount) = LookAlike.leading(text[position...]) else {
                folded.append(byte)
                position += 1
                continue
            }
            switch meaning {
            case .ascii(let character): folded.append(character)
            case .space: folded.append(UInt8(ascii: " "))
            case .invisible: break
            }
            position += byteCount
        }
        return folded[...]
    }

    private static func capitals(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        text.contains(where: CodeText.isLowerCase) ? text.map(CodeText.upperCased)[...] : text
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        Digits.isDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(CodeText.upperCased(byte))
    }
}
