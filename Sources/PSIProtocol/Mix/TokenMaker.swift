internal import Agreement
internal import Crypto
internal import Values

/// Makes a person's tokens: MinHash over groups of features, under a seed that only nodes know. [P-23]
///
/// Broder, "On the resemblance and containment of documents", 1997: two sets have the same least element under a random
/// order with the probability of their Jaccard similarity.
public struct TokenMaker: Sendable {
    private let settings: TolerantMatching
    /// By group, what hashes its features.
    private let codes: [RepeatedHMAC]
    private var frequencies: TokenFrequencies

    static let hashesOfToken = 8

    /// - Parameter seed: of the round, see `ExitSalt.tokenSeed`.
    init(settings: TolerantMatching, seed: SymmetricKey) {
        self.settings = settings
        codes = settings.groups.indices.map { RepeatedHMAC(key: seed, prefix: [UInt8($0)]) }
        frequencies = TokenFrequencies(limit: settings.mostFrequent)
    }

    /// Notes that a person of the register has these tokens.
    mutating func count(_ tokens: [[UInt8]?]) {
        for case let token? in tokens { frequencies.add(token) }
    }

    /// The person's tokens, without those that too many people were counted to have.
    ///
    /// - Parameter features: of each group in order, what the person has.
    /// - Returns: as many as the agreement says; nil where a group of the token's pattern is empty.
    func tokens(of features: [[[UInt8]]]) -> [[UInt8]?] {
        allTokens(of: features).map { token in token.flatMap { frequencies.isTooFrequent($0) ? nil : $0 } }
    }

    /// The same, however frequent.
    func allTokens(of features: [[[UInt8]]]) -> [[UInt8]?] {
        let sets = zip(features, codes).map { group, code in
            group.map { feature in feature.withUnsafeBytes { Self.prefix(of: code.code(of: $0)) } }
        }
        return (0..<settings.tokenCount).map { token in
            let pattern = settings.patterns[token % settings.patterns.count]
            var bytes = [UInt8(token)]
            for (row, group) in pattern.enumerated() {
                guard group < sets.count, !sets[group].isEmpty else { return nil }
                let order = UInt64(token * Self.hashesOfToken + row + 1)
                var least = UInt64.max
                for feature in sets[group] { least = min(least, Self.rank(of: feature, order)) }
                bytes += BigEndian.u64(least)
            }
            return bytes
        }
    }

    private static func prefix(of digest: SHA256.Digest) -> UInt64 {
        digest.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
    }

    /// The n-th number that SplitMix64 gives when it begins with `feature`; n from 1. For each n a permutation.
    ///
    /// Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
    static func rank(of feature: UInt64, _ n: UInt64) -> UInt64 {
        var z = feature &+ n &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

/// How many people of a register have a token, counted in memory of fixed size: never too few, and too many only by
/// tokens that fall on the same place. 32 MiB; with 4,000,000 people of 64 tokens a place has 15 of them on average.
struct TokenFrequencies: Sendable {
    private let limit: UInt16
    private var counts: [UInt16] = []

    init(limit: Int) { self.limit = UInt16(clamping: limit) }

    mutating func add(_ token: [UInt8]) { add(place: Self.place(of: token)) }

    mutating func add(place: Int) {
        if counts.isEmpty { counts = [UInt16](repeating: 0, count: TolerantMatching.countedPlaces) }
        if counts[place] <= limit { counts[place] += 1 }
    }

    func isTooFrequent(_ token: [UInt8]) -> Bool { !counts.isEmpty && counts[Self.place(of: token)] > limit }

    /// About how many pairs of people would share a token with a register of the same tokens, one for each token that
    /// they share. Tokens that too many people have don't count; those that fell on one place by chance are taken off.
    var pairEstimate: Int {
        var (pairs, holders) = (0.0, 0.0)
        for count in counts where count > 0 && count <= limit {
            pairs += Double(count) * Double(count)
            holders += Double(count)
        }
        let places = Double(TolerantMatching.countedPlaces)
        let distinct = (pairs - holders * holders / places) / (1 - 1 / places)
        return Int(max(distinct, holders).rounded())
    }

    static func place(of token: [UInt8]) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in token { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(TokenMaker.rank(of: hash, 1) % UInt64(TolerantMatching.countedPlaces))
    }
}
