internal import Agreement
internal import Values

/// Links records that share enough tokens, those that share most first. [P-36]
///
/// A token weighs ⌊log2(items / items that have it)⌋ bits, at least 1: what a chance agreement in it would be worth. A
/// pair that shares enough tokens of enough weight counts if each is the other's best partner in the other's register,
/// by the agreed margin over the second best. What is linked leaves the field, and the rest is looked at again, three
/// times in all. Memory: four bytes for each item and register.
struct TolerantLinker {
    let settings: TolerantMatching
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

    /// Pairs of records sharing a token that are sorted at most, one for each token.
    static let pairLimit = 500_000_000
    static let roundCount = 3

    /// - Parameter tokens: tag ‖ register ‖ item ‖ 0, of all positions.
    /// - Returns: how many groups of records were refused because they would hold two of one register.
    mutating func link(_ clusters: inout Clusters, by tokens: ExternalSorter, link: Int) throws -> Int {
        let candidates = try candidates(try pairs(&clusters, tokens))
        defer { candidates.discard() }
        var refusedCount = 0
        for _ in 0..<Self.roundCount {
            let best = try bestPartners(candidates, &clusters)
            var proposed = false
            var linked = false
            var level = 0
            var pass = clusters.beginPass()
            var reader = try candidates.reader()
            while let next = try reader.next() {
                let pair = Candidate(next)
                if pair.score != level {
                    if proposed {
                        try Task.checkCancellation()
                        refusedCount += clusters.accept(pass, link: link)
                        pass = clusters.beginPass()
                    }
                    proposed = false
                    level = pair.score
                }
                guard isOpen(pair, &clusters), best.isBest(pair, registers, margin: settings.margin) else { continue }
                pass.propose(pair.first, pair.second)
                (proposed, linked) = (true, true)
            }
            if proposed { refusedCount += clusters.accept(pass, link: link) }
            guard linked else { break }
        }
        return refusedCount
    }

    private func isOpen(_ pair: Candidate, _ clusters: inout Clusters) -> Bool {
        clusters.registers(of: pair.first) & clusters.registers(of: pair.second) == 0
    }

    private func bestPartners(_ candidates: FixedRecords, _ clusters: inout Clusters) throws -> BestPartners {
        var best = BestPartners(itemCount: registers.count, registerCount: registerCount)
        var reader = try candidates.reader()
        while let next = try reader.next() {
            let pair = Candidate(next)
            if isOpen(pair, &clusters) { best.add(pair, registers) }
        }
        return best
    }

    /// Pairs of items that share a token, once for each: first item ‖ second item ‖ the token's weight, sorted.
    private mutating func pairs(_ clusters: inout Clusters, _ tokens: ExternalSorter) throws -> SortedRecords {
        var sorter = ExternalSorter(spool: spool)
        // An owner leaves out what is more frequent; one that does not gains nothing.
        var groups = try TagGroups(try tokens.sorted(), entryLimit: settings.mostFrequent + 1)
        while let group = try groups.next() {
            counts.largestGroup = max(counts.largestGroup, group.count)
            var ofRegister = [Int](repeating: 0, count: registerCount)
            for entry in group { ofRegister[Int(entry.register)] += 1 }
            let holders = group.filter { ofRegister[Int($0.register)] <= settings.mostFrequent }
            guard holders.count > 1 else { continue }
            let weight = UInt8(Self.weight(of: holders.count, in: registers.count))
            try Task.checkCancellation()
            // Holders come by register, so partners begin behind those of the own.
            var end = 0
            for (index, first) in holders.enumerated() {
                if index == end { end += ofRegister[Int(first.register)] }
                for second in holders[end...] {
                    counts.sharedTokenCount += 1
                    guard counts.sharedTokenCount <= Self.pairLimit else { throw MatchingError.tooManyCandidates }
                    if clusters.registers(of: first.item) & clusters.registers(of: second.item) != 0 { continue }
                    let (low, high) = (min(first.item, second.item), max(first.item, second.item))
                    try sorter.add(BigEndian.u32(low) + BigEndian.u32(high) + [weight])
                }
            }
        }
        return try sorter.sorted()
    }

    static func weight(of holders: Int, in items: Int) -> Int {
        var weight = 1
        while holders << (weight + 1) <= items { weight += 1 }
        return weight
    }

    /// Pairs that share enough tokens, the best first.
    private mutating func candidates(_ pairs: SortedRecords) throws -> FixedRecords {
        var pairs = pairs
        var sorter = ExternalSorter(spool: spool)
        var pair: ArraySlice<UInt8> = []
        var shared = 0
        var bits = 0
        func close(_ sorter: inout ExternalSorter) throws {
            guard shared >= settings.agreeCount, bits >= settings.bits else { return }
            try sorter.add(Candidate.encoded(score: bits, pair))
        }
        while let next = try pairs.next() {
            if next[..<8] != pair {
                try close(&sorter)
                pair = next[..<8]
                shared = 0
                bits = 0
            }
            shared += 1
            bits += Int(next[8])
        }
        try close(&sorter)
        var sorted = try sorter.sorted()
        var writer = try FixedRecords.Writer(spool: spool, byteCount: Candidate.byteCount)
        while let candidate = try sorted.next() { try writer.append(candidate) }
        counts.candidateCount = writer.count
        return try writer.finish()
    }
}

/// Two items of different registers, and what the tokens that they share weigh.
private struct Candidate {
    let score: Int
    let first: Int
    let second: Int

    static let byteCount = 10

    /// 65,535 − score ‖ first ‖ second, so that the best come first. A score is at most 64 tokens of 32 bits.
    static func encoded(score: Int, _ pair: ArraySlice<UInt8>) -> [UInt8] {
        BigEndian.u16(Int(UInt16.max) - score) + pair
    }

    init(_ bytes: ArraySlice<UInt8>) {
        let start = bytes.startIndex
        score = Int(UInt16.max) - Int(BigEndian.read(bytes[start..<(start + 2)]))
        first = Int(BigEndian.read(bytes[(start + 2)..<(start + 6)]))
        second = Int(BigEndian.read(bytes[(start + 6)..<(start + 10)]))
    }
}

/// Of each item the best and the second best score among candidates of each register.
private struct BestPartners {
    private let registerCount: Int
    private var best: [UInt16]
    private var second: [UInt16]

    init(itemCount: Int, registerCount: Int) {
        self.registerCount = registerCount
        best = [UInt16](repeating: 0, count: itemCount * registerCount)
        second = best
    }

    /// Candidates come best first.
    mutating func add(_ pair: Candidate, _ registers: [UInt8]) {
        for place in [place(pair.first, registers[pair.second]), place(pair.second, registers[pair.first])] {
            if best[place] == 0 {
                best[place] = UInt16(clamping: pair.score)
            } else if second[place] == 0 {
                second[place] = UInt16(clamping: pair.score)
            }
        }
    }

    func isBest(_ pair: Candidate, _ registers: [UInt8], margin: Int) -> Bool {
        [place(pair.first, registers[pair.second]), place(pair.second, registers[pair.first])].allSatisfy {
            Int(best[$0]) == pair.score && (second[$0] == 0 || pair.score - Int(second[$0]) >= margin)
        }
    }

    private func place(_ item: Int, _ register: UInt8) -> Int { item * registerCount + Int(register) }
}

/// Why matching cannot be done.
public enum MatchingError: Error, Equatable, CustomStringConvertible {
    case tooManyCandidates

    public var description: String {
        "more than \(TolerantLinker.pairLimit) pairs of records share a token: agree on longer patterns, or on a lower "
            + "most_frequent"
    }
}
