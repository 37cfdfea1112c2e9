/// How people are linked whose records resemble each other without agreeing in a whole match key. [P-23]
///
/// Beside its match keys an item carries tokens. A token is made of a few min-hashes, each over the features of one
/// group (such as the pairs of letters in a name); the more two records have in common, the more tokens they share.
public struct TolerantMatching: Sendable, Hashable {
    /// L, 1…64.
    public var tokenCount: Int
    /// t: tokens that two records must share at least to be linked, 1…L.
    public var agreeCount: Int
    /// What the shared tokens must weigh together at least, in bits: a token weighs more the fewer records have it.
    public var bits: Int
    /// By how many bits a partner must surpass the second best; 1 only refuses ties.
    public var margin: Int
    /// Tokens of more people than this of one register are left out by its owner.
    public var mostFrequent: Int
    public var groups: [FeatureGroup]
    /// Of which groups a token's min-hashes are; token j follows pattern j modulo their number. Indices of `groups`.
    public var patterns: [[Int]]

    public init(
        tokenCount: Int, agreeCount: Int, bits: Int, margin: Int, mostFrequent: Int, groups: [FeatureGroup],
        patterns: [[Int]]
    ) {
        self.tokenCount = tokenCount
        self.agreeCount = agreeCount
        self.bits = bits
        self.margin = margin
        self.mostFrequent = mostFrequent
        self.groups = groups
        self.patterns = patterns
    }

    /// Every feature, whatever its group.
    public var features: [MatchFeature] { groups.flatMap(\.features) }

    static let tokens = 1...64
    static let bitRange = 1...2_000
    static let groupLimit = 16
    static let featuresOfGroup = 16
    static let patternLimit = 64
    static let patternLength = 2...8
    static let frequencies = 1...10_000
    /// More people of a register than this cannot be counted in the memory set aside for it.
    static let peopleLimit = 4_000_000
    /// Places among which an owner counts tokens: 2^24, 32 MiB.
    public static let countedPlaces = 1 << 24
    /// Pairs of records of different registers that share a token, counted once for each token: matching sorts no more,
    /// and ends without a result if there are.
    public static let pairLimit = 500_000_000

    /// How many such pairs there are at most in registers of so many people: each token of a record of the smaller
    /// register is that of `mostFrequent` of the other at most. The greatest number there is if it is greater.
    public func mostPairs(people: [Int]) -> Int {
        var pairs = 0
        for (index, first) in people.enumerated() {
            for second in people[(index + 1)...] {
                let smaller = min(first, second)
                let (holders, tooMany) = smaller.multipliedReportingOverflow(
                    by: tokenCount * min(mostFrequent, max(first, second)))
                let (sum, overflow) = pairs.addingReportingOverflow(holders)
                if tooMany || overflow { return .max }
                pairs = sum
            }
        }
        return pairs
    }

    /// Whether registers of so many people could have more pairs than matching sorts.
    public func mayExceedPairLimit(people: [Int]) -> Bool { mostPairs(people: people) > Self.pairLimit }
}

/// Features that one min-hash is taken over.
public struct FeatureGroup: Sendable, Hashable {
    public var name: String
    public var features: [MatchFeature]

    public init(name: String, features: [MatchFeature]) {
        self.name = name
        self.features = features
    }
}

/// What is taken of a field, and how often it counts.
public struct MatchFeature: Sendable, Hashable {
    public var field: String
    public var form: FeatureForm
    /// 1…8.
    public var weight: Int

    public init(field: String, form: FeatureForm, weight: Int = 1) {
        self.field = field
        self.form = form
        self.weight = weight
    }
}

///
public enum FeatureForm: String, Sendable, CaseIterable {
    /// Pairs, triples of neighbouring characters of each word, which begins and ends with a mark.
    case bigrams, trigrams
    case words
    /// Each character with its position.
    case positions
    /// The words together.
    case whole
    /// Of a date: day, month and year; each two of them; its digits with their positions; the same with day and month
    /// in either order.
    case parts, pairs, digits, swapped

    public var takesDate: Bool {
        switch self {
        case .parts, .pairs, .digits, .swapped: true
        case .bigrams, .trigrams, .words, .positions, .whole: false
        }
    }
}
