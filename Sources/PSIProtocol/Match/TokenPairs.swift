internal import Agreement

/// Pairs of items of different registers that share a token, gathered once for each token that they share. [P-36]
///
/// A token weighs ⌊log2(items / items that have it)⌋ bits, at least 1: what a chance agreement in it would be worth.
struct TokenPairs {
    private let settings: TolerantMatching
    /// Of each item, in which registers the person is known to be, bit i for register i.
    private let known: [UInt32]
    private let spool: any Spool
    private let code: PairCode
    private var sorter: DistributionSorter
    private(set) var counts = LinkageCounts.TokenCounts()

    /// Pairs that wait to be sorted.
    private var block: [UInt64] = []
    /// Of the token that is looked at: how many items of each register have it, and those that count.
    private var ofRegister: [Int]
    private var holders: [Holder] = []

    private static let blockCount = 1 << 13

    private struct Holder {
        let register: Int
        let item: Int
        /// As in `known`.
        let registers: UInt32
    }

    /// - Parameters:
    ///   - known: of each item, in which registers the person is known to be, bit i for register i.
    ///   - largestByteCount: as of `DistributionSorter`.
    init(
        settings: TolerantMatching, known: [UInt32], registerCount: Int, spool: any Spool,
        largestByteCount: Int = 16 << 20
    ) throws(MatchingError) {
        self.settings = settings
        self.known = known
        self.spool = spool
        code = try PairCode(itemCount: known.count)
        sorter = DistributionSorter(
            spool: spool, width: PairCode.byteCount, bucketCount: 1_024, largestByteCount: largestByteCount)
        ofRegister = [Int](repeating: 0, count: registerCount)
    }

    /// - Parameter group: the items that share a token, by register, more than `mostFrequent` of one if there are more.
    mutating func add(_ group: [TagGroups.Entry]) throws {
        counts.largestGroup = max(counts.largestGroup, group.count)
        guard group.count > 1 else { return }
        for entry in group { ofRegister[Int(entry.register)] += 1 }
        defer { for entry in group { ofRegister[Int(entry.register)] = 0 } }
        holders.removeAll(keepingCapacity: true)
        // An owner leaves out what is more frequent; one that does not gains nothing.
        for entry in group where ofRegister[Int(entry.register)] <= settings.mostFrequent {
            holders.append(
                Holder(register: Int(entry.register), item: entry.item, registers: known[entry.item]))
        }
        guard holders.count > 1 else { return }
        // Each with every other, less those of one register; counted twice.
        counts.sharedTokenCount += holders.reduce(0) { $0 + holders.count - ofRegister[$1.register] } / 2
        guard counts.sharedTokenCount <= TolerantMatching.pairLimit else { throw MatchingError.tooManyCandidates }

        let weight = Self.weight(of: holders.count, in: known.count)
        // Holders come by register, so partners begin behind those of the own.
        var end = 0
        for (index, first) in holders.enumerated() {
            if index == end { end += ofRegister[first.register] }
            for second in holders[end...] where first.registers & second.registers == 0 {
                block.append(code.encoded(first.item, second.item, weight: weight))
            }
            if block.count >= Self.blockCount { try flush() }
        }
    }

    private mutating func flush() throws {
        try block.withUnsafeBytes { try sorter.add($0) }
        block.removeAll(keepingCapacity: true)
    }

    static func weight(of holders: Int, in items: Int) -> Int {
        var weight = 1
        while holders << (weight + 1) <= items { weight += 1 }
        return weight
    }

    /// Pairs that share enough tokens, those that share most first; nothing can be added after.
    mutating func candidates(workers: Workers) async throws -> FixedRecords {
        try flush()
        var candidates = DistributionSorter(
            spool: spool, width: Candidate.byteCount, fixed: Candidate.fixedBits)
        /// What is under way.
        var pair: UInt64 = 0
        var (shared, bits) = (0, 0)
        func close(_ found: inout [UInt8]) {
            guard shared >= settings.agreeCount, bits >= settings.bits else { return }
            let (first, second) = code.items(of: pair)
            Candidate(score: bits, first: first, second: second).append(to: &found)
        }
        // So that nothing else holds what is sorted, and it is freed.
        let sorter = self.sorter
        self.sorter = DistributionSorter(spool: spool, width: PairCode.byteCount)
        try await sorter.sorted(workers: workers) { block in
            var found: [UInt8] = []
            block.withUnsafeBytes { bytes in
                for start in stride(from: 0, to: bytes.count, by: PairCode.byteCount) {
                    let next = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
                    if PairCode.pair(next) != pair {
                        close(&found)
                        pair = PairCode.pair(next)
                        (shared, bits) = (0, 0)
                    }
                    shared += 1
                    bits += PairCode.weight(next)
                }
            }
            try candidates.add(found)
        }
        var last: [UInt8] = []
        close(&last)
        try candidates.add(last)
        var writer = try FixedRecords.Writer(spool: spool, byteCount: Candidate.byteCount)
        try await candidates.sorted(workers: workers) { try writer.append($0) }
        counts.candidateCount = writer.count
        return try writer.finish()
    }
}

/// A pair of items and what a token that they share weighs, as a number of 64 bits: first ‖ second ‖ 0… ‖ weight (6),
/// items by as few bits as their number needs. The numbers are in the pairs' order.
struct PairCode {
    private let itemBitCount: Int

    static let byteCount = 8
    private static let weightBitCount = 6
    private static let weightMask: UInt64 = (1 << UInt64(weightBitCount)) - 1

    /// - Throws: `MatchingError.tooManyRecords` from 2^29 items on, many more than an agreement with tokens allows.
    init(itemCount: Int) throws(MatchingError) {
        itemBitCount = max(1, Int.bitWidth - itemCount.leadingZeroBitCount)
        guard 2 * itemBitCount + Self.weightBitCount <= 64 else { throw .tooManyRecords }
    }

    /// The pair as it is stored: big-endian.
    func encoded(_ a: Int, _ b: Int, weight: Int) -> UInt64 {
        let (first, second) = (UInt64(min(a, b)), UInt64(max(a, b)))
        let shift = UInt64(64 - itemBitCount)
        return (first << shift | second << (shift - UInt64(itemBitCount)) | UInt64(weight)).bigEndian
    }

    static func pair(_ number: UInt64) -> UInt64 { number & ~weightMask }

    static func weight(_ number: UInt64) -> Int { Int(number & weightMask) }

    func items(of pair: UInt64) -> (first: Int, second: Int) {
        let shift = UInt64(64 - itemBitCount)
        return (Int(pair >> shift), Int((pair << UInt64(itemBitCount)) >> shift))
    }
}

/// Why matching cannot be done.
public enum MatchingError: Error, Equatable, CustomStringConvertible {
    case tooManyCandidates
    case tooManyRecords

    public var description: String {
        switch self {
        case .tooManyCandidates:
            "more than \(TolerantMatching.pairLimit) pairs of records share a token: agree on longer patterns, fewer "
                + "tokens or a lower most_frequent"
        case .tooManyRecords: "more records than tokens can link"
        }
    }
}
