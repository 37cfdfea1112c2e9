/// What can be sorted in memory by dealing.
protocol DealtRecord {
    /// The first eight bytes as a big-endian number; zeros after the end of a shorter record.
    var prefix: UInt64 { get }
    /// Whether one record comes before another with the same prefix.
    ///
    /// - Parameter bytes: where both lie.
    static func restPrecedes(_ left: Self, _ right: Self, _ bytes: UnsafeRawBufferPointer) -> Bool
}

/// A record of eight bytes is its prefix.
extension UInt64: DealtRecord {
    var prefix: UInt64 { self }

    static func restPrecedes(_ left: UInt64, _ right: UInt64, _ bytes: UnsafeRawBufferPointer) -> Bool { false }
}

/// Sorts in memory. Records whose first bytes are uniformly distributed, as encoded elements and tags are, take linear
/// time: they are dealt into about a sixteenth as many buckets by the leading bits that are not the same in all of
/// them. Any others take no more than a sort by comparison.
enum DealingSort {
    /// Buckets up to this size are sorted by insertion.
    private static let insertionLimit = 24

    /// - Parameter bytes: where the records lie.
    static func sort<Record: DealtRecord>(_ records: inout [Record], of bytes: UnsafeRawBufferPointer) {
        let count = records.count
        guard count > 1 else { return }
        let bits = min(16, max(1, Int.bitWidth - count.leadingZeroBitCount - 4))
        let first = records[0].prefix
        let alike = UInt64(records.reduce(0) { $0 | ($1.prefix ^ first) }.leadingZeroBitCount)
        func bucket(_ record: Record) -> Int { Int((record.prefix << alike) >> UInt64(64 - bits)) }
        var ends = [Int](repeating: 0, count: 1 << bits)
        for record in records { ends[bucket(record)] += 1 }
        var total = 0
        for bucket in ends.indices {
            let size = ends[bucket]
            ends[bucket] = total
            total += size
        }
        records = [Record](unsafeUninitializedCapacity: count) { dealt, filled in
            ends.withUnsafeMutableBufferPointer { ends in
                for record in records {
                    let bucket = bucket(record)
                    dealt.initializeElement(at: ends[bucket], to: record)
                    ends[bucket] += 1
                }
            }
            filled = count
        }
        records.withUnsafeMutableBufferPointer { all in
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

    private static func insert<Record: DealtRecord>(
        _ bucket: UnsafeMutableBufferPointer<Record>, _ bytes: UnsafeRawBufferPointer
    ) {
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
    private static func precedes<Record: DealtRecord>(
        _ left: Record, _ right: Record, _ bytes: UnsafeRawBufferPointer
    ) -> Bool {
        left.prefix != right.prefix ? left.prefix < right.prefix : Record.restPrecedes(left, right, bytes)
    }
}
