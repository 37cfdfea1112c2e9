/// The 26 letters and words made of them, as the profile's lists write them (N-01).
enum Letters {
    static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool { isLetter(byte) || Digits.isDigit(byte) }

    /// The letter's bit, from 1 for `a`; 0 for any other byte.
    static func bit(_ byte: UInt8) -> UInt32 {
        isLetter(byte) ? 1 << UInt32(byte - UInt8(ascii: "a")) : 0
    }

    static let all: UInt32 = (1 << 26) - 1
    static let vowels = "aeiouy".utf8.reduce(UInt32(0)) { $0 | bit($1) }

    static func isVowel(_ byte: UInt8) -> Bool { bit(byte) & vowels != 0 }

    /// The entries of a list, which white space separates.
    static func list(_ text: String) -> [[UInt8]] {
        text.utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }.map(Array.init)
    }

    /// The entries `left=right` of a list, in its order.
    static func pairs(_ text: String) -> [(left: [UInt8], right: [UInt8])] {
        list(text).compactMap { entry in
            let sides = entry.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
            guard sides.count == 2 else { return nil }
            return (Array(sides[0]), Array(sides[1]))
        }
    }
}

extension [UInt8] {
    /// The bytes before the ending; nil if the word doesn't end in it.
    func without(ending: [UInt8]) -> ArraySlice<UInt8>? {
        guard count >= ending.count, suffix(ending.count).elementsEqual(ending) else { return nil }
        return dropLast(ending.count)
    }
}
