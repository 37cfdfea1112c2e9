internal import AsyncHTTPClient
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Names what went wrong with a call, and tells what passes from what doesn't.
enum CallFailure {
    /// The library's error as one of this module's, without anything of the request.
    static func named(_ error: any Error) -> any Error {
        switch error {
        case is TLSRefusal, is ExchangeProblem, is ExchangeClientError, is CancellationError: return error
        case let error as HTTPClientError:
            switch error {
            case .cancelled: return CancellationError()
            case .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout,
                .tlsHandshakeTimeout, .httpProxyHandshakeTimeout:
                return ExchangeClientError.timedOut
            default: return ExchangeClientError.unreachable(reason: error.shortDescription)
            }
        case is NIOTooManyBytesError: return ExchangeClientError.invalidAnswer(status: 200)
        case let error as NIOSSLError: return isAlert("\(error)") ? TLSRefusal.refusedByPeer : tlsFailure
        case let error as BoringSSLError: return isAlert("\(error)") ? TLSRefusal.refusedByPeer : tlsFailure
        case let error as IOError:
            return ExchangeClientError.unreachable(reason: "system error \(error.errnoCode)")
        case is NIOConnectionError: return ExchangeClientError.unreachable(reason: "no connection")
        default: return ExchangeClientError.unreachable(reason: "\(type(of: error))")
        }
    }

    /// What can go wrong at a proxy.
    enum ProxyProblem {
        /// With a proxy, every connection is one to it.
        case unreached
        case credentials
        /// It answered, but made no way.
        case refused
        /// The connection ended before there was an answer, at the proxy or behind it.
        case unclear
    }

    static func ofProxy(_ error: any Error) -> ProxyProblem? {
        switch error {
        case let error as HTTPClientError:
            switch error {
            case .proxyAuthenticationRequired: .credentials
            case .invalidProxyResponse, .httpProxyHandshakeTimeout: .refused
            case .connectTimeout: .unreached
            case .remoteConnectionClosed: .unclear
            default: nil
            }
        case is NIOConnectionError: .unreached
        default: nil
        }
    }

    private static let tlsFailure = ExchangeClientError.unreachable(reason: "the TLS handshake failed")

    /// Whether the peer said by a TLS alert that it doesn't take the certificate.
    private static func isAlert(_ text: String) -> Bool {
        ["ALERT_CERTIFICATE", "ALERT_BAD_CERTIFICATE", "ALERT_UNKNOWN", "ALERT_ACCESS_DENIED", "CERTIFICATE_UNKNOWN"]
            .contains { text.contains($0) }
    }

    /// Whether the same call may succeed later without anyone changing what is called.
    ///
    /// A refused own certificate is: the coordinator takes it once an agreement with its pin is installed. A wrong or
    /// expired certificate of the coordinator is not: someone must look.
    static func isPassing(_ error: any Error) -> Bool {
        switch error {
        case TLSRefusal.refusedByPeer: true
        case let problem as ExchangeProblem: problem.status >= 500
        case ExchangeClientError.unreachable, ExchangeClientError.timedOut: true
        case is ProxyFailure: true
        case ExchangeClientError.invalidAnswer(let status): status >= 500
        default: false
        }
    }
}
