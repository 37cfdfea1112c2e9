import Testing

@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Sorting by dealing, against the standard library's sort.
@Suite("Distribution sort")
struct DistributionSorterTests {
    static func records(_ count: Int, width: Int, seed: UInt64, alike: Int = 0) -> [[UInt8]] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in
            // Beginning and end differ; what is between costs no time.
            var record = [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: width)
            for index in 0..<min(width, 12) {
                record[index] = index < alike ? 7 : UInt8.random(in: 0...255, using: &random)
            }
            return record
        }
    }

    /// - Parameter most: records added at a time.
    static func sorted(
        _ records: [[UInt8]], width: Int, most: Int = 1_000, fixed: Range<Int> = 0..<0, workers: Int = 2,
        largest: Int = 16 << 20, buckets: Int = 256, memory: Int = 16 << 20, spool: any Spool = MemorySpool()
    ) async throws -> [[UInt8]] {
        var sorter = DistributionSorter(
            spool: spool, width: width, fixed: fixed, bucketCount: buckets, memoryByteCount: memory,
            largestByteCount: largest)
        for start in stride(from: 0, to: records.count, by: most) {
            var block: [UInt8] = []
            for record in records[start..<min(start + most, records.count)] { block += record }
            try sorter.add(block)
        }
        #expect(sorter.count == records.count)
        var found: [[UInt8]] = []
        try await sorter.sorted(workers: Workers(count: workers)) { found += ListTests.cut($0, width) }
        return found
    }

    @Test(
        "Any number of records of any width, in memory and on the spool", arguments: [4, 8, 16, 80, 1_024, 70_000],
        [0, 1, 2, 300])
    func widths(width: Int, count: Int) async throws {
        let records = Self.records(count, width: width, seed: UInt64(width + count))
        let expected = records.sorted { $0.lexicographicallyPrecedes($1) }
        #expect(try await Self.sorted(records, width: width, most: 7) == expected)
    }

    @Test("Many more than fit into the blocks in memory, on any number of cores", arguments: [1, 5])
    func many(workers: Int) async throws {
        // 256 buckets of about 60 records, four blocks each.
        let records = Self.records(15_000, width: 4_000, seed: 3)
        let expected = records.sorted { $0.lexicographicallyPrecedes($1) }
        #expect(try await Self.sorted(records, width: 4_000, workers: workers) == expected)
    }

    @Test("Many or few buckets, and blocks of any size", arguments: [1, 16, 1_024], [0, 1 << 20, 64 << 20])
    func buckets(count: Int, memory: Int) async throws {
        for width in [8, 22] {
            let records = Self.records(9_000, width: width, seed: 8)
            let expected = records.sorted { $0.lexicographicallyPrecedes($1) }
            #expect(try await Self.sorted(records, width: width, buckets: count, memory: memory) == expected)
        }
    }

    @Test("Records of a word, uniform and alike, in memory and beyond", arguments: [0, 2, 6, 8])
    func words(alike: Int) async throws {
        let records = Self.records(5_000, width: 8, seed: 9, alike: alike)
        let expected = records.sorted { $0.lexicographicallyPrecedes($1) }
        for largest in [1_000, 16 << 20] {
            #expect(
                try await Self.sorted(records, width: 8, largest: largest, buckets: 1_024, memory: 0) == expected)
        }
    }

    @Test(
        "Keys that are all alike in their first bits are sorted too, also beyond a bucket's memory", arguments: [3, 8])
    func skewed(alike: Int) async throws {
        let records = Self.records(6_000, width: 100, seed: 4, alike: alike)
        let expected = records.sorted { $0.lexicographicallyPrecedes($1) }
        #expect(try await Self.sorted(records, width: 100) == expected)
        #expect(try await Self.sorted(records, width: 100, largest: 50_000) == expected)
    }

    @Test("Buckets are in order although some bits are the same in all keys")
    func fixedBits() async throws {
        for fixed in [Ristretto255.fixedBits, P256.fixedBits, FFDHE3072.fixedBits] {
            var records = Self.records(3_000, width: 40, seed: 5)
            for index in records.indices {
                for bit in fixed { records[index][0] &= ~(0x80 >> UInt8(bit)) }
                if fixed.count == 7 { records[index][0] |= 2 }
            }
            let expected = records.sorted { $0.lexicographicallyPrecedes($1) }
            #expect(try await Self.sorted(records, width: 40, fixed: fixed) == expected)
        }
    }

    @Test("Equal records are all there")
    func equal() async throws {
        let record = [UInt8](repeating: 9, count: 33)
        let records = [[UInt8]](repeating: record, count: 5_000)
        #expect(try await Self.sorted(records, width: 33) == records)
    }

    @Test("A spool that loses bytes is noticed")
    func damaged() async throws {
        let records = Self.records(6_000, width: 4_000, seed: 6)
        await #expect(throws: ExternalSortError.truncatedRun) {
            _ = try await Self.sorted(records, width: 4_000, spool: DamagedSpool { $0.dropLast(20_000) })
        }
    }

    @Test("What takes the records can stop it")
    func stopped() async throws {
        struct Stop: Error {}
        var sorter = DistributionSorter(spool: MemorySpool(), width: 16)
        try sorter.add(Array(Self.records(5_000, width: 16, seed: 7).joined()))
        var pieces = 0
        await #expect(throws: Stop.self) {
            try await sorter.sorted(workers: Workers(count: 4)) { _ in
                pieces += 1
                if pieces == 3 { throw Stop() }
            }
        }
        #expect(pieces == 3)
    }
}
