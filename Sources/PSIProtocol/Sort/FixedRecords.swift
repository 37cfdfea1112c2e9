/// Records of one width on a spool, in the order in which they were added; read as often as needed.
struct FixedRecords {
    private let byteCount: Int
    private let run: any SpoolRun
    let count: Int

    func reader() throws -> Reader { Reader(byteCount: byteCount, count: count, reader: try run.makeReader()) }

    func discard() { run.discard() }

    /// Hands on all records, many at a time.
    func forEachBlock(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var reader = try run.makeReader()
        var block: [UInt8] = []
        var remaining = count
        while remaining > 0 {
            let more = try reader.read(upTo: 1 << 16)
            guard !more.isEmpty else { throw ExternalSortError.truncatedRun }
            block += more
            let whole = min(remaining, block.count / byteCount)
            try block.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<(whole * byteCount)])) }
            block.removeFirst(whole * byteCount)
            remaining -= whole
        }
    }

    struct Writer {
        private let byteCount: Int
        private var writer: any SpoolWriter
        private(set) var count = 0

        /// - Parameter byteCount: of every record.
        init(spool: any Spool, byteCount: Int) throws {
            self.byteCount = byteCount
            writer = try spool.makeRun()
        }

        /// Appends records that lie one after the other.
        mutating func append(_ records: [UInt8]) throws {
            precondition(records.count.isMultiple(of: byteCount), "a block holds whole records")
            try writer.append(records)
            count += records.count / byteCount
        }

        mutating func finish() throws -> FixedRecords {
            FixedRecords(byteCount: byteCount, run: try writer.finish(), count: count)
        }
    }

    struct Reader {
        private let byteCount: Int
        private var remaining: Int
        private var reader: any SpoolReader
        private var block: [UInt8] = []
        private var position = 0

        fileprivate init(byteCount: Int, count: Int, reader: any SpoolReader) {
            self.byteCount = byteCount
            self.remaining = count
            self.reader = reader
        }

        /// The next `count` records, one after the other.
        ///
        /// - Throws: `ExternalSortError.truncatedRun` where there are fewer.
        mutating func next(_ count: Int) throws -> [UInt8] {
            guard count <= remaining else { throw ExternalSortError.truncatedRun }
            try fill(count * byteCount)
            defer { position += count * byteCount }
            remaining -= count
            return Array(block[position..<(position + count * byteCount)])
        }

        /// Has this many bytes at `position` in memory.
        private mutating func fill(_ wanted: Int) throws {
            while block.count - position < wanted {
                let more = try reader.read(upTo: max(1 << 16, wanted))
                guard !more.isEmpty else { throw ExternalSortError.truncatedRun }
                block.removeSubrange(..<position)
                position = 0
                block += more
            }
        }
    }
}
