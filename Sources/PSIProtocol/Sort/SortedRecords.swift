/// Records in order, from memory or from runs that are merged while they are read.
public struct SortedRecords {
    static let blockByteCount = 1 << 16

    /// Where everything fitted: the records and their order.
    private var bytes: [UInt8] = []
    private var placements: [RecordPlacement] = []
    private var position = 0

    private var cursors: [RunCursor] = []
    /// The cursors that are not at their end, as a heap with the least current record first.
    private var heap: [Entry] = []

    /// What most comparisons need of a cursor, so that they need not touch it.
    private struct Entry {
        /// Of the cursor's current record.
        var prefix: UInt64
        let cursor: Int
    }

    init(bytes: [UInt8], placements: [RecordPlacement]) {
        self.bytes = bytes
        self.placements = placements
    }

    init(runs: [any SpoolRun]) throws {
        for run in runs {
            var cursor = RunCursor(run: run, reader: try run.makeReader())
            if try cursor.advance() {
                cursors.append(cursor)
                heap.append(Entry(prefix: cursor.prefix, cursor: cursors.count - 1))
            }
        }
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    /// The next record, or nil at the end.
    public mutating func next() throws -> [UInt8]? {
        var record: [UInt8] = []
        return try append(to: &record, most: 1, byteCount: .max) == 1 ? record : nil
    }

    /// The next records, one after the other: about `byteCount` bytes of them, at least one; nil at the end.
    mutating func nextBlock(_ byteCount: Int) throws -> (bytes: [UInt8], count: Int)? {
        var block: [UInt8] = []
        block.reserveCapacity(byteCount + 1024)
        let count = try append(to: &block, most: .max, byteCount: byteCount)
        return count > 0 ? (block, count) : nil
    }

    /// Appends records until they are `most` or `block` has `byteCount` bytes.
    private mutating func append(to block: inout [UInt8], most: Int, byteCount: Int) throws -> Int {
        var count = 0
        while count < most, block.count < byteCount {
            if position < placements.count {
                block.append(contentsOf: bytes[placements[position].range])
                position += 1
            } else if let first = heap.first?.cursor {
                if try cursors[first].take(into: &block) {
                    heap[0].prefix = cursors[first].prefix
                } else {
                    heap.swapAt(0, heap.count - 1)
                    heap.removeLast()
                }
                if heap.count > 1 { sink(0) }
            } else {
                break
            }
            count += 1
        }
        return count
    }

    private mutating func sink(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in (2 * parent + 1)..<(2 * parent + 3) where child < heap.count {
                if precedes(heap[child], heap[least]) { least = child }
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private func precedes(_ left: Entry, _ right: Entry) -> Bool {
        left.prefix != right.prefix ? left.prefix < right.prefix : cursors[left.cursor].precedes(cursors[right.cursor])
    }
}

/// Reads framed records from one run, a block at a time.
private struct RunCursor {
    let run: any SpoolRun
    var reader: any SpoolReader
    private var block: [UInt8] = []
    /// Of the current record in `block`.
    private var current = RecordPlacement([], start: 0, count: 0)
    /// Where the next record's frame begins.
    private var position = 0

    init(run: any SpoolRun, reader: any SpoolReader) {
        self.run = run
        self.reader = reader
    }

    /// Appends the current record, and goes on to the next; false when there is none.
    mutating func take(into bytes: inout [UInt8]) throws -> Bool {
        bytes.append(contentsOf: block[current.range])
        return try advance()
    }

    /// Of the current record.
    var prefix: UInt64 { current.prefix }

    func precedes(_ other: RunCursor) -> Bool {
        block[current.range].lexicographicallyPrecedes(other.block[other.current.range])
    }

    /// Whether there was another record. At the end the run is discarded.
    mutating func advance() throws -> Bool {
        guard try fill(4) else {
            if position < block.count { throw ExternalSortError.truncatedRun }
            run.discard()
            return false
        }
        let count = block.withUnsafeBytes {
            Int(UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
        }
        guard count <= ExternalSorter.maxRecordByteCount else { throw ExternalSortError.truncatedRun }
        position += 4
        guard try fill(count) else { throw ExternalSortError.truncatedRun }
        current = RecordPlacement(block, start: position, count: count)
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
