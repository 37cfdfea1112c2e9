public import PSIProtocol
public import Values

/// Where a stream's chunks are put and got: at the coordinator over the network, or in the coordinator's own store.
public protocol ChunkTransport: Sendable {
    /// Stores a chunk; the same one again is no error. Returns once it is on the coordinator's disk.
    func put(_ chunk: [UInt8], seq: Int, last: Bool, stream: StreamID, round: RoundID) async throws

    /// The chunk, waiting for it if it is not there yet, until the task is cancelled.
    func chunk(seq: Int, stream: StreamID, round: RoundID) async throws -> StoredChunk
}

/// The coordinator's way to its own streams.
public struct StoreChunkTransport: ChunkTransport {
    private let store: StreamStore
    private let quota: StreamQuota?

    /// - Parameter quota: what a round and a stream may have; nil sets no bound.
    public init(store: StreamStore, quota: StreamQuota? = nil) {
        self.store = store
        self.quota = quota
    }

    public func put(_ chunk: [UInt8], seq: Int, last: Bool, stream: StreamID, round: RoundID) async throws {
        try await store.put(chunk, seq: seq, last: last, stream: stream, round: round, quota: quota)
    }

    public func chunk(seq: Int, stream: StreamID, round: RoundID) async throws -> StoredChunk {
        let key = StreamStore.Key(round: round, stream: stream)
        while true {
            let version = store.changes.version(of: key)
            let status = try await store.status(of: stream, round: round)
            // A complete stream will never have more than it has.
            if seq < status.chunkCount || status.isComplete {
                return try await store.chunk(seq: seq, stream: stream, round: round)
            }
            await store.changes.wait(for: key, beyond: version)
            try Task.checkCancellation()
        }
    }
}

/// A chunk operation that runs while its owner does something else, and is cancelled when nobody wants it any more.
final class ChunkTask<Value: Sendable>: Sendable {
    private let task: Task<Value, any Error>

    init(_ operation: @escaping @Sendable () async throws -> Value) {
        task = Task { try await operation() }
    }

    deinit { task.cancel() }

    var value: Value {
        get async throws {
            try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        }
    }
}
