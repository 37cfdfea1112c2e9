public import Values

/// k-anonymity and l-diversity: how many people nobody can tell apart, by which columns, and how their sensitive values
/// must differ.
public struct Anonymity: Sendable, Equatable {
    public static let smallestClasses = 2...1000
    public static let leaveOutShares = 0...50
    public static let populations = 1...1_000_000_000
    /// Quasi-identifiers, and sensitive columns.
    public static let columnLimit = 32

    /// People who share a combination of quasi-identifiers, at least: k. Nil: none is asked for.
    public var smallestClass: Int?
    /// How the values of `sensitive` must differ within such a group; nil: no matter how.
    public var diversity: Diversity?
    /// Percent of a cohort's people who may be left out where nothing else reaches the goal.
    public var leaveOutPercent: Int
    /// People of the population that the cohorts come from, for estimates of risk; nil: not known.
    public var population: Int?
    public var quasiIdentifiers: [QuasiIdentifier]
    /// Registers of which not only whether somebody has rows but how many belongs to what k people must share.
    public var countedRows: [RegisterID]
    public var sensitive: [ColumnReference]

    public init(
        smallestClass: Int? = nil, diversity: Diversity? = nil, leaveOutPercent: Int = 0, population: Int? = nil,
        quasiIdentifiers: [QuasiIdentifier] = [], countedRows: [RegisterID] = [], sensitive: [ColumnReference] = []
    ) {
        self.smallestClass = smallestClass
        self.diversity = diversity
        self.leaveOutPercent = leaveOutPercent
        self.population = population
        self.quasiIdentifiers = quasiIdentifiers
        self.countedRows = countedRows
        self.sensitive = sensitive
    }
}
