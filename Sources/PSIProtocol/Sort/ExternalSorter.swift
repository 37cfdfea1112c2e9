/// Sorts more records than fit in memory: sorted runs go to a spool and are merged.
///
/// A record is any byte string that begins with a key of fixed length; records are ordered by their whole bytes, which
/// means by the key first. Memory is bounded by `memoryByteCount` while adding, and by one block a run while merging,
/// whatever the number of records.
public struct ExternalSorter {
    /// Records longer than this are refused: 16 MiB.
    public static let maxRecordByteCount = 1 << 24

    private let spool: any Spool
    private let memoryByteCount: Int
    private var bytes: [UInt8] = []
    private var records: [Slice] = []
    private var runs: [any SpoolRun] = []

    private struct Slice {
        /// The first eight bytes, big-endian: most comparisons end here.
        var prefix: UInt64
        var start: Int
        var count: Int
    }

    /// - Parameter memoryByteCount: bytes of records held before a run is written, 24 MiB unless told.
    public init(spool: any Spool, memoryByteCount: Int = 24 << 20) {
        self.spool = spool
        self.memoryByteCount = memoryByteCount
    }

    /// Adds one record.
    public mutating func add(_ record: some Collection<UInt8>) throws {
        let count = record.count
        guard count <= Self.maxRecordByteCount else { throw ExternalSortError.recordTooLong(byteCount: count) }
        if !records.isEmpty, bytes.count + count + records.count * MemoryLayout<Slice>.stride > memoryByteCount {
            try writeRun()
        }
        let start = bytes.count
        bytes.append(contentsOf: record)
        records.append(Slice(prefix: Self.prefix(of: bytes, at: start, count: count), start: start, count: count))
    }

    /// Adds `bytes.count / width` records of `width` bytes each.
    public mutating func add(records block: [UInt8], width: Int) throws {
        precondition(width > 0 && block.count.isMultiple(of: width), "a block holds whole records")
        var start = 0
        while start < block.count {
            try add(block[start..<(start + width)])
            start += width
        }
    }

    /// Ends adding and yields the records in order. The runs are discarded when the result is read to its end or dropped.
    public consuming func sorted() throws -> SortedRecords {
        if runs.isEmpty {
            sortRecords()
            var flat: [UInt8] = []
            flat.reserveCapacity(bytes.count + 4 * records.count)
            for record in records { Self.frame(bytes[record.start..<(record.start + record.count)], into: &flat) }
            return try SortedRecords(runs: [MemoryRun(bytes: flat)])
        }
        if !records.isEmpty { try writeRun() }
        return try SortedRecords(runs: runs)
    }

    private mutating func sortRecords() {
        bytes.withUnsafeBufferPointer { all in
            records.sort { left, right in
                if left.prefix != right.prefix { return left.prefix < right.prefix }
                let common = min(left.count, right.count)
                var index = min(8, common)
                while index < common {
                    let (a, b) = (all[left.start + index], all[right.start + index])
                    if a != b { return a < b }
                    index += 1
                }
                return left.count < right.count
            }
        }
    }

    private mutating func writeRun() throws {
        sortRecords()
        var writer = try spool.makeRun()
        var block: [UInt8] = []
        block.reserveCapacity(SortedRecords.blockByteCount + 1024)
        for record in records {
            Self.frame(bytes[record.start..<(record.start + record.count)], into: &block)
            if block.count >= SortedRecords.blockByteCount {
                try writer.append(block)
                block.removeAll(keepingCapacity: true)
            }
        }
        if !block.isEmpty { try writer.append(block) }
        runs.append(try writer.finish())
        bytes.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
    }

    private static func frame(_ record: ArraySlice<UInt8>, into block: inout [UInt8]) {
        let count = UInt32(record.count)
        block.append(UInt8(truncatingIfNeeded: count >> 24))
        block.append(UInt8(truncatingIfNeeded: count >> 16))
        block.append(UInt8(truncatingIfNeeded: count >> 8))
        block.append(UInt8(truncatingIfNeeded: count))
        block.append(contentsOf: record)
    }

    private static func prefix(of bytes: [UInt8], at start: Int, count: Int) -> UInt64 {
        var value: UInt64 = 0
        for offset in 0..<8 {
            value <<= 8
            if offset < count { value |= UInt64(bytes[start + offset]) }
        }
        return value
    }
}

public enum ExternalSortError: Error, Equatable {
    case recordTooLong(byteCount: Int)
    /// A run ended in the middle of a record: the spool was damaged.
    case truncatedRun
}

/// Records in order, from runs that are merged while they are read.
public struct SortedRecords {
    static let blockByteCount = 1 << 16

    private var cursors: [RunCursor] = []
    /// A heap of indices into `cursors`, least current record first.
    private var heap: [Int] = []

    init(runs: [any SpoolRun]) throws {
        for run in runs {
            var cursor = RunCursor(run: run, reader: try run.makeReader())
            if try cursor.advance() {
                cursors.append(cursor)
                heap.append(cursors.count - 1)
            }
        }
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    /// The next record, or nil at the end.
    public mutating func next() throws -> [UInt8]? {
        guard let first = heap.first else { return nil }
        let record = cursors[first].current
        if try !cursors[first].advance() {
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
        }
        if !heap.isEmpty { sink(0) }
        return record
    }

    private mutating func sink(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if cursors[heap[child]].current.lexicographicallyPrecedes(cursors[heap[least]].current) { least = child }
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}

/// Reads framed records from one run, a block at a time.
private struct RunCursor {
    let run: any SpoolRun
    var reader: any SpoolReader
    var current: [UInt8] = []
    private var block: [UInt8] = []
    private var position = 0

    init(run: any SpoolRun, reader: any SpoolReader) {
        self.run = run
        self.reader = reader
    }

    /// Whether there was another record. At the end the run is discarded.
    mutating func advance() throws -> Bool {
        guard try fill(4) else {
            if position < block.count { throw ExternalSortError.truncatedRun }
            run.discard()
            current = []
            return false
        }
        var count = 0
        for byte in block[position..<(position + 4)] { count = count << 8 | Int(byte) }
        guard count <= ExternalSorter.maxRecordByteCount else { throw ExternalSortError.truncatedRun }
        position += 4
        guard try fill(count) else { throw ExternalSortError.truncatedRun }
        current = Array(block[position..<(position + count)])
        position += count
        return true
    }

    /// Makes at least `count` unread bytes available; false when the run has fewer.
    private mutating func fill(_ count: Int) throws -> Bool {
        while block.count - position < count {
            let more = try reader.read(upTo: max(SortedRecords.blockByteCount, count))
            if more.isEmpty { return false }
            if position > 0 {
                block.removeSubrange(..<position)
                position = 0
            }
            block += more
        }
        return true
    }
}
