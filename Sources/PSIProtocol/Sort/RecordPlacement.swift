/// Where a record lies in a buffer of at most 4 GiB, with its first bytes, by which most comparisons are decided.
struct RecordPlacement {
    /// The first eight bytes, big-endian; zeros after the end of a shorter record.
    let prefix: UInt64
    let start: UInt32
    let count: UInt32

    static let byteCountLimit = Int(UInt32.max) - ExternalSorter.maxRecordByteCount
    /// Memory that a placement takes besides its record, the copy made by sorting counted.
    static let byteCountWhileSorting = 2 * MemoryLayout<RecordPlacement>.stride

    /// Buckets up to this size are sorted by insertion.
    private static let insertionLimit = 24

    var range: Range<Int> { Int(start)..<(Int(start) + Int(count)) }

    init(_ bytes: [UInt8], start: Int, count: Int) {
        self.start = UInt32(start)
        self.count = UInt32(count)
        if count >= 8 {
            prefix = bytes.withUnsafeBytes {
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: start, as: UInt64.self))
            }
        } else {
            prefix = bytes[start..<(start + count)].enumerated().reduce(0) {
                $0 | UInt64($1.element) << (56 - 8 * UInt64($1.offset))
            }
        }
    }

    /// Sorts records of `bytes` by their whole content.
    ///
    /// Records whose first bytes are uniformly distributed, as encoded elements and tags are, take linear time: they
    /// are dealt into about an eighth as many buckets by their leading bits. Any others take no more than a sort by
    /// comparison.
    static func sort(_ records: inout [RecordPlacement], of bytes: [UInt8]) {
        let count = records.count
        guard count > 1 else { return }
        let bits = min(16, max(1, Int.bitWidth - count.leadingZeroBitCount - 4))
        let shift = UInt64(64 - bits)
        var ends = [Int](repeating: 0, count: 1 << bits)
        for record in records { ends[Int(record.prefix >> shift)] += 1 }
        var total = 0
        for bucket in ends.indices {
            let size = ends[bucket]
            ends[bucket] = total
            total += size
        }
        records = [RecordPlacement](unsafeUninitializedCapacity: count) { dealt, filled in
            ends.withUnsafeMutableBufferPointer { ends in
                for record in records {
                    let bucket = Int(record.prefix >> shift)
                    dealt.initializeElement(at: ends[bucket], to: record)
                    ends[bucket] += 1
                }
            }
            filled = count
        }
        records.withUnsafeMutableBufferPointer { all in
            bytes.withUnsafeBytes { bytes in
                var start = 0
                for end in ends {
                    var bucket = UnsafeMutableBufferPointer(rebasing: all[start..<end])
                    if bucket.count > insertionLimit {
                        bucket.sort { precedes($0, $1, bytes) }
                    } else if bucket.count > 1 {
                        insert(bucket, bytes)
                    }
                    start = end
                }
            }
        }
    }

    private static func insert(_ bucket: UnsafeMutableBufferPointer<RecordPlacement>, _ bytes: UnsafeRawBufferPointer) {
        for next in 1..<bucket.count {
            let record = bucket[next]
            var place = next
            while place > 0, precedes(record, bucket[place - 1], bytes) {
                bucket[place] = bucket[place - 1]
                place -= 1
            }
            bucket[place] = record
        }
    }

    @inline(__always)
    private static func precedes(_ left: RecordPlacement, _ right: RecordPlacement, _ bytes: UnsafeRawBufferPointer)
        -> Bool
    {
        left.prefix != right.prefix ? left.prefix < right.prefix : restPrecedes(left, right, bytes)
    }

    /// For records with equal prefixes.
    @inline(never)
    private static func restPrecedes(_ left: RecordPlacement, _ right: RecordPlacement, _ bytes: UnsafeRawBufferPointer)
        -> Bool
    {
        let common = min(left.count, right.count)
        var index = min(8, common)
        while index < common {
            let (a, b) = (bytes[Int(left.start + index)], bytes[Int(right.start + index)])
            if a != b { return a < b }
            index += 1
        }
        return left.count < right.count
    }
}
