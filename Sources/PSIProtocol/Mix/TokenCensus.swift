public import Agreement
internal import Crypto

/// Tells the owner of a register, before any round, how many pairs of records its tokens make.
///
/// Tokens are drawn under a seed of the owner's own: which ones people share differs from round to round, how many
/// hardly does. Memory: 32 MiB.
public struct TokenCensus: Sendable {
    private let maker: TokenMaker
    private var frequencies: TokenFrequencies

    public init(settings: TolerantMatching) {
        maker = TokenMaker(settings: settings, seed: SymmetricKey(size: .bits256))
        frequencies = TokenFrequencies(limit: settings.mostFrequent)
    }

    /// Where some people's tokens are counted; made on any core.
    public struct Places: Sendable {
        fileprivate var places: [Int32] = []
    }

    /// - Parameter people: of each the features of each group, see `PersonRecord.features`. Secret.
    public func places(of people: some Sequence<[[[UInt8]]]>) -> Places {
        var found = Places()
        for features in people {
            for case let token? in maker.allTokens(of: features) {
                found.places.append(Int32(truncatingIfNeeded: TokenFrequencies.place(of: token)))
            }
        }
        return found
    }

    public mutating func add(_ places: Places) {
        for place in places.places { frequencies.add(place: Int(place)) }
    }

    /// About how many pairs a register like this one makes with it, one for each token that the two share. Two
    /// registers make the geometric mean of what each makes with one like itself, or fewer.
    public var pairEstimate: Int { frequencies.pairEstimate }
}
