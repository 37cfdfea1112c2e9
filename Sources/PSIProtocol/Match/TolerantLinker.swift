internal import Agreement

/// Links records that share enough tokens, those that share most first. [P-36]
///
/// A pair that shares enough tokens of enough weight counts if each is the other's best partner in the other's
/// register, by the agreed margin over the second best. What is linked leaves the field, and the rest is looked at
/// again, three times in all. Memory: four bytes for each item and register, and what `DistributionSorter` takes.
struct TolerantLinker {
    let settings: TolerantMatching
    /// Of each item.
    let registers: [UInt8]
    let registerCount: Int
    let spool: any Spool
    private(set) var counts = LinkageCounts.TokenCounts()

    init(settings: TolerantMatching, registers: [UInt8], registerCount: Int, spool: any Spool) {
        self.settings = settings
        self.registers = registers
        self.registerCount = registerCount
        self.spool = spool
    }

    static let roundCount = 3

    /// - Parameter tokens: entries of all positions, as `TagGroups` reads them.
    /// - Returns: how many groups of records were refused because they would hold two of one register.
    mutating func link(
        _ clusters: inout Clusters, by tokens: consuming DistributionSorter, link: Int, workers: Workers
    ) async throws -> Int {
        let candidates = try await candidates(tokens, &clusters, workers)
        defer { candidates.discard() }
        var refusedCount = 0
        for _ in 0..<Self.roundCount {
            try Task.checkCancellation()
            let best = try bestPartners(candidates, &clusters)
            var linked = false
            var level = 0
            try candidates.forEachCandidate { pair in
                if pair.score != level {
                    refusedCount += clusters.accept(link: link)
                    level = pair.score
                }
                guard clusters.isOpen(pair), best.isBest(pair, margin: settings.margin) else { return }
                clusters.propose(pair.first, pair.second)
                linked = true
            }
            refusedCount += clusters.accept(link: link)
            guard linked else { break }
        }
        return refusedCount
    }

    private mutating func candidates(
        _ tokens: consuming DistributionSorter, _ clusters: inout Clusters, _ workers: Workers
    ) async throws -> FixedRecords {
        var pairs = try TokenPairs(
            settings: settings, known: clusters.registersOfItems(), registerCount: registerCount, spool: spool)
        try await tokens.groups(entryLimit: settings.mostFrequent + 1, workers: workers) { try pairs.add($0) }
        let candidates = try await pairs.candidates(workers: workers)
        counts = pairs.counts
        return candidates
    }

    private func bestPartners(_ candidates: FixedRecords, _ clusters: inout Clusters) throws -> BestPartners {
        var best = BestPartners(registers: registers, registerCount: registerCount)
        try candidates.forEachCandidate { if clusters.isOpen($0) { best.add($0) } }
        return best
    }
}

extension Clusters {
    /// Whether two items could be one person's.
    fileprivate mutating func isOpen(_ pair: Candidate) -> Bool {
        registers(of: pair.first) & registers(of: pair.second) == 0
    }
}
