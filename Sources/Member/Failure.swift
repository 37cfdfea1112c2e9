internal import Daemon
internal import Exchange
internal import Files
internal import PSIProtocol

/// Whether an error ends this participant's part in the round, and what the others may know of it.
enum Failure {
    /// Nil for what may pass by itself: a full disk, a coordinator that is away.
    static func refusal(for error: any Error) -> RefusalCode? {
        switch error {
        case let violation as ProtocolViolation:
            violation.kind == .equivocation
                ? .equivocation
                : violation.kind == .releaseCapExceeded ? .cap : .protocolViolation
        case is SealedStreamError, is MalformedStream: .protocolViolation
        case let refusal as RoundRefusal: refusal.code
        case is StudyKeyError: .keysLost
        case is DeclarationError: .cap
        case is GroupError, is VaultError, is SealedSecretError, is RowCodecError, is ExternalSortError:
            .internalFailure
        case let error as SealedStateError:
            switch error {
            case .file: nil
            case .full: .internalFailure
            default: .keysLost
            }
        case let error as FileError:
            switch error {
            case .altered, .finished, .discarded: .keysLost
            default: nil
            }
        default: nil
        }
    }
}
