/// Characters of normalised words: ASCII, or letters of other scripts in UTF-8.
enum Characters {
    /// The word's characters, each as its bytes.
    static func split(_ word: [UInt8]) -> [[UInt8]] {
        var characters: [[UInt8]] = []
        for byte in word {
            if byte & 0xC0 == 0x80, !characters.isEmpty {
                characters[characters.count - 1].append(byte)
            } else {
                characters.append([byte])
            }
        }
        return characters
    }

    static func prefix(_ word: [UInt8], _ count: Int) -> [UInt8] { Array(split(word).prefix(count).joined()) }
    static func suffix(_ word: [UInt8], _ count: Int) -> [UInt8] { Array(split(word).suffix(count).joined()) }
}
