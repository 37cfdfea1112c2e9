/// The words of a text with letters folded and transliterated (N-10…N-13).
enum Spelling {
    /// The words, perhaps none; nil if the text isn't UTF-8. Both are secret.
    static func words(_ text: ArraySlice<UInt8>) -> [[UInt8]]? {
        guard UTF8Validity.isValid(text) else { return nil }
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        /// How many scalars there have been since the last separator, and whether the last is a leading U+0627.
        var scalarCount = 0
        var isAfterAlef = false

        func endWord() {
            if !word.isEmpty { words.append(word) }
            word.removeAll(keepingCapacity: true)
        }

        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte < 0x80 {
                index += 1
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): word.append(byte)
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): word.append(byte | 0x20)
                case UInt8(ascii: "'"), UInt8(ascii: "`"): break
                default:
                    endWord()
                    scalarCount = -1
                }
                scalarCount += 1
                isAfterAlef = false
                continue
            }
            let (scalar, byteCount) = UTF8Text.scalar(text, at: index)
            index += byteCount
            switch FoldTable.result(scalar) {
            case .text(let folded): word += folded
            case .scalar(let folded): UTF8Text.append(folded, to: &word)
            case .separator:
                endWord()
                scalarCount = -1
            }
            if isAfterAlef, scalar == 0x0644 { endWord() }
            isAfterAlef = scalar == 0x0627 && scalarCount == 0
            scalarCount += 1
        }
        endWord()
        return words
    }
}
