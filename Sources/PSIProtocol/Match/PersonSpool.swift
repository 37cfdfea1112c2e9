internal import Values

/// People of one round on a spool, written once and read as often as the evaluation needs.
struct PersonSpool {
    private let run: any SpoolRun
    private let capsuleByteCount: Int

    init(writing spool: any Spool, capsuleByteCount: Int, _ body: (inout Writer) throws -> Void) throws {
        var writer = Writer(writer: try spool.makeRun())
        try body(&writer)
        self.run = try writer.finish()
        self.capsuleByteCount = capsuleByteCount
    }

    struct Writer {
        var writer: any SpoolWriter
        private var block: [UInt8] = []

        init(writer: any SpoolWriter) { self.writer = writer }

        mutating func append(_ person: MatchedPerson) throws {
            let bytes = person.encoded()
            block += BigEndian.u32(bytes.count) + bytes
            if block.count >= 1 << 16 { try flush() }
        }

        mutating func finish() throws -> any SpoolRun {
            try flush()
            return try writer.finish()
        }

        private mutating func flush() throws {
            if !block.isEmpty { try writer.append(block) }
            block.removeAll(keepingCapacity: true)
        }
    }

    /// Every person, in the order they were written.
    func forEachPerson(_ body: (MatchedPerson) throws -> Void) throws {
        var reader = try makeReader()
        while let person = try reader.next() { try body(person) }
    }

    func makeReader() throws -> Reader {
        Reader(records: try SortedRecords(runs: [KeptRun(base: run)]), capsuleByteCount: capsuleByteCount)
    }

    struct Reader {
        fileprivate var records: SortedRecords
        fileprivate let capsuleByteCount: Int

        /// The next person in the order they were written; nil after the last.
        mutating func next() throws -> MatchedPerson? {
            try records.next().map { MatchedPerson(encoded: $0, capsuleByteCount: capsuleByteCount) }
        }
    }

    func discard() { run.discard() }

    /// A run that reading to the end does not discard.
    private struct KeptRun: SpoolRun {
        let base: any SpoolRun
        func makeReader() throws -> any SpoolReader { try base.makeReader() }
        func discard() {}
    }
}
