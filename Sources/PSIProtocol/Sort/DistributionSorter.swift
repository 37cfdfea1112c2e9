internal import Values

/// Sorts records whose keys are uniformly distributed, such as encoded elements, tags and handles: more of them than
/// fit in memory, and on several cores.
///
/// Records are dealt into buckets by the first bits of their keys as they come. Full blocks of a bucket go to the
/// spool. At the end each bucket is sorted by itself, several at a time, and nothing has to be merged. Memory is
/// bounded by a block a bucket while adding, and by `sortingByteCount` while sorting, whatever the number of records.
/// A bucket that is larger than that, since records are many or not distributed as they should be, is sorted as
/// `ExternalSorter` does.
struct DistributionSorter {
    /// Memory for buckets that are being sorted: records and what sorting them takes.
    private static let sortingByteCount = 48 << 20
    /// A bucket's blocks are a chain: each begins with the number of the one before.
    private static let linkByteCount = 8
    private static let blockByteCounts = 1 << 12...1 << 16

    private let spool: any Spool
    private let width: Int
    private let partition: StreamPartition
    private let blockByteCount: Int
    private let largestByteCount: Int
    /// Records of a whole block.
    private var fullByteCount: Int { (blockByteCount - Self.linkByteCount) / width * width }
    private var buckets: [Bucket]
    /// Of each bucket in turn, the records that wait to make a whole block; nothing before the first record.
    private var waiting: [UInt8] = []
    private var blocks: (any SpoolBlocks)?
    private(set) var count = 0

    private struct Bucket: Sendable {
        var waitingByteCount = 0
        /// Of the last block on the spool; −1 if there is none.
        var last = -1
        var blockCount = 0

        var isEmpty: Bool { waitingByteCount == 0 && blockCount == 0 }

        /// - Parameter fullByteCount: records of a whole block.
        func byteCount(_ fullByteCount: Int) -> Int { waitingByteCount + blockCount * fullByteCount }
    }

    /// - Parameters:
    ///   - width: bytes of every record, 4 or more.
    ///   - fixed: bits that all keys have alike, counted from the first.
    ///   - bucketCount: a power of two, at most 1,024. Where there may be more than 4 GiB of records, 1,024.
    ///   - memoryByteCount: for blocks of records that wait; a block has 4 KiB at least and 64 KiB at most.
    ///   - largestByteCount: of a bucket that is sorted in memory.
    init(
        spool: any Spool, width: Int, fixed: Range<Int> = 0..<0, bucketCount: Int = 256,
        memoryByteCount: Int = 16 << 20, largestByteCount: Int = 16 << 20
    ) {
        self.spool = spool
        self.width = width
        self.largestByteCount = largestByteCount
        partition = StreamPartition(count: bucketCount, fixed: fixed)
        let limits = Self.blockByteCounts
        let share = min(max(memoryByteCount / bucketCount, limits.lowerBound), limits.upperBound)
        blockByteCount = max(share, width + Self.linkByteCount)
        buckets = [Bucket](repeating: Bucket(), count: bucketCount)
    }

    /// Adds records that lie one after the other.
    mutating func add(_ records: [UInt8]) throws { try records.withUnsafeBytes { try add($0) } }

    /// Adds records that lie one after the other.
    mutating func add(_ records: UnsafeRawBufferPointer) throws {
        precondition(records.count.isMultiple(of: width), "a block holds whole records")
        let full = fullByteCount
        if waiting.isEmpty {
            // No page of it is touched before a record is written there.
            waiting = [UInt8](unsafeUninitializedCapacity: buckets.count * full) { $1 = buckets.count * full }
        }
        // Out of `self`, so that it can be written to while the buckets are.
        var waiting: [UInt8] = []
        swap(&waiting, &self.waiting)
        defer { self.waiting = waiting }
        try waiting.withUnsafeMutableBytes { waiting in
            for start in stride(from: 0, to: records.count, by: width) {
                let record = UnsafeRawBufferPointer(rebasing: records[start..<(start + width)])
                let number = partition.part(of: record)
                let place = number * full + buckets[number].waitingByteCount
                UnsafeMutableRawBufferPointer(rebasing: waiting[place..<(place + width)]).copyMemory(from: record)
                buckets[number].waitingByteCount += width
                if buckets[number].waitingByteCount == full {
                    try flush(number, UnsafeRawBufferPointer(rebasing: waiting[(number * full)..<(place + width)]))
                }
            }
        }
        count += records.count / width
    }

    private mutating func flush(_ number: Int, _ records: UnsafeRawBufferPointer) throws {
        let blocks = try self.blocks ?? spool.makeBlocks(byteCount: blockByteCount)
        self.blocks = blocks
        var block: [UInt8] = []
        block.reserveCapacity(blockByteCount)
        block += BigEndian.u64(UInt64(bitPattern: Int64(buckets[number].last)))
        block += records
        block.append(contentsOf: repeatElement(0, count: blockByteCount - block.count))
        buckets[number].last = try blocks.append(block)
        buckets[number].blockCount += 1
        buckets[number].waitingByteCount = 0
    }

    /// Ends adding, and hands on all records in order, many at a time.
    consuming func sorted(workers: Workers, take: ([UInt8]) async throws -> Void) async throws {
        let full = fullByteCount
        let reader = BucketReader(blocks: blocks, width: width, fullByteCount: full)
        let (spool, largest, waiting, buckets) = (spool, largestByteCount, waiting, buckets)
        var next = 0
        /// Memory that buckets under way take.
        var underWay = 0
        /// Records, their copy in order, and what is sorted.
        func memory(_ byteCount: Int) -> Int { 2 * byteCount + byteCount / width * reader.byteCountWhileSorting }
        try await Pipeline(workers: workers).run {
            underWay < Self.sortingByteCount
        } read: { () async throws -> FullBucket? in
            while next < buckets.count, buckets[next].isEmpty { next += 1 }
            guard next < buckets.count else { return nil }
            let (bucket, start) = (buckets[next], next * full)
            next += 1
            underWay += memory(min(bucket.byteCount(full), largest))
            return FullBucket(bucket: bucket, waiting: Array(waiting[start..<(start + bucket.waitingByteCount)]))
        } compute: { full -> SortedBucket in
            full.bucket.byteCount(reader.fullByteCount) <= largest ? .sorted(try reader.sorted(full)) : .large(full)
        } take: { bucket in
            switch bucket {
            case .sorted(let records):
                underWay -= memory(records.count)
                try await take(records)
            case .large(let bucket):
                underWay -= memory(largest)
                var sorter = ExternalSorter(spool: spool)
                try reader.forEachBlock(of: bucket) { try sorter.add(records: $0, width: width) }
                var records = try sorter.sorted()
                while let block = try records.nextBlock(RecordWriter.blockByteCount) { try await take(block.bytes) }
            }
        }
    }

    /// A bucket to which nothing is added any more, with the records that made no whole block.
    private struct FullBucket: Sendable {
        let bucket: Bucket
        let waiting: [UInt8]
    }

    private enum SortedBucket: Sendable {
        case sorted([UInt8])
        case large(FullBucket)
    }

    /// Reads buckets on any core.
    private struct BucketReader: Sendable {
        let blocks: (any SpoolBlocks)?
        let width: Int
        /// Records of a whole block.
        let fullByteCount: Int

        /// The bucket's records, a block at a time, those that were added last first; in a block as they were added.
        func forEachBlock(of full: FullBucket, _ body: ([UInt8]) throws -> Void) throws {
            if !full.waiting.isEmpty { try body(full.waiting) }
            var number = full.bucket.last
            for _ in 0..<full.bucket.blockCount {
                guard let block = try blocks?.read(number) else { throw ExternalSortError.truncatedRun }
                let end = DistributionSorter.linkByteCount + fullByteCount
                guard block.count >= end else { throw ExternalSortError.truncatedRun }
                number = Int(Int64(bitPattern: BigEndian.read(block[..<DistributionSorter.linkByteCount])))
                try body(Array(block[DistributionSorter.linkByteCount..<end]))
            }
        }

        /// Memory for a record besides the record itself.
        var byteCountWhileSorting: Int { isWord ? 2 * wordByteCount : RecordPlacement.byteCountWhileSorting }

        /// Records of eight bytes are numbers, and sorted as such.
        private var isWord: Bool { width == wordByteCount }
        private var wordByteCount: Int { MemoryLayout<UInt64>.size }

        func sorted(_ full: FullBucket) throws -> [UInt8] {
            // As they were added: what was in order there is not moved again.
            let byteCount = full.bucket.byteCount(fullByteCount)
            let bytes = try [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, filled in
                let bytes = UnsafeMutableRawBufferPointer(buffer)
                var start = byteCount
                try forEachBlock(of: full) { block in
                    start -= block.count
                    UnsafeMutableRawBufferPointer(rebasing: bytes[start..<(start + block.count)]).copyBytes(from: block)
                }
                filled = byteCount
            }
            return isWord ? sortedWords(bytes) : sortedRecords(bytes)
        }

        private func sortedWords(_ bytes: [UInt8]) -> [UInt8] {
            bytes.withUnsafeBytes { bytes in
                var words = stride(from: 0, to: bytes.count, by: wordByteCount).map {
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
                }
                DealingSort.sort(&words, of: bytes)
                return [UInt8](unsafeUninitializedCapacity: bytes.count) { output, filled in
                    for word in words {
                        UnsafeMutableRawBufferPointer(output)
                            .storeBytes(of: word.bigEndian, toByteOffset: filled, as: UInt64.self)
                        filled += wordByteCount
                    }
                }
            }
        }

        private func sortedRecords(_ bytes: [UInt8]) -> [UInt8] {
            var placements = stride(from: 0, to: bytes.count, by: width).map {
                RecordPlacement(bytes, start: $0, count: width)
            }
            RecordPlacement.sort(&placements, of: bytes)
            return [UInt8](unsafeUninitializedCapacity: bytes.count) { output, filled in
                bytes.withUnsafeBytes { bytes in
                    for placement in placements {
                        let target = UnsafeMutableRawBufferPointer(
                            rebasing: UnsafeMutableRawBufferPointer(output)[filled..<(filled + width)])
                        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[placement.range]))
                        filled += width
                    }
                }
            }
        }
    }
}
