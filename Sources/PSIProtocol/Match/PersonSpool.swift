/// People of one round on a spool, written once and read as often as the evaluation needs.
struct PersonSpool {
    private let run: any SpoolRun
    private let capsuleByteCount: Int

    /// Some people, one after the other.
    struct Block: Sendable {
        fileprivate let bytes: [UInt8]
        fileprivate let capsuleByteCount: Int

        /// In the order in which they were written.
        func forEachPerson(_ body: (MatchedPerson) throws -> Void) rethrows {
            var start = 0
            while start < bytes.count {
                let end = start + PersonSpool.byteCount(of: bytes, at: start, capsuleByteCount)
                try body(MatchedPerson(bytes[start..<end], capsuleByteCount: capsuleByteCount))
                start = end
            }
        }
    }

    /// Appends people, item by item.
    struct Writer {
        private static let blockByteCount = 1 << 16

        private var writer: any SpoolWriter
        private let capsuleByteCount: Int
        private var block: [UInt8] = []
        /// Where the person under way begins.
        private var start = 0
        private var itemCount = 0

        init(spool: any Spool, capsuleByteCount: Int) throws {
            writer = try spool.makeRun()
            self.capsuleByteCount = capsuleByteCount
        }

        /// Begins somebody whose tag is not known yet.
        mutating func begin() {
            start = block.count
            itemCount = 0
            block.append(contentsOf: repeatElement(0, count: MatchedPerson.headByteCount))
        }

        mutating func add(register: UInt8, link: UInt8, capsule: UnsafeRawBufferPointer) {
            block.append(register)
            block.append(link)
            block.append(contentsOf: capsule)
            itemCount += 1
        }

        mutating func end(tag: Tag) throws {
            block.withUnsafeMutableBytes { tag.store(in: $0, at: start) }
            block[start + ExitSalt.tagByteCount] = UInt8(itemCount)
            if block.count >= Self.blockByteCount { try flush() }
        }

        mutating func finish() throws -> PersonSpool {
            try flush()
            return PersonSpool(run: try writer.finish(), capsuleByteCount: capsuleByteCount)
        }

        private mutating func flush() throws {
            if !block.isEmpty { try writer.append(block) }
            block.removeAll(keepingCapacity: true)
        }
    }

    /// Reads from the beginning.
    struct Reader {
        private static let blockByteCount = 1 << 17

        private var reader: any SpoolReader
        private let capsuleByteCount: Int
        /// The beginning of somebody whose end has not been read.
        private var rest: [UInt8] = []

        fileprivate init(reader: any SpoolReader, capsuleByteCount: Int) {
            self.reader = reader
            self.capsuleByteCount = capsuleByteCount
        }

        /// The next people in the order in which they were written; nil after the last.
        ///
        /// - Throws: `ExternalSortError.truncatedRun` where the last one has no end.
        mutating func nextBlock() throws -> Block? {
            var bytes = rest
            while bytes.count < Self.blockByteCount {
                let more = try reader.read(upTo: Self.blockByteCount - bytes.count)
                if more.isEmpty { break }
                bytes += more
            }
            guard !bytes.isEmpty else { return nil }
            var end = 0
            while bytes.count - end >= MatchedPerson.headByteCount {
                let byteCount = PersonSpool.byteCount(of: bytes, at: end, capsuleByteCount)
                guard bytes.count - end >= byteCount else { break }
                end += byteCount
            }
            // Nobody is as large as a block.
            guard end > 0 else { throw ExternalSortError.truncatedRun }
            rest = Array(bytes[end...])
            bytes.removeLast(rest.count)
            return Block(bytes: bytes, capsuleByteCount: capsuleByteCount)
        }
    }

    func makeReader() throws -> Reader {
        Reader(reader: try run.makeReader(), capsuleByteCount: capsuleByteCount)
    }

    /// Goes through all people, some at a time.
    ///
    /// - Parameters:
    ///   - compute: on several cores.
    ///   - take: gets what that gave, in order.
    func work<Output: Sendable>(
        _ workers: Workers, compute: @escaping @Sendable (Block) throws -> Output,
        take: (Output) async throws -> Void
    ) async throws {
        var reader = try makeReader()
        try await Pipeline(workers: workers).run(
            read: { try reader.nextBlock() }, compute: compute, take: take)
    }

    func discard() { run.discard() }

    /// Of the person that begins at `start`, whose head is there.
    private static func byteCount(of bytes: [UInt8], at start: Int, _ capsuleByteCount: Int) -> Int {
        MatchedPerson.byteCount(
            itemCount: Int(bytes[start + ExitSalt.tagByteCount]), capsuleByteCount: capsuleByteCount)
    }
}
