public import PSIProtocol
public import Values

/// What a stored, unsealed stream of fixed records turned out to be.
public struct RecordExamination: Sendable, Equatable {
    /// Of all parts. [P-59]
    public var digest: [UInt8]
    /// Whether the bytes are whole records whose first 16 bytes strictly increase, each in its part.
    public var isIncreasing: Bool
}

extension StreamStore {
    /// Reads a whole stream, a chunk at a time, and tells its digest and whether its records' handles increase. [P-46]
    ///
    /// - Parameters:
    ///   - stream: any of its parts.
    ///   - recordByteCount: bytes of one record, handle included; 16 or more.
    ///   - partition: into which part a handle belongs.
    /// - Throws: `StoreError.noSuchChunk` while the stream has not ended.
    public func examineRecords(
        of stream: StreamID, round: RoundID, recordByteCount: Int, partition: StreamPartition
    ) async throws(StoreError) -> RecordExamination {
        var digest = StreamDigest(partCount: partition.count)
        var order = HandleOrder(recordByteCount: recordByteCount, partition: partition)
        for part in 0..<partition.count {
            let stream = stream.part(part)
            let status = try await status(of: stream, round: round)
            guard status.isComplete else { throw .noSuchChunk(seq: status.chunkCount) }
            for seq in 0..<status.chunkCount {
                let chunk = try await chunk(seq: seq, stream: stream, round: round)
                (digest, order) = try await blocking { [digest, order] () throws(StoreError) in
                    var (digest, order) = (digest, order)
                    digest.update(chunk.bytes)
                    order.add(chunk.bytes, part: part)
                    return (digest, order)
                }
            }
            digest.endPart()
            order.endPart()
        }
        return RecordExamination(digest: digest.finalized(), isIncreasing: order.holds)
    }
}

/// Follows the handles of records whose bytes come in pieces of any length.
private struct HandleOrder: Sendable {
    private let recordByteCount: Int
    private let partition: StreamPartition
    private var last: [UInt8] = []
    private var handle: [UInt8] = []
    /// Bytes of the record under way.
    private var position = 0
    private var isIncreasing = true

    init(recordByteCount: Int, partition: StreamPartition) {
        self.recordByteCount = max(recordByteCount, VaultLookup.handleByteCount)
        self.partition = partition
    }

    var holds: Bool { isIncreasing }

    /// No record lies across the end of a part.
    mutating func endPart() { if position > 0 { isIncreasing = false } }

    mutating func add(_ bytes: [UInt8], part: Int) {
        var index = 0
        while index < bytes.count {
            if position < VaultLookup.handleByteCount {
                let count = min(VaultLookup.handleByteCount - position, bytes.count - index)
                handle += bytes[index..<(index + count)]
                position += count
                index += count
                guard position == VaultLookup.handleByteCount else { return }
                if !last.isEmpty, !last.lexicographicallyPrecedes(handle) { isIncreasing = false }
                if handle.withUnsafeBytes({ partition.part(of: $0) }) != part { isIncreasing = false }
                last = handle
                handle.removeAll(keepingCapacity: true)
            } else {
                let count = min(recordByteCount - position, bytes.count - index)
                position += count
                index += count
            }
            if position == recordByteCount { position = 0 }
        }
    }
}
