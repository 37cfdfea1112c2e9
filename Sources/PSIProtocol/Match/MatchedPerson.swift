internal import Values

/// A person as the coordinator sees one: an anonymous tag, and the capsules found under it. [P-36]
struct MatchedPerson {
    /// 16 bytes, of this round only.
    let tag: [UInt8]
    /// One capsule (or none, in a count-only round) for each register, at most one a register.
    var items: [Item]

    struct Item {
        /// Index of the register in the agreement.
        let register: Int
        /// Index among the agreement's `linkNames` of what first joined the item to another; `Clusters.noLink` if nothing did.
        let link: UInt8
        /// A ‖ B, or empty.
        let capsule: [UInt8]
    }

    /// Bit i set: the person is in the agreement's register i.
    var registers: UInt32 { items.reduce(0) { $0 | 1 << UInt32($1.register) } }

    /// tag ‖ item count ‖ (register ‖ link ‖ capsule)…, for the coordinator's own spool.
    func encoded() -> [UInt8] {
        var bytes = tag + [UInt8(items.count)]
        for item in items { bytes += [UInt8(item.register), item.link] + item.capsule }
        return bytes
    }

    init(tag: [UInt8], items: [Item]) {
        self.tag = tag
        self.items = items
    }

    init(encoded bytes: [UInt8], capsuleByteCount: Int) {
        tag = Array(bytes[..<16])
        items = (0..<Int(bytes[16])).map { index in
            let start = 17 + index * (2 + capsuleByteCount)
            return Item(
                register: Int(bytes[start]), link: bytes[start + 1],
                capsule: Array(bytes[(start + 2)..<(start + 2 + capsuleByteCount)]))
        }
    }
}

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
