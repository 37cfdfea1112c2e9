internal import Daemon
internal import Engine
internal import Exchange
internal import Files
internal import PSIProtocol

/// Whether an error while matching ends the round.
enum MatchFailure {
    /// Nil for what may pass by itself: a full disk, a database that is busy, a cluster that is away.
    static func abort(for error: any Error) -> RoundAborted? {
        switch error {
        case let violation as ProtocolViolation:
            RoundAborted(code: .protocolViolation, participants: violation.participant.map { [$0] } ?? [])
        case is SealedStreamError, is MalformedStream: RoundAborted(code: .protocolViolation, participants: [])
        case let error as StoreError: abort(for: error)
        case is CancellationError, is ExchangeRefusal, is EngineError: nil
        case let error as FileError: abort(for: error)
        case SealedStateError.file: nil
        default: RoundAborted(code: .internalFailure, participants: [])
        }
    }

    private static func abort(for error: FileError) -> RoundAborted? {
        switch error {
        case .altered, .finished, .discarded: RoundAborted(code: .internalFailure, participants: [])
        default: nil
        }
    }

    private static func abort(for error: StoreError) -> RoundAborted? {
        switch error {
        // A list that its author committed to isn't there whole.
        case .noSuchChunk, .streamComplete: RoundAborted(code: .protocolViolation, participants: [])
        case .diskFull, .storageQuotaReached, .failed: nil
        default: RoundAborted(code: .internalFailure, participants: [])
        }
    }
}
