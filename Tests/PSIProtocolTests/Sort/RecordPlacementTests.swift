import Testing

@testable import PSIProtocol

/// The sort in memory under the external one, against a plain sort.
@Suite("Sorting in memory")
struct RecordPlacementTests {
    static func sorted(_ records: [[UInt8]]) -> [[UInt8]] {
        var bytes: [UInt8] = []
        var placements: [RecordPlacement] = []
        for record in records {
            let start = bytes.count
            bytes += record
            placements.append(RecordPlacement(bytes, start: start, count: record.count))
        }
        RecordPlacement.sort(&placements, of: bytes)
        return placements.map { Array(bytes[$0.range]) }
    }

    @Test("few and many records, uniform, alike and equal", arguments: [0, 1, 2, 3, 24, 25, 100, 1_000, 5_000])
    func plainSort(count: Int) {
        let kinds: [(ClosedRange<Int>, ClosedRange<UInt8>)] = [
            (32...32, 0...255), (16...16, 0...1), (8...8, 0...255), (0...12, 254...255), (5...5, 9...9),
        ]
        for (index, kind) in kinds.enumerated() {
            let records = ExternalSorterTests.records(count, seed: UInt64(index), lengths: kind.0, alphabet: kind.1)
            #expect(Self.sorted(records) == records.sorted { $0.lexicographicallyPrecedes($1) })
        }
    }

    @Test("records that begin alike, and records that begin others")
    func commonPrefixes() {
        let tails = ExternalSorterTests.records(2_000, seed: 9, lengths: 0...3, alphabet: 0...255)
        let records = tails.map { [UInt8](repeating: 7, count: 14) + $0 }
        #expect(Self.sorted(records) == records.sorted { $0.lexicographicallyPrecedes($1) })
        let zeros = (0..<100).map { [UInt8](repeating: 0, count: $0 % 20) }
        #expect(Self.sorted(zeros) == zeros.sorted { $0.lexicographicallyPrecedes($1) })
    }

    @Test("blocks of any size give all records in order", arguments: [1, 31, 32, 1_000, 1 << 20], [64, 1 << 20])
    func blocks(byteCount: Int, memory: Int) throws {
        let records = ExternalSorterTests.records(300, seed: 3, lengths: 32...32, alphabet: 0...255)
        var sorter = ExternalSorter(spool: MemorySpool(), memoryByteCount: memory)
        try sorter.add(records: Array(records.joined()), width: 32)
        var sorted = try sorter.sorted()
        var output: [UInt8] = []
        while let block = try sorted.nextBlock(byteCount) {
            #expect(block.count > 0 && block.bytes.count == 32 * block.count)
            output += block.bytes
        }
        #expect(output == Array(records.sorted { $0.lexicographicallyPrecedes($1) }.joined()))
    }
}
