internal import Crypto
public import PSIProtocol
public import Values

/// What a stored, unsealed stream of fixed records turned out to be.
public struct RecordExamination: Sendable, Equatable {
    /// SHA-256 of all bytes.
    public var digest: [UInt8]
    /// Whether the bytes are whole records whose first 16 bytes strictly increase.
    public var isIncreasing: Bool
}

extension StreamStore {
    /// Reads a whole stream, a chunk at a time, and tells its digest and whether its records' handles increase. [P-46]
    ///
    /// - Parameter recordByteCount: bytes of one record, handle included; 16 or more.
    /// - Throws: `StoreError.noSuchChunk` while the stream has not ended.
    public func examineRecords(
        of stream: StreamID, round: RoundID, recordByteCount: Int
    ) async throws(StoreError) -> RecordExamination {
        let status = try await status(of: stream, round: round)
        guard status.isComplete else { throw .noSuchChunk(seq: status.chunkCount) }
        var hash = SHA256()
        var order = HandleOrder(recordByteCount: recordByteCount)
        for seq in 0..<status.chunkCount {
            let chunk = try await chunk(seq: seq, stream: stream, round: round)
            (hash, order) = try await blocking { [hash, order] () throws(StoreError) in
                var (hash, order) = (hash, order)
                hash.update(data: chunk.bytes)
                order.add(chunk.bytes)
                return (hash, order)
            }
        }
        return RecordExamination(digest: Array(hash.finalize()), isIncreasing: order.holds)
    }
}

/// Follows the handles of records whose bytes come in pieces of any length.
private struct HandleOrder: Sendable {
    private let recordByteCount: Int
    private var last: [UInt8] = []
    private var handle: [UInt8] = []
    /// Bytes of the record under way.
    private var position = 0
    private var isIncreasing = true

    init(recordByteCount: Int) { self.recordByteCount = max(recordByteCount, VaultLookup.handleByteCount) }

    var holds: Bool { isIncreasing && position == 0 }

    mutating func add(_ bytes: [UInt8]) {
        var index = 0
        while index < bytes.count {
            if position < VaultLookup.handleByteCount {
                let count = min(VaultLookup.handleByteCount - position, bytes.count - index)
                handle += bytes[index..<(index + count)]
                position += count
                index += count
                guard position == VaultLookup.handleByteCount else { return }
                if !last.isEmpty, !last.lexicographicallyPrecedes(handle) { isIncreasing = false }
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
