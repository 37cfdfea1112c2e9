internal import Files

/// Why the coordinator's stores refuse or fail.
///
/// Nothing here names content: a round, a count and a kind at most.
public enum StoreError: Error, Sendable, Equatable {
    /// A batch name, attempt or chunk number that no path may be made of.
    case invalidName
    case unknownRound
    /// A round of this identity exists with another attachment or first entry.
    case roundDiffers
    /// More than the limit, or no entry, was to be stored.
    case invalidByteCount(limit: Int)
    /// A chunk that is not its stream's last has fewer bytes than this.
    case chunkTooSmall(least: Int)
    /// The chunk after the last stored one is `expected`.
    case outOfOrder(expected: Int)
    /// The chunk is stored already, with other bytes or another `last`.
    case chunkDiffers(seq: Int)
    /// The stream ended with chunk `chunkCount - 1`.
    case streamComplete(chunkCount: Int)
    case noSuchChunk(seq: Int)
    /// The round would exceed the bytes it may take.
    case quotaExceeded(limit: Int)
    /// The streams of all rounds would exceed the bytes that they may take.
    case storageQuotaReached(limit: Int)
    /// The round would exceed the chunks it may have.
    case tooManyChunks(limit: Int)
    /// The stream would be longer than anything that its entry may name.
    case streamTooLong(limit: Int)
    /// The stream's batch and stage would have more attempts than they may.
    case tooManyAttempts(limit: Int)
    /// The disk, or what is left of it above the reserve, cannot take the bytes or the file.
    case diskFull
    /// What lies on the disk is not what this store writes. Restore it from a backup or delete the round.
    case damaged(String)
    /// A system call or the database failed; `code` is errno or SQLite's result code.
    case failed(operation: String, code: Int32)
}

extension StoreError {
    /// Runs calls that ask for files, whose error becomes the store's own, without the path.
    static func during<Value>(
        _ operation: String, _ body: () throws(FileError) -> Value
    ) throws(StoreError) -> Value {
        do throws(FileError) { return try body() } catch { throw StoreError(error, during: operation) }
    }

    init(_ error: FileError, during operation: String) {
        switch error {
        case .diskFull: self = .diskFull
        case .notRegularFile: self = .damaged("a chunk is not a plain file")
        default: self = .failed(operation: operation, code: error.code ?? -1)
        }
    }
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidName: "the stream's name is not one that can be stored"
        case .unknownRound: "the round is not in the store"
        case .roundDiffers: "the round is in the store already with other content"
        case .invalidByteCount(let limit): "1 to \(limit) bytes can be stored at a time"
        case .chunkTooSmall(let least): "a chunk that is not the stream's last has at least \(least) bytes"
        case .outOfOrder(let expected): "the next chunk to store is \(expected)"
        case .chunkDiffers(let seq): "chunk \(seq) is stored already with other content; start a new attempt"
        case .streamComplete(let count): "the stream is complete with \(count) chunks"
        case .noSuchChunk(let seq): "chunk \(seq) is not stored"
        case .quotaExceeded(let limit): "the round may store \(limit) bytes and no more"
        case .storageQuotaReached(let limit):
            "the streams of all rounds may take \(limit) bytes and no more; the operator frees some with `prune` or "
                + "raises storage_quota_gib, and the sender goes on by itself"
        case .tooManyChunks(let limit): "the round may store \(limit) chunks and no more"
        case .streamTooLong(let limit): "the stream may have \(limit) bytes and no more"
        case .tooManyAttempts(let limit): "a stream may be begun \(limit) times and no more"
        case .diskFull: "the disk is full, in bytes or in files; free some space, the sender goes on by itself"
        case .damaged(let what): "the store is damaged: \(what)"
        case .failed(let operation, let code): "\(operation) failed with code \(code)"
        }
    }
}
