internal import AsyncHTTPClient
internal import Foundation
public import Logging
internal import NIOCore
internal import Values

/// Asks a server for time stamps over HTTP or HTTPS, as RFC 3161 says in section 3.4.
///
/// What comes back is bounded and not looked into: a time stamp is signed, and whoever uses it checks that. Follows no
/// redirect.
public struct TimeStampClient: Sendable {
    /// Neither a query nor an answer has more.
    public static let byteLimit = 65_536

    private let url: String
    private let proxy: ExchangeClientConfiguration.Proxy?
    private let timeout: Duration
    private let logger: Logger

    /// Nil for an address that is none of HTTP or HTTPS, or that has a name and a password.
    public init?(
        url: String, proxy: ExchangeClientConfiguration.Proxy? = nil, timeout: Duration = .seconds(30), logger: Logger
    ) {
        guard Self.isAllowed(url) else { return nil }
        self.url = url
        self.proxy = proxy
        self.timeout = timeout
        self.logger = logger
    }

    public static func isAllowed(_ url: String) -> Bool {
        guard let parts = URLComponents(string: url), parts.scheme == "http" || parts.scheme == "https",
            let host = parts.host, !host.isEmpty, parts.user == nil, parts.password == nil, parts.fragment == nil
        else { return false }
        return true
    }

    /// Sends a query, and gives the answer's body.
    ///
    /// - Throws: `TimeStampFailure`; `CancellationError`.
    public func answer(to query: [UInt8]) async throws -> [UInt8] {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(.seconds(10)), read: TimeAmount(timeout)),
            proxy: proxy.map { proxy in
                .server(
                    host: proxy.host, port: proxy.port,
                    authorization: proxy.credentials.map { .basic(username: $0.user, password: $0.password) })
            }, decompression: .disabled)
        configuration.httpVersion = .http1Only
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let body = try await answer(to: query, by: http)
            try await http.shutdown()
            return body
        } catch {
            try? await http.shutdown()
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            throw error as? TimeStampFailure ?? .unreachable(url: url)
        }
    }

    private func answer(to query: [UInt8], by http: HTTPClient) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/timestamp-query")
        request.body = .bytes(ByteBuffer(bytes: query))
        let response = try await http.execute(request, timeout: TimeAmount(timeout), logger: logger)
        guard response.status == .ok else { throw TimeStampFailure.status(url: url, Int(response.status.code)) }
        var bytes: [UInt8] = []
        for try await part in response.body {
            guard part.readableBytes <= Self.byteLimit - bytes.count else { throw TimeStampFailure.tooLong(url: url) }
            part.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}

/// Why a server gave no answer.
public enum TimeStampFailure: Error, Equatable, Sendable, CustomStringConvertible {
    case unreachable(url: String)
    case status(url: String, Int)
    case tooLong(url: String)

    public var description: String {
        switch self {
        case .unreachable(let url): "\(url) cannot be reached, or does not answer in time"
        case .status(let url, let status): "\(url) answers with status \(status)"
        case .tooLong(let url): "\(url) answers with more than \(TimeStampClient.byteLimit) bytes"
        }
    }
}
