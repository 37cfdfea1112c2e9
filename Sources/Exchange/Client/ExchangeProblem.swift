/// A problem document that the coordinator answered with.
public struct ExchangeProblem: Error, Sendable, Equatable {
    /// A code of `ExchangeErrorCode`, or another from a newer coordinator.
    public var code: String
    public var status: Int
    public var detail: String?

    public init(code: String, status: Int, detail: String?) {
        self.code = code
        self.status = status
        self.detail = detail
    }

    /// The code, if this version knows it.
    public var knownCode: ExchangeErrorCode? { ExchangeErrorCode(rawValue: code) }
}

extension ExchangeProblem: CustomStringConvertible {
    public var description: String {
        "the coordinator answered \(status) \(code)" + (detail.map { ": \($0)" } ?? "")
    }
}

/// Why a call got no answer that can be used.
public enum ExchangeClientError: Error, Sendable, Equatable {
    /// The base URL is not `https://host[:port]`.
    case invalidBaseURL
    /// The coordinator could not be reached, or the connection broke; the reason names no content.
    case unreachable(reason: String)
    case timedOut
    /// The answer is not what the interface promises, or longer than allowed.
    case invalidAnswer(status: Int)
}

extension ExchangeClientError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidBaseURL:
            "the coordinator's address must be https://HOST[:PORT]: correct coordinator.url in config.yaml"
        case .unreachable(let reason): "the coordinator cannot be reached: \(reason)"
        case .timedOut: "the coordinator did not answer in time"
        case .invalidAnswer(let status):
            "the coordinator's answer (status \(status)) is not one that this version knows: check the address and "
                + "the versions of both programs"
        }
    }
}
