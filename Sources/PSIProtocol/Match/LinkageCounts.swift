internal import Agreement

/// By which links items of each register were joined to others, and what was refused.
public struct LinkageCounts: Sendable, Equatable {
    /// By register, then by link, both in the agreement's order: items that this link was the first to join to another.
    public internal(set) var linked: [[Int]]
    /// By link: groups that would have held two records of one register.
    public internal(set) var conflicts: [Int]
    /// Former codes that belong to several people.
    public internal(set) var historyConflicts = 0
    /// What the tokens of tolerant matching showed the coordinator; for its own eyes.
    public internal(set) var tokens = TokenCounts()

    /// The similarity graph, in numbers.
    public struct TokenCounts: Sendable, Equatable {
        /// Pairs of records in different registers that share a token, once for each token that they share.
        public internal(set) var sharedTokenCount = 0
        /// Pairs of records that share enough to be candidates.
        public internal(set) var candidateCount = 0
        /// The most records that share one token.
        public internal(set) var largestGroup = 0
    }

    init(agreement: Agreement) {
        let links = agreement.linkNames.count
        linked = agreement.registers.map { _ in [Int](repeating: 0, count: links) }
        conflicts = [Int](repeating: 0, count: links)
    }

    /// Groups refused under any link.
    public var conflictCount: Int { conflicts.reduce(0, +) }
}
