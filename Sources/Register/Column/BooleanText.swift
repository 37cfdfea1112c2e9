/// Yes and no as registers write them.
enum BooleanText {
    /// Reads true/false, 1/0, K/E, kyllä/ei and yes/no in any case.
    static func value(_ text: ArraySlice<UInt8>) -> Bool? {
        guard text.count <= longest else { return nil }
        var word: [UInt8] = []
        var previous: UInt8 = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): word.append(byte + 32)
            // The second byte of Ä, which ä has at 0xA4.
            case 0x84 where previous == 0xC3: word.append(0xA4)
            default: word.append(byte)
            }
            previous = byte
        }
        return words.first { $0.word == word }?.value
    }

    private static let words: [(word: [UInt8], value: Bool)] =
        ["true", "1", "k", "kyllä", "yes"].map { (Array($0.utf8), true) }
        + ["false", "0", "e", "ei", "no"].map { (Array($0.utf8), false) }

    private static let longest = words.map(\.word.count).max() ?? 0
}
