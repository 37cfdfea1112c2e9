internal import Crypto

/// Counts and digests what goes into a byte sink, and gathers small records into pieces of a good size. The sink stays
/// its owner's, who lends the same one for every call.
struct RecordWriter {
    private var block: [UInt8]
    private var hash = SHA256()
    private(set) var count = 0

    static let blockByteCount = 1 << 18

    /// - Parameter prefix: bytes before the first record, which are digested but are none.
    init(prefix: [UInt8] = []) { block = prefix }

    mutating func write(_ record: some Collection<UInt8>, to sink: inout some ByteSink) async throws {
        block.append(contentsOf: record)
        count += 1
        if block.count >= Self.blockByteCount { try await flush(to: &sink) }
    }

    /// Writes `count` records that lie one after the other, of about a block's size in all.
    mutating func write(records: [UInt8], count: Int, to sink: inout some ByteSink) async throws {
        try await flush(to: &sink)
        hash.update(data: records)
        try await sink.write(records)
        self.count += count
    }

    /// Passes on what is left.
    consuming func finish(to sink: inout some ByteSink) async throws -> ListSummary {
        try await flush(to: &sink)
        return ListSummary(count: count, digest: Array(hash.finalize()))
    }

    private mutating func flush(to sink: inout some ByteSink) async throws {
        guard !block.isEmpty else { return }
        hash.update(data: block)
        try await sink.write(block)
        block.removeAll(keepingCapacity: true)
    }
}
