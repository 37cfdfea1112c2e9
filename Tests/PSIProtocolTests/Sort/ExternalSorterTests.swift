import Synchronization
import Testing

@testable import PSIProtocol

/// External sorting, by which lists are shuffled and vaults ordered. [P-34]
@Suite("External sorting")
struct ExternalSorterTests {
    static func sorted(_ records: [[UInt8]], memory: Int, spool: any Spool = MemorySpool()) throws -> [[UInt8]] {
        var sorter = ExternalSorter(spool: spool, memoryByteCount: memory)
        for record in records { try sorter.add(record) }
        var output: [[UInt8]] = []
        var sorted = try sorter.sorted()
        while let record = try sorted.next() { output.append(record) }
        #expect(try sorted.next() == nil)
        return output
    }

    static func records(_ count: Int, seed: UInt64, lengths: ClosedRange<Int>, alphabet: ClosedRange<UInt8>)
        -> [[UInt8]]
    {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in
            (0..<Int.random(in: lengths, using: &random)).map { _ in UInt8.random(in: alphabet, using: &random) }
        }
    }

    @Test("agrees with a plain sort whatever the memory", arguments: [0, 1, 100, 1_000, 20_000, 1 << 20])
    func plainSort(memory: Int) throws {
        let kinds: [(ClosedRange<Int>, ClosedRange<UInt8>)] = [
            (16...16, 0...255), (0...20, 0...1), (0...9, 0...0), (32...97, 0...255), (8...8, 7...7),
        ]
        for (index, kind) in kinds.enumerated() {
            let records = Self.records(300, seed: UInt64(index), lengths: kind.0, alphabet: kind.1)
            let expected = records.sorted { $0.lexicographicallyPrecedes($1) }
            #expect(try Self.sorted(records, memory: memory) == expected)
        }
        #expect(try Self.sorted([], memory: memory).isEmpty)
        #expect(try Self.sorted([[]], memory: memory) == [[]])
    }

    @Test("records longer than a block, and none longer than allowed")
    func longRecords() throws {
        let records = Self.records(20, seed: 5, lengths: 60_000...140_000, alphabet: 0...3)
        let expected = records.sorted { $0.lexicographicallyPrecedes($1) }
        #expect(try Self.sorted(records, memory: 200_000) == expected)
        var sorter = ExternalSorter(spool: MemorySpool())
        let count = ExternalSorter.maxRecordByteCount + 1
        #expect(throws: ExternalSortError.recordTooLong(byteCount: count)) {
            try sorter.add(repeatElement(UInt8(0), count: count))
        }
    }

    @Test("blocks of records of one width")
    func blocks() throws {
        var sorter = ExternalSorter(spool: MemorySpool(), memoryByteCount: 64)
        try sorter.add(records: [3, 3, 1, 1, 2, 2], width: 2)
        try sorter.add(records: [], width: 2)
        var sorted = try sorter.sorted()
        #expect(try [sorted.next(), sorted.next(), sorted.next(), sorted.next()] == [[1, 1], [2, 2], [3, 3], nil])
    }

    @Test("a run that was cut short is noticed", arguments: [1, 3, 4, 5, 19])
    func truncated(by cut: Int) {
        let records = Self.records(50, seed: 6, lengths: 16...16, alphabet: 0...255)
        #expect(throws: ExternalSortError.truncatedRun) {
            _ = try Self.sorted(records, memory: 400, spool: DamagedSpool { $0.dropLast(cut) })
        }
    }

    @Test("a run whose framing claims too much is refused before it is read")
    func hugeClaim() {
        let records = Self.records(50, seed: 7, lengths: 16...16, alphabet: 0...255)
        #expect(throws: ExternalSortError.truncatedRun) {
            _ = try Self.sorted(
                records, memory: 400, spool: DamagedSpool { ([255, 255, 255, 255] + $0.dropFirst(4))[...] })
        }
    }

    @Test("runs are discarded once they are read")
    func discards() throws {
        let spool = DamagedSpool { $0[...] }
        _ = try Self.sorted(Self.records(100, seed: 8, lengths: 16...16, alphabet: 0...255), memory: 400, spool: spool)
        #expect(spool.log.made.withLock { $0 } > 5)
        #expect(spool.log.discarded.withLock { $0 } == spool.log.made.withLock { $0 })
    }
}

/// A spool in memory that changes every run before it is read, and counts.
struct DamagedSpool: Spool {
    final class Log: Sendable {
        let made = Mutex(0)
        let discarded = Mutex(0)
    }

    let log = Log()
    let damage: @Sendable ([UInt8]) -> ArraySlice<UInt8>

    init(_ damage: @escaping @Sendable ([UInt8]) -> ArraySlice<UInt8>) { self.damage = damage }

    func makeRun() throws -> any SpoolWriter {
        log.made.withLock { $0 += 1 }
        return Writer(spool: self)
    }

    func makeBlocks(byteCount: Int) throws -> any SpoolBlocks {
        Blocks(base: try MemorySpool().makeBlocks(byteCount: byteCount), damage: damage)
    }

    struct Blocks: SpoolBlocks {
        let base: any SpoolBlocks
        let damage: @Sendable ([UInt8]) -> ArraySlice<UInt8>
        func append(_ block: [UInt8]) throws -> Int { try base.append(block) }
        func read(_ number: Int) throws -> [UInt8] { Array(damage(try base.read(number))) }
    }

    struct Writer: SpoolWriter {
        let spool: DamagedSpool
        var bytes: [UInt8] = []
        mutating func append(_ bytes: [UInt8]) throws { self.bytes += bytes }
        mutating func finish() throws -> any SpoolRun { Run(log: spool.log, bytes: Array(spool.damage(bytes))) }
    }

    struct Run: SpoolRun {
        let log: Log
        let bytes: [UInt8]
        func makeReader() throws -> any SpoolReader { MemoryRun.Reader(bytes: bytes) }
        func discard() { log.discarded.withLock { $0 += 1 } }
    }
}
