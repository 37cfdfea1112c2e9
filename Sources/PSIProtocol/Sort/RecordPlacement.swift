/// Where a record lies in a buffer of at most 4 GiB, with its first bytes, by which most comparisons are decided.
struct RecordPlacement: DealtRecord {
    /// The first eight bytes, big-endian; zeros after the end of a shorter record.
    let prefix: UInt64
    let start: UInt32
    let count: UInt32

    static let byteCountLimit = Int(UInt32.max) - ExternalSorter.maxRecordByteCount
    /// Memory that a placement takes besides its record, the copy made by sorting counted.
    static let byteCountWhileSorting = 2 * MemoryLayout<RecordPlacement>.stride

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
    static func sort(_ records: inout [RecordPlacement], of bytes: [UInt8]) {
        bytes.withUnsafeBytes { DealingSort.sort(&records, of: $0) }
    }

    /// For records with equal prefixes.
    @inline(never)
    static func restPrecedes(_ left: RecordPlacement, _ right: RecordPlacement, _ bytes: UnsafeRawBufferPointer)
        -> Bool
    {
        let common = min(left.count, right.count)
        var index = min(8, common)
        while index + 8 <= common {
            let a = bytes.loadUnaligned(fromByteOffset: Int(left.start + index), as: UInt64.self)
            let b = bytes.loadUnaligned(fromByteOffset: Int(right.start + index), as: UInt64.self)
            if a != b { return a.bigEndian < b.bigEndian }
            index += 8
        }
        while index < common {
            let (a, b) = (bytes[Int(left.start + index)], bytes[Int(right.start + index)])
            if a != b { return a < b }
            index += 1
        }
        return left.count < right.count
    }
}
