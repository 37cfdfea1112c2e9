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
    private var records: [RecordPlacement] = []
    private var runs: [any SpoolRun] = []

    /// - Parameter memoryByteCount: bytes of records held before a run is written, 24 MiB unless told.
    public init(spool: any Spool, memoryByteCount: Int = 24 << 20) {
        self.spool = spool
        self.memoryByteCount = min(memoryByteCount, RecordPlacement.byteCountLimit)
    }

    /// Adds one record.
    public mutating func add(_ record: some Collection<UInt8>) throws {
        let count = try makeRoom(record.count)
        let start = bytes.count
        bytes.append(contentsOf: record)
        records.append(RecordPlacement(bytes, start: start, count: count))
    }

    /// Adds one record; without the cost of a generic call from another module.
    public mutating func add(_ record: [UInt8]) throws {
        let count = try makeRoom(record.count)
        let start = bytes.count
        bytes.append(contentsOf: record)
        records.append(RecordPlacement(bytes, start: start, count: count))
    }

    /// Writes a run when a record of `count` bytes finds no room; returns `count`.
    private mutating func makeRoom(_ count: Int) throws -> Int {
        guard count <= Self.maxRecordByteCount else { throw ExternalSortError.recordTooLong(byteCount: count) }
        if !records.isEmpty, occupied + count > memoryByteCount { try writeRun() }
        return count
    }

    /// Adds `bytes.count / width` records of `width` bytes each.
    public mutating func add(records block: [UInt8], width: Int) throws {
        precondition(width > 0 && block.count.isMultiple(of: width), "a block holds whole records")
        var start = 0
        while start < block.count {
            _ = try makeRoom(width)
            // At least one record, however small the memory is.
            let room = max(1, (memoryByteCount - occupied) / (width + RecordPlacement.byteCountWhileSorting))
            let end = min(block.count, start + room * width)
            var position = bytes.count
            bytes.append(contentsOf: block[start..<end])
            while position < bytes.count {
                records.append(RecordPlacement(bytes, start: position, count: width))
                position += width
            }
            start = end
        }
    }

    private var occupied: Int { bytes.count + records.count * RecordPlacement.byteCountWhileSorting }

    /// Ends adding and yields the records in order. The runs are discarded when the result is read to its end or
    /// dropped.
    public consuming func sorted() throws -> SortedRecords {
        if runs.isEmpty {
            RecordPlacement.sort(&records, of: bytes)
            return SortedRecords(bytes: bytes, placements: records)
        }
        if !records.isEmpty { try writeRun() }
        return try SortedRecords(runs: runs)
    }

    private mutating func writeRun() throws {
        RecordPlacement.sort(&records, of: bytes)
        var writer = try spool.makeRun()
        var block: [UInt8] = []
        block.reserveCapacity(SortedRecords.blockByteCount + 1024)
        for record in records {
            withUnsafeBytes(of: record.count.bigEndian) { block.append(contentsOf: $0) }
            block.append(contentsOf: bytes[record.range])
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
}

public enum ExternalSortError: Error, Equatable {
    case recordTooLong(byteCount: Int)
    /// A run ended in the middle of a record: the spool was damaged.
    case truncatedRun
}
