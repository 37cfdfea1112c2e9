import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Entries that come in blocks, and the groups and pairs in them. [P-36]
@Suite("Groups of equal tags")
struct TagGroupsTests {
    typealias Entry = TagGroups.Entry

    static func encoded(_ tag: UInt8, _ register: UInt8, _ item: Int, isFormer: Bool) -> [UInt8] {
        [tag] + .filled(7, 14) + [tag] + [register] + BigEndian.u32(item) + [isFormer ? 1 : 0]
    }

    /// Entries of a few tags, sorted; items come by register, as they do in lists.
    static func records(_ random: inout SeededRandom) -> [[UInt8]] {
        let registers = (0..<20).map { _ in UInt8.random(in: 0..<3, using: &random) }.sorted()
        return (0..<60).map { _ in
            let item = Int.random(in: registers.indices, using: &random)
            return encoded(
                UInt8.random(in: 0..<9, using: &random) * 30, registers[item], 70_000 + item,
                isFormer: Int.random(in: 0..<3, using: &random) == 0)
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Plainly: everything by tag, an item once, and no more than so many former codes and others of a register.
    static func groups(_ records: [[UInt8]], limit: Int) -> [[Entry]] {
        var byTag: [[UInt8]: [Entry]] = [:]
        for record in records {
            let item = Int(BigEndian.read(record[17..<21]))
            var group = byTag[Array(record[..<16])] ?? []
            if let known = group.firstIndex(where: { $0.item == item }) {
                group[known].isFormer = group[known].isFormer || record[21] == 1
            } else {
                group.append(Entry(register: record[16], item: item, isFormer: record[21] == 1))
            }
            byTag[Array(record[..<16])] = group
        }
        return byTag.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { _, group in
            (0..<3).flatMap { register in
                let own = group.filter { $0.register == register }
                guard limit < .max else { return own }
                return own.filter { entry in
                    own.prefix { $0 != entry }.count { $0.isFormer == entry.isFormer } < limit
                }
            }
        }
    }

    @Test("blocks may end anywhere", arguments: [1, 2, 3, 7, 59, 60])
    func blocks(count: Int) throws {
        for seed in 0..<20 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            let records = Self.records(&random)
            var groups = TagGroups(entryLimit: .max)
            var found: [[Entry]] = []
            for start in stride(from: 0, to: records.count, by: count) {
                let block = records[start..<min(start + count, records.count)].flatMap { $0 }
                try groups.add(block) { found.append($0) }
            }
            try groups.finish { found.append($0) }
            try groups.finish { _ in Issue.record("the last group came twice") }
            #expect(found == Self.groups(records, limit: .max))
        }
    }

    @Test("of many in one register some are handed on, in blocks of any size", arguments: 1...3)
    func limit(limit: Int) throws {
        // No item twice, so that it does not matter which of its entries came first.
        let records = [(0, 0), (0, 1), (1, 0), (2, 0)].flatMap { register, former in
            (0..<4).map {
                Self.encoded(5, UInt8(register), register * 10 + former * 5 + $0, isFormer: former == 1)
            }
        }.sorted { $0.lexicographicallyPrecedes($1) }
        for count in 1...records.count {
            var groups = TagGroups(entryLimit: limit)
            var found: [[Entry]] = []
            for start in stride(from: 0, to: records.count, by: count) {
                try groups.add(records[start..<min(start + count, records.count)].flatMap { $0 }) { found.append($0) }
            }
            try groups.finish { found.append($0) }
            #expect(found == Self.groups(records, limit: limit) && found[0].count == 4 * limit)
        }
    }

    @Test("buckets beyond the memory for sorting hold the same groups", arguments: [1, 2, 8])
    func largeBuckets(workers: Int) async throws {
        var random = SeededRandom(seed: 11)
        let records = Self.records(&random)
        for largest in [100, 300, 1 << 20] {
            var sorter = DistributionSorter(
                spool: MemorySpool(), width: TagGroups.entryByteCount, bucketCount: 1_024, largestByteCount: largest)
            for record in records.shuffled(using: &random) { try sorter.add(record) }
            var found: [[Entry]] = []
            try await sorter.groups(entryLimit: 20, workers: Workers(count: workers)) { found.append($0) }
            #expect(found == Self.groups(records, limit: .max))
        }
    }

    @Test("a pair is one pair, though a block ends within it")
    func pairs() async throws {
        // Enough pairs of one item for two blocks of the sorter, three of each pair.
        let count = 12_000
        let settings = TolerantMatching(
            tokenCount: 3, agreeCount: 3, bits: 3, margin: 1, mostFrequent: count, groups: [], patterns: [])
        let known = [UInt32(1)] + [UInt32](repeating: 2, count: count)
        for largest in [1_000, 16 << 20] {
            var pairs = try TokenPairs(
                settings: settings, known: known, registerCount: 2, spool: MemorySpool(),
                largestByteCount: largest)
            let group = (0...count).map { Entry(register: $0 == 0 ? 0 : 1, item: $0, isFormer: false) }
            for _ in 0..<3 { try pairs.add(group) }
            let candidates = try await pairs.candidates(workers: Workers(count: 2))
            #expect(pairs.counts.candidateCount == count && pairs.counts.sharedTokenCount == 3 * count)
            #expect(pairs.counts.largestGroup == count + 1)
            var found: [[Int]] = []
            try candidates.forEachCandidate { found.append([$0.score, $0.first, $0.second]) }
            #expect(found == (1...count).map { [3, 0, $0] })
        }
    }

    @Test("more pairs than can be sorted end the round before they are made")
    func tooMany() throws {
        let settings = TolerantMatching(
            tokenCount: 1, agreeCount: 1, bits: 1, margin: 1, mostFrequent: 30_000, groups: [], patterns: [])
        let half = 25_000
        let known = [UInt32](repeating: 1, count: half) + [UInt32](repeating: 2, count: half)
        var pairs = try TokenPairs(settings: settings, known: known, registerCount: 2, spool: MemorySpool())
        let group = (0..<(2 * half)).map { Entry(register: $0 < half ? 0 : 1, item: $0, isFormer: false) }
        #expect(throws: MatchingError.tooManyCandidates) { try pairs.add(group) }
        #expect(throws: MatchingError.tooManyRecords) { _ = try PairCode(itemCount: 1 << 29) }
    }

    @Test("pairs are numbers in the pairs' order, up to the most records there can be")
    func pairCodes() throws {
        for count in [2, 3, 4, 1_000, 1 << 28] {
            let code = try PairCode(itemCount: count)
            var last: UInt64 = 0
            for (first, second) in [(0, 1), (0, count - 1), (count - 2, count - 1)] where first < second {
                for weight in [1, 27] {
                    let number = UInt64(bigEndian: code.encoded(second, first, weight: weight))
                    #expect(number >= last && PairCode.weight(number) == weight)
                    #expect(code.items(of: PairCode.pair(number)) == (first, second))
                    last = PairCode.pair(number)
                }
            }
        }
    }

    @Test("candidates come best first, and come back as they were", arguments: [1, 4])
    func candidates(workers: Int) async throws {
        var random = SeededRandom(seed: 2)
        let all = (0..<400).map { _ in
            [
                Int.random(in: 1...2_048, using: &random), Int.random(in: 0..<1 << 32, using: &random),
                Int.random(in: 0..<1 << 32, using: &random),
            ]
        }
        var sorter = DistributionSorter(
            spool: MemorySpool(), width: Candidate.byteCount, fixed: Candidate.fixedBits)
        for each in all {
            var bytes: [UInt8] = []
            Candidate(score: each[0], first: each[1], second: each[2]).append(to: &bytes)
            try sorter.add(bytes)
        }
        var writer = try FixedRecords.Writer(spool: MemorySpool(), byteCount: Candidate.byteCount)
        try await sorter.sorted(workers: Workers(count: workers)) { try writer.append($0) }
        var found: [[Int]] = []
        try writer.finish().forEachCandidate { found.append([$0.score, $0.first, $0.second]) }
        #expect(found == all.sorted { [-$0[0], $0[1], $0[2]].lexicographicallyPrecedes([-$1[0], $1[1], $1[2]]) })
    }
}
