/// Records of one width on a spool, in the order in which they were added; read as often as needed.
struct FixedRecords {
    private let byteCount: Int
    private let run: any SpoolRun
    let count: Int

    func reader() throws -> Reader { Reader(byteCount: byteCount, count: count, reader: try run.makeReader()) }

    func discard() { run.discard() }

    struct Writer {
        private let byteCount: Int
        private var writer: any SpoolWriter
        private var block: [UInt8] = []
        private(set) var count = 0

        private static let blockByteCount = 1 << 18

        /// - Parameter byteCount: of every record.
        init(spool: any Spool, byteCount: Int) throws {
            self.byteCount = byteCount
            writer = try spool.makeRun()
        }

        mutating func append(_ record: some Collection<UInt8>) throws {
            block += record
            count += 1
            if block.count >= Self.blockByteCount { try flush() }
        }

        /// Appends records that lie one after the other.
        mutating func append(records: [UInt8]) throws {
            block += records
            count += records.count / byteCount
            if block.count >= Self.blockByteCount { try flush() }
        }

        private mutating func flush() throws {
            if !block.isEmpty { try writer.append(block) }
            block.removeAll(keepingCapacity: true)
        }

        mutating func finish() throws -> FixedRecords {
            try flush()
            return FixedRecords(byteCount: byteCount, run: try writer.finish(), count: count)
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

        /// The next record; nil after the last.
        mutating func next() throws -> ArraySlice<UInt8>? {
            guard remaining > 0 else { return nil }
            try fill(byteCount)
            defer { position += byteCount }
            remaining -= 1
            return block[position..<(position + byteCount)]
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
