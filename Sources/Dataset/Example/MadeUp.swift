internal import Values

/// What tells made-up data from a study's: words that every file of it has.
///
/// Rows say it by their pseudonyms, all files that have room for a sentence by `sentence`. The round that such data
/// claims to be of has an id of zeros, which is no hash of an opening entry.
enum MadeUp {
    static let sentence =
        "Made-up example data: nobody in it exists, no register was read, and no round was held. Counts, dates and "
        + "signatures in its reports are made up too."

    /// Whether a round is none.
    static func isMadeUp(_ round: RoundID) -> Bool { round.bytes.allSatisfy { $0 == 0 } }

    /// How every pseudonym of a made-up person begins. A true one begins so once in 2⁴⁰.
    static let prefix = "fakedata"
    private static let digitCount = 17

    /// `fakedata`, a number in 17 decimal digits, and a zero.
    static func pseudonym(_ number: Int) -> Pseudonym? {
        let digits = String(max(0, number))
        let text = prefix + String(repeating: "0", count: max(0, digitCount - digits.count)) + digits
        var bits: UInt128 = 0
        for character in text.utf8 {
            guard let value = Pseudonym.alphabet.firstIndex(of: character) else { return nil }
            bits = bits << 5 | UInt128(value)
        }
        // The last character holds three bits, and stays zero.
        bits <<= 3
        return Pseudonym(bytes: (0..<16).map { UInt8(truncatingIfNeeded: bits >> (120 - 8 * UInt128($0))) })
    }
}
