/// A word in a form that usual spellings and transliterations of one name share (N-30, N-31).
enum PhoneticKey {
    /// The key; the word itself if it isn't of letters only. Both are secret.
    static func key(of word: [UInt8], isFamilyName: Bool) -> [UInt8] {
        guard word.allSatisfy(Letters.isLetter) else { return word }
        var key = PhoneticRules.forms[word] ?? word
        var letters = Self.letters(key)
        for rule in PhoneticRules.rules where isFamilyName || !rule.isForFamilyNames {
            if rule.rewrite(&key, letters: letters) { letters = Self.letters(key) }
        }
        return key.isEmpty ? word : key
    }

    private static func letters(_ word: [UInt8]) -> UInt32 { word.reduce(0) { $0 | Letters.bit($1) } }
}
