/// Writes records that come in ascending order, cuts the stream into its parts, and counts and digests it. The sink
/// stays its owner's, who lends the same one for every call.
struct RecordWriter {
    private let partition: StreamPartition
    /// What each part begins with.
    private let prefix: ListPrefix?
    private var part = 0
    private var digest: ParallelStreamDigest
    private var hasBegun = false
    private(set) var count = 0

    static let blockByteCount = 1 << 18

    /// - Parameter prefix: what comes before the first record of each part, in a list.
    init(_ partition: StreamPartition, prefix: ListPrefix? = nil) {
        self.partition = partition
        self.prefix = prefix
        digest = ParallelStreamDigest(partCount: partition.count)
    }

    /// Writes records of `width` bytes that lie one after the other, of about a block's size in all.
    mutating func write(_ records: [UInt8], width: Int, to sink: inout some ByteSink) async throws {
        if partition.count == 1 {
            try await begin(&sink)
            try await pass(records, to: &sink)
        } else {
            for cut in partition.cut(records, width: width) {
                try await goOn(to: cut.part, &sink)
                try await begin(&sink)
                try await pass(Array(records[cut.bytes]), to: &sink)
            }
        }
        count += records.count / width
    }

    /// Ends the last part.
    consuming func finish(to sink: inout some ByteSink) async throws -> ListSummary {
        try await goOn(to: partition.count - 1, &sink)
        try await begin(&sink)
        await digest.endPart()
        return ListSummary(count: count, digest: digest.finalized())
    }

    /// Ends the parts before `next`; those that have no records too.
    private mutating func goOn(to next: Int, _ sink: inout some ByteSink) async throws {
        while part < next {
            try await begin(&sink)
            await digest.endPart()
            try await sink.nextPart()
            part += 1
            hasBegun = false
        }
    }

    private mutating func begin(_ sink: inout some ByteSink) async throws {
        guard !hasBegun else { return }
        hasBegun = true
        if let prefix { try await pass(prefix.bytes(ofPart: part), to: &sink) }
    }

    private mutating func pass(_ bytes: [UInt8], to sink: inout some ByteSink) async throws {
        await digest.update(bytes)
        try await sink.write(bytes)
    }
}
