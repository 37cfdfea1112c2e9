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
    private static let bucketCount = 256
    /// Memory for buckets that are being sorted: records and what sorting them takes.
    private static let sortingByteCount = 48 << 20
    /// A bucket's blocks are a chain: each begins with the number of the one before.
    private static let linkByteCount = 8
    private static let leastBlockByteCount = 1 << 16

    private let spool: any Spool
    private let width: Int
    private let partition: StreamPartition
    private let blockByteCount: Int
    private let largestByteCount: Int
    /// Records of a whole block.
    private var blockCapacity: Int { (blockByteCount - Self.linkByteCount) / width }
    private var buckets: [Bucket]
    private var blocks: (any SpoolBlocks)?
    private(set) var count = 0

    private struct Bucket: Sendable {
        /// Records that wait to make a whole block.
        var waiting: [UInt8] = []
        /// Of the last block on the spool; −1 if there is none.
        var last = -1
        var blockCount = 0

        var isEmpty: Bool { waiting.isEmpty && blockCount == 0 }

        /// - Parameter fullBlockByteCount: records of a whole block.
        func byteCount(_ fullBlockByteCount: Int) -> Int { waiting.count + blockCount * fullBlockByteCount }
    }

    /// - Parameters:
    ///   - width: bytes of every record, 4 or more.
    ///   - fixed: bits that all keys have alike, counted from the first.
    ///   - largestByteCount: of a bucket that is sorted in memory.
    init(spool: any Spool, width: Int, fixed: Range<Int> = 0..<0, largestByteCount: Int = 16 << 20) {
        self.spool = spool
        self.width = width
        self.largestByteCount = largestByteCount
        partition = StreamPartition(count: Self.bucketCount, fixed: fixed)
        blockByteCount = max(Self.leastBlockByteCount, width + Self.linkByteCount)
        buckets = [Bucket](repeating: Bucket(), count: Self.bucketCount)
    }

    /// Adds records that lie one after the other.
    mutating func add(_ records: [UInt8]) throws {
        precondition(records.count.isMultiple(of: width), "a block holds whole records")
        let blockCapacity = blockCapacity
        try records.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: width) {
                let record = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + width)])
                let number = partition.part(of: record)
                buckets[number].waiting.append(contentsOf: record)
                if buckets[number].waiting.count == blockCapacity * width { try flush(number) }
            }
        }
        count += records.count / width
    }

    private mutating func flush(_ number: Int) throws {
        let blocks = try self.blocks ?? spool.makeBlocks(byteCount: blockByteCount)
        self.blocks = blocks
        var block = BigEndian.u64(UInt64(bitPattern: Int64(buckets[number].last)))
        block.reserveCapacity(blockByteCount)
        block += buckets[number].waiting
        block.append(contentsOf: repeatElement(0, count: blockByteCount - block.count))
        buckets[number].last = try blocks.append(block)
        buckets[number].blockCount += 1
        buckets[number].waiting.removeAll(keepingCapacity: true)
    }

    /// Ends adding, and hands on all records in order, many at a time.
    consuming func sorted(workers: Workers, take: ([UInt8]) async throws -> Void) async throws {
        let reader = BucketReader(blocks: blocks, width: width, recordCount: blockCapacity)
        let (spool, width, largest) = (spool, width, largestByteCount)
        var buckets = buckets
        self.buckets = []
        var next = 0
        /// Memory that buckets under way take.
        var underWay = 0
        let fullBlockByteCount = self.blockCapacity * width
        /// Records, their copy in order, and where each lies.
        func memory(_ byteCount: Int) -> Int {
            2 * byteCount + byteCount / width * RecordPlacement.byteCountWhileSorting
        }
        try await Pipeline(workers: workers).run {
            underWay < Self.sortingByteCount
        } read: { () async throws -> Bucket? in
            while next < buckets.count, buckets[next].isEmpty { next += 1 }
            guard next < buckets.count else { return nil }
            let bucket = buckets[next]
            buckets[next] = Bucket()
            next += 1
            underWay += memory(min(bucket.byteCount(fullBlockByteCount), largest))
            return bucket
        } compute: { bucket -> SortedBucket in
            bucket.byteCount(fullBlockByteCount) <= largest ? .sorted(try reader.sorted(bucket)) : .large(bucket)
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

    private enum SortedBucket: Sendable {
        case sorted([UInt8])
        case large(Bucket)
    }

    /// Reads buckets on any core.
    private struct BucketReader: Sendable {
        let blocks: (any SpoolBlocks)?
        let width: Int
        /// Of a whole block.
        let recordCount: Int

        /// The bucket's records, a block at a time, in no order.
        func forEachBlock(of bucket: Bucket, _ body: ([UInt8]) throws -> Void) throws {
            if !bucket.waiting.isEmpty { try body(bucket.waiting) }
            var number = bucket.last
            for _ in 0..<bucket.blockCount {
                guard let block = try blocks?.read(number) else { throw ExternalSortError.truncatedRun }
                let end = DistributionSorter.linkByteCount + recordCount * width
                guard block.count >= end else { throw ExternalSortError.truncatedRun }
                number = Int(Int64(bitPattern: BigEndian.read(block[..<DistributionSorter.linkByteCount])))
                try body(Array(block[DistributionSorter.linkByteCount..<end]))
            }
        }

        func sorted(_ bucket: Bucket) throws -> [UInt8] {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(bucket.waiting.count + bucket.blockCount * recordCount * width)
            try forEachBlock(of: bucket) { bytes += $0 }
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
