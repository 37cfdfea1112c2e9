/// Every code that a problem document can carry. Codes never change their meaning; clients and runbooks rely on them.
///
/// | code | status | meaning |
/// |---|---|---|
/// | `request.malformed` | 400 | path, query or body is not of the documented form |
/// | `stream.chunk-too-small` | 400 | a chunk that is not the stream's last has too few bytes, or none |
/// | `caller.unknown` | 403 | the caller's key is no longer known, or its certificate has expired since it connected |
/// | `caller.not-allowed` | 403 | the caller takes part, but not in this |
/// | `caller.not-operator` | 403 | the call is for the coordinator's operators |
/// | `request.unknown-path` | 404 | no such call |
/// | `round.unknown` | 404 | no such round, or none that the caller takes part in |
/// | `stream.no-chunk` | 404 | the chunk has not been written |
/// | `request.method-not-allowed` | 405 | the path exists, the method doesn't |
/// | `round.closed` | 409 | the round has ended |
/// | `entry.conflict` | 409 | another entry stands in this one's place |
/// | `stream.out-of-order` | 409 | not the next chunk |
/// | `stream.chunk-differs` | 409 | another chunk is stored under the number; start a new attempt |
/// | `stream.complete` | 409 | the stream has ended |
/// | `stream.incomplete` | 409 | the vault has not been written to its end |
/// | `request.too-large` | 413 | the body is longer than the call takes |
/// | `stream.quota-exceeded` | 413 | the stream, its attempts or the round's streams would exceed what they may have |
/// | `entry.refused` | 422 | the entry's signature, form or place in the protocol is wrong |
/// | `agreement.refused` | 422 | the agreement cannot be installed or no round can be opened under it |
/// | `request.too-soon` | 429 | something else was said a moment ago |
/// | `store.failed` | 500 | the disk or the database failed; the operator's log says more |
/// | `server.failed` | 500 | a fault in the program |
/// | `store.quota-reached` | 507 | all rounds' streams have what they may take; the client tries again by itself |
/// | `store.disk-full` | 507 | the disk is full, in bytes or files; the client tries again by itself |
public enum ExchangeErrorCode: String, Sendable, CaseIterable {
    case requestMalformed = "request.malformed"
    case streamChunkTooSmall = "stream.chunk-too-small"
    case callerUnknown = "caller.unknown"
    case callerNotAllowed = "caller.not-allowed"
    case callerNotOperator = "caller.not-operator"
    case requestUnknownPath = "request.unknown-path"
    case roundUnknown = "round.unknown"
    case streamNoChunk = "stream.no-chunk"
    case requestMethodNotAllowed = "request.method-not-allowed"
    case roundClosed = "round.closed"
    case entryConflict = "entry.conflict"
    case streamOutOfOrder = "stream.out-of-order"
    case streamChunkDiffers = "stream.chunk-differs"
    case streamComplete = "stream.complete"
    case streamIncomplete = "stream.incomplete"
    case requestTooLarge = "request.too-large"
    case streamQuotaExceeded = "stream.quota-exceeded"
    case entryRefused = "entry.refused"
    case agreementRefused = "agreement.refused"
    case requestTooSoon = "request.too-soon"
    case storeFailed = "store.failed"
    case serverFailed = "server.failed"
    case storeQuotaReached = "store.quota-reached"
    case storeDiskFull = "store.disk-full"

    /// The HTTP status.
    public var status: Int {
        switch self {
        case .requestMalformed, .streamChunkTooSmall: 400
        case .callerUnknown, .callerNotAllowed, .callerNotOperator: 403
        case .requestUnknownPath, .roundUnknown, .streamNoChunk: 404
        case .requestMethodNotAllowed: 405
        case .roundClosed, .entryConflict, .streamOutOfOrder, .streamChunkDiffers, .streamComplete, .streamIncomplete:
            409
        case .requestTooLarge, .streamQuotaExceeded: 413
        case .entryRefused, .agreementRefused: 422
        case .requestTooSoon: 429
        case .storeFailed, .serverFailed: 500
        case .storeQuotaReached, .storeDiskFull: 507
        }
    }

    /// The same for every occurrence of the code.
    public var title: String {
        switch self {
        case .requestMalformed: "The request is not of the documented form"
        case .streamChunkTooSmall: "The chunk is too small not to be the last"
        case .callerUnknown: "The caller is not known"
        case .callerNotAllowed: "The caller may not do this"
        case .callerNotOperator: "Only an operator may do this"
        case .requestUnknownPath: "No such call"
        case .roundUnknown: "No such round"
        case .streamNoChunk: "The chunk has not been written"
        case .requestMethodNotAllowed: "The path does not have this method"
        case .roundClosed: "The round has ended"
        case .entryConflict: "Another entry stands in this one's place"
        case .streamOutOfOrder: "Not the next chunk"
        case .streamChunkDiffers: "Another chunk is stored under this number"
        case .streamComplete: "The stream has ended"
        case .streamIncomplete: "The stream has not ended"
        case .requestTooLarge: "The body is too long"
        case .streamQuotaExceeded: "No more may be stored"
        case .entryRefused: "The entry is refused"
        case .agreementRefused: "The agreement is refused"
        case .requestTooSoon: "Something else was said a moment ago"
        case .storeFailed: "The store failed"
        case .serverFailed: "The coordinator failed"
        case .storeQuotaReached: "The coordinator's streams have all that they may take"
        case .storeDiskFull: "The coordinator's disk is full"
        }
    }
}

/// A request refused, with what the caller may know of the reason.
public struct ExchangeRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    public var code: ExchangeErrorCode
    /// A sentence for the caller's operator, or nil: a cryptographic refusal shows its code only.
    public var detail: String?

    public init(_ code: ExchangeErrorCode, _ detail: String? = nil) {
        self.code = code
        self.detail = detail
    }

    public var description: String { detail.map { "\(code.rawValue): \($0)" } ?? code.rawValue }

    /// What a caller is told of a store's error.
    public init(_ error: StoreError) {
        switch error {
        case .invalidName: self.init(.requestMalformed, "The path names no stream.")
        case .unknownRound: self.init(.roundUnknown)
        case .roundDiffers: self.init(.entryConflict, "The round exists with other content.")
        case .invalidByteCount(let limit): self.init(.requestTooLarge, "The body has at most \(limit) bytes.")
        case .chunkTooSmall(let least):
            self.init(.streamChunkTooSmall, "A chunk that is not the last has at least \(least) bytes.")
        case .outOfOrder(let expected): self.init(.streamOutOfOrder, "The next chunk is \(expected).")
        case .chunkDiffers(let seq): self.init(.streamChunkDiffers, "Chunk \(seq) differs; start a new attempt.")
        case .streamComplete(let count): self.init(.streamComplete, "The stream has \(count) chunks.")
        case .noSuchChunk(let seq): self.init(.streamNoChunk, "Chunk \(seq) has not been written.")
        case .quotaExceeded(let limit): self.init(.streamQuotaExceeded, "The round may store \(limit) bytes.")
        case .tooManyChunks(let limit): self.init(.streamQuotaExceeded, "The round may store \(limit) chunks.")
        case .streamTooLong(let limit): self.init(.streamQuotaExceeded, "The stream may have \(limit) bytes.")
        case .tooManyAttempts(let limit):
            self.init(.streamQuotaExceeded, "A stream may be begun \(limit) times.")
        case .storageQuotaReached(let limit):
            self.init(
                .storeQuotaReached,
                "All rounds together may store \(limit) bytes. The operator must prune, or raise it.")
        case .diskFull: self.init(.storeDiskFull, "The coordinator's operator must free space.")
        case .damaged, .failed: self.init(.storeFailed)
        }
    }
}
