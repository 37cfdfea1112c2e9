public import Daemon
internal import Exchange
internal import Files
public import PSIProtocol
public import Values

/// What a node or the research environment does in rounds; the service below sees to the board.
public protocol RoundMember: Sendable {
    /// Whether this participant takes part in a round that was opened. Called once for each round, and again after a
    /// restart.
    ///
    /// - Returns: nil to take part; else why not. What is wrong in detail goes to this participant's own log.
    func admit(_ record: RoundRecord) async throws -> RefusalCode?

    /// Does the next thing that is due.
    ///
    /// - Returns: what to post, or nil when nothing is due now.
    func step(_ record: RoundRecord) async throws -> (any EntryBody)?

    /// Destroys every secret and list of the round. Calling it again does nothing.
    ///
    /// - Parameter ending: how the board ended the round; nil when this participant ends its part without that.
    func erase(_ round: RoundID, ending: RoundRecord.Ending?) async throws

    /// Called when the round has ended, this participant's keys are destroyed and the others know it, and again
    /// whenever the record has changed.
    ///
    /// - Returns: whether nothing that may still come on the board concerns this participant.
    func settle(_ record: RoundRecord) async throws -> Bool

    /// Destroys what was received in a round whose board turned out to be wrong, or whose coordinator shows another.
    func disown(_ round: RoundID) async throws

    /// Told whenever the record has changed, for status and log.
    func observe(_ record: RoundRecord) async
}

extension RoundMember {
    public func settle(_ record: RoundRecord) async throws -> Bool { true }
    public func disown(_ round: RoundID) async throws {}
}

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

/// A participant's own reason not to go on with a round: the code is for the others, the sentence for its own log.
public struct RoundRefusal: Error, Sendable, CustomStringConvertible, ReportableError {
    public let code: RefusalCode
    public let description: String

    public init(_ code: RefusalCode, _ description: String) {
        self.code = code
        self.description = description
    }

    public var exitStatus: ExitStatus { .refused }
}
