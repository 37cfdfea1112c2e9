internal import Crypto

/// Counts and digests what goes into a byte sink, and gathers small records into pieces of a good size.
struct RecordWriter<Sink: ByteSink> {
    private(set) var sink: Sink
    private var block: [UInt8] = []
    private var hash = SHA256()
    private(set) var count = 0

    static var blockByteCount: Int { 1 << 18 }

    /// - Parameter prefix: bytes before the first record, which are digested but are none.
    init(_ sink: Sink, prefix: [UInt8] = []) {
        self.sink = sink
        self.block = prefix
    }

    mutating func write(_ record: some Collection<UInt8>) async throws {
        block.append(contentsOf: record)
        count += 1
        if block.count >= Self.blockByteCount { try await flush() }
    }

    /// Writes `count` records that lie one after the other, of about a block's size in all.
    mutating func write(records: [UInt8], count: Int) async throws {
        try await flush()
        hash.update(data: records)
        try await sink.write(records)
        self.count += count
    }

    /// Passes on what is left.
    mutating func finish() async throws -> ListSummary {
        try await flush()
        let copy = hash
        return ListSummary(count: count, digest: Array(copy.finalize()))
    }

    private mutating func flush() async throws {
        guard !block.isEmpty else { return }
        hash.update(data: block)
        try await sink.write(block)
        block.removeAll(keepingCapacity: true)
    }
}
