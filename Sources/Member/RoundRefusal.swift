public import Daemon
public import PSIProtocol

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
