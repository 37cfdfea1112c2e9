/// One rewriting of a word of letters (N-31).
struct PhoneticRule {
    /// What must stand beside the pattern.
    private enum Context {
        case edge
        /// One of the letters with these bits.
        case letter(UInt32)

        func fits(_ byte: UInt8?) -> Bool {
            switch self {
            case .edge: byte == nil
            case .letter(let bits): byte.map { Letters.bit($0) & bits != 0 } ?? false
            }
        }
    }

    /// Whether the rule is for words of family names only.
    let isForFamilyNames: Bool
    /// Empty for the rule that makes one letter of a run.
    private let pattern: [UInt8]
    private let replacement: [UInt8]
    private let left: [Context]
    private let right: [Context]
    /// The pattern's letters.
    private let letters: UInt32

    /// Reads `%` or `left(pattern)right=replacement`, perhaps behind `f:`; nil for anything else.
    init?(_ text: [UInt8]) {
        isForFamilyNames = text.starts(with: Array("f:".utf8))
        let rule = isForFamilyNames ? text[2...] : text[...]
        if rule.elementsEqual(CollectionOfOne(UInt8(ascii: "%"))) {
            (pattern, replacement, left, right, letters) = ([], [], [], [], 0)
            return
        }
        guard let open = rule.firstIndex(of: UInt8(ascii: "(")), let close = rule.firstIndex(of: UInt8(ascii: ")")),
            let equals = rule.firstIndex(of: UInt8(ascii: "=")), open + 1 < close, close < equals
        else { return nil }
        pattern = Array(rule[(open + 1)..<close])
        replacement = Array(rule[(equals + 1)...])
        left = Self.contexts(rule[..<open])
        right = Self.contexts(rule[(close + 1)..<equals])
        letters = pattern.reduce(0) { $0 | Letters.bit($1) }
    }

    private static func contexts(_ text: ArraySlice<UInt8>) -> [Context] {
        var contexts: [Context] = []
        var set: UInt32?
        for byte in text {
            switch byte {
            case UInt8(ascii: "["): set = 0
            case UInt8(ascii: "]"):
                contexts.append(.letter(set ?? 0))
                set = nil
            case UInt8(ascii: "^"), UInt8(ascii: "$"): contexts.append(.edge)
            case UInt8(ascii: "V"): contexts.append(.letter(Letters.vowels))
            case UInt8(ascii: "C"): contexts.append(.letter(Letters.all & ~Letters.vowels))
            case UInt8(ascii: "."): contexts.append(.letter(Letters.all))
            default:
                let bit = Letters.bit(byte)
                if let bits = set { set = bits | bit } else { contexts.append(.letter(bit)) }
            }
        }
        return contexts
    }

    /// Rewrites the word, whose letters have the given bits, and says whether it has changed. The word is secret.
    func rewrite(_ word: inout [UInt8], letters wordLetters: UInt32) -> Bool {
        if pattern.isEmpty { return reduceRuns(of: &word) }
        guard letters & ~wordLetters == 0 else { return false }
        var result: [UInt8] = []
        var copiedCount = 0
        var index = 0
        while index + pattern.count <= word.count {
            guard stands(in: word, at: index) else {
                index += 1
                continue
            }
            result += word[copiedCount..<index]
            result += replacement
            index += pattern.count
            copiedCount = index
        }
        if copiedCount == 0 { return false }
        word = result + word[copiedCount...]
        return true
    }

    private func stands(in word: [UInt8], at index: Int) -> Bool {
        for (offset, byte) in pattern.enumerated() where word[index + offset] != byte { return false }
        func byte(_ position: Int) -> UInt8? { word.indices.contains(position) ? word[position] : nil }
        let start = index - left.count
        for (offset, context) in left.enumerated() where !context.fits(byte(start + offset)) { return false }
        let end = index + pattern.count
        for (offset, context) in right.enumerated() where !context.fits(byte(end + offset)) { return false }
        return true
    }

    private func reduceRuns(of word: inout [UInt8]) -> Bool {
        var reduced: [UInt8] = []
        for byte in word where reduced.last != byte { reduced.append(byte) }
        defer { word = reduced }
        return reduced.count != word.count
    }
}
