internal import AsyncHTTPClient
public import CoreMetrics
internal import Foundation
public import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Values

/// How a party reaches the coordinator.
public struct ExchangeClientConfiguration: Sendable {
    /// `https://host[:port]`, nothing after it.
    public var baseURL: String
    /// Keys that the coordinator's certificate may have; more than one while it is being replaced.
    public var serverPins: Set<TLSPin>
    /// Further ones, asked for when a certificate has none of these.
    public var moreServerPins: @Sendable () -> Set<TLSPin> = { [] }
    /// The caller's own certificate and key.
    public var identity: TLSIdentity
    /// An HTTP proxy that connections are tunnelled through. It sees the coordinator's name and the traffic's size.
    public var proxy: Proxy?
    /// The participant for whom an operator calls; nil for the caller itself. [P-74]
    public var actingFor: TLSPin?
    public var retry = RetryPolicy.untilCancelled
    public var connectTimeout = Duration.seconds(10)
    /// A call must be answered after this, besides what it waits for on purpose.
    public var callTimeout = Duration.seconds(120)
    /// Told once when calls begin to fail, and once when they succeed again.
    public var onOutage: @Sendable (any Error) -> Void = { _ in }
    public var onRecovery: @Sendable () -> Void = {}
    /// Where calls are counted.
    public var metrics: any MetricsFactory = NOOPMetricsHandler.instance
    /// The clock by which the coordinator's certificate expires; tests set it.
    var now: @Sendable () -> Date = { Date() }

    public struct Proxy: Sendable, Equatable {
        public var host: String
        public var port: Int
        public var credentials: Credentials?

        public init(host: String, port: Int, credentials: Credentials? = nil) {
            self.host = host
            self.port = port
            self.credentials = credentials
        }

        /// Sent to the proxy as HTTP's Basic authentication, in the clear. Secret; reflection shows nothing.
        public struct Credentials: Sendable, Equatable, CustomReflectable {
            let user: String
            let password: String

            /// - Parameter text: `user:password`, perhaps with a line end. Nil for anything else.
            public init?(_ text: String) {
                let line = text.trimmingCharacters(in: .newlines)
                guard let colon = line.firstIndex(of: ":"), colon != line.startIndex,
                    line.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
                else { return nil }
                user = String(line[..<colon])
                password = String(line[line.index(after: colon)...])
            }

            /// Of the header `Proxy-Authorization`.
            var header: String { "Basic " + Data("\(user):\(password)".utf8).base64EncodedString() }

            public var customMirror: Mirror { Mirror(self, children: [:]) }
        }
    }

    public init(baseURL: String, serverPins: Set<TLSPin>, identity: TLSIdentity) {
        self.baseURL = baseURL
        self.serverPins = serverPins
        self.identity = identity
    }
}

/// Calls the coordinator's interface. `shutdown` must be called before the last reference goes.
///
/// Follows no redirect and reaches no host but the one of its base URL. Every answer is bounded before it is read.
public final class ExchangeClient: Sendable {
    private let baseURL: String
    private let proxy: ExchangeClientConfiguration.Proxy?
    private let http: HTTPClient
    private let actingFor: TLSPin?
    private let retry: RetryPolicy
    private let callTimeout: Duration
    private let outage: OutageMonitor
    private let metrics: CallMetrics
    private let logger: Logger

    /// - Throws: `ExchangeClientError.invalidBaseURL`, or `TLSRefusal` when the own certificate is out of date.
    public init(configuration: ExchangeClientConfiguration, logger: Logger) throws {
        try configuration.identity.checkValidity()
        baseURL = try Self.checkedBaseURL(configuration.baseURL)
        proxy = configuration.proxy
        actingFor = configuration.actingFor
        retry = configuration.retry
        callTimeout = configuration.callTimeout
        outage = OutageMonitor(onOutage: configuration.onOutage, onRecovery: configuration.onRecovery)
        metrics = CallMetrics(factory: configuration.metrics)
        self.logger = logger
        var http = HTTPClient.Configuration(
            tlsConfiguration: PinnedTLS.client(configuration.identity), redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(configuration.connectTimeout),
                // Longer than any wait that the coordinator grants.
                read: .seconds(Int64(ExchangeQuery.waitLimit) + 30)),
            proxy: configuration.proxy.map { proxy in
                .server(
                    host: proxy.host, port: proxy.port,
                    authorization: proxy.credentials.map { .basic(username: $0.user, password: $0.password) })
            }, decompression: .disabled)
        http.httpVersion = .http1Only
        http.connectionPool.idleTimeout = .seconds(60)
        // A call that waits for news keeps its connection for a minute: what has something to say needs another one.
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = ConnectionLimits().perCaller * 3 / 4
        // A connection that failed is this client's to retry, which knows whether that makes sense.
        http.connectionPool.retryConnectionEstablishment = false
        let check = ServerPinCheck(
            pins: configuration.serverPins, more: configuration.moreServerPins, now: configuration.now)
        http.http1_1ConnectionDebugInitializer = { channel in
            SilentPeer.watch(channel).flatMap { check.check(channel) }
        }
        self.http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
    }

    /// Whether the coordinator answered when it was last called.
    public var isReached: Bool { outage.isUp }

    /// Closes all connections.
    public func shutdown() async throws { try await http.shutdown() }

    private static func checkedBaseURL(_ text: String) throws(ExchangeClientError) -> String {
        let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard let parts = URLComponents(string: trimmed), parts.scheme == "https", let host = parts.host, !host.isEmpty,
            parts.path.isEmpty, parts.query == nil, parts.fragment == nil, parts.user == nil, parts.password == nil
        else { throw .invalidBaseURL }
        return trimmed
    }

    // MARK: Calling

    /// An answer that is not a problem.
    struct Answer {
        var status: Int
        var isLast: Bool
        var body: [UInt8]
    }

    /// Calls until there is an answer, as the retry policy says.
    ///
    /// Every call of the interface can be repeated without harm, since the same entry or chunk again is no error.
    func call(
        _ method: HTTPMethod, _ path: String, body: [UInt8]? = nil, waiting: Duration = .zero, answerLimit: Int
    ) async throws -> Answer {
        let body = body.map { ByteBuffer(bytes: $0) }
        var failureCount = 0
        while true {
            do {
                // After a failure it asks for what there is now: a wait would hide for as long that the coordinator is
                // back.
                let asked = failureCount == 0 ? path : path.replacing("wait=\(Self.seconds(waiting))", with: "wait=0")
                metrics.countAttempt()
                let answer = try await attempt(method, asked, body, callTimeout + waiting, answerLimit)
                metrics.countSent(body?.readableBytes ?? 0)
                metrics.countReceived(answer.body.count)
                outage.succeeded()
                return answer
            } catch {
                guard CallFailure.isPassing(error) else {
                    // An answer, even a refusal, shows that the coordinator is there.
                    if error is ExchangeProblem { outage.succeeded() }
                    throw error
                }
                try Task.checkCancellation()
                metrics.countFailure()
                failureCount += 1
                if let limit = retry.attemptLimit, failureCount >= limit { throw error }
                outage.failed(error)
                try await Task.sleep(for: retry.delay(afterFailures: failureCount))
            }
        }
    }

    private func attempt(
        _ method: HTTPMethod, _ path: String, _ body: ByteBuffer?, _ timeout: Duration, _ answerLimit: Int
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = method
        if let body { request.body = .bytes(body) }
        if let actingFor { request.headers.add(name: ExchangeHeader.actingFor, value: Hex.encode(actingFor.bytes)) }
        do {
            let response = try await http.execute(request, timeout: TimeAmount(timeout), logger: logger)
            let status = Int(response.status.code)
            guard (200..<300).contains(status) else {
                throw try await Self.problem(response, status)
            }
            return Answer(
                status: status, isLast: response.headers.first(name: ExchangeHeader.last) == "true",
                body: try await Self.body(response, status, limit: answerLimit))
        } catch {
            if let proxy, let failure = await failure(of: proxy, error) { throw failure }
            throw CallFailure.named(error)
        }
    }

    /// A whole body, copied once, and refused as soon as it is known to be longer than the limit.
    private static func body(_ response: HTTPClientResponse, _ status: Int, limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        if let announced = response.headers.first(name: "content-length").flatMap({ Int($0) }) {
            guard announced <= limit else { throw ExchangeClientError.invalidAnswer(status: status) }
            bytes.reserveCapacity(max(0, announced))
        }
        for try await part in response.body {
            guard part.readableBytes <= limit - bytes.count else {
                throw ExchangeClientError.invalidAnswer(status: status)
            }
            part.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// What the proxy made fail; nil if it was something else.
    private func failure(of proxy: ExchangeClientConfiguration.Proxy, _ error: any Error) async -> ProxyFailure? {
        guard let problem = CallFailure.ofProxy(error) else { return nil }
        var reason = ProxyFailure.Reason.noAnswer
        switch problem {
        case .unreached: reason = .absent
        case .credentials: reason = proxy.credentials == nil ? .credentialsMissing : .credentialsRefused
        case .refused, .unclear:
            if let parts = URLComponents(string: baseURL), let host = parts.host {
                reason = await ProxyProbe.status(
                    of: proxy, target: "\(host):\(parts.port ?? 443)", authorization: proxy.credentials?.header)
            }
        }
        // It makes a way after all, so it was not the proxy.
        if case .status(200..<300) = reason { return nil }
        return ProxyFailure(host: proxy.host, port: proxy.port, reason: reason)
    }

    private static func problem(_ response: HTTPClientResponse, _ status: Int) async throws -> any Error {
        let bytes = try await response.body.collect(upTo: 65_536)
        guard let document = try? ExchangeMessage.decode(ProblemDetails.self, Data(bytes.readableBytesView)) else {
            return ExchangeClientError.invalidAnswer(status: status)
        }
        return ExchangeProblem(code: document.code, status: status, detail: document.detail)
    }
}
