internal import Files
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
public import Logging
internal import NIOCore
public import ServiceLifecycle

/// One gauge, looked up when it is asked for.
public struct Figure: Sendable, Equatable {
    public var name: String
    /// Of the program's own words only: no label comes from a participant or a person.
    public var labels: [Label]
    public var value: Double

    public struct Label: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// - Parameters:
    ///   - name: with its unit at the end, as Prometheus has it.
    public init(_ name: String, _ value: Double, _ labels: Label...) {
        self.name = name
        self.labels = labels
        self.value = value
    }

    public init(_ name: String, _ value: Int, _ labels: Label...) {
        self.name = name
        self.labels = labels
        self.value = Double(value)
    }
}

/// What a program's operations listener tells.
public protocol OperationsSource: Sendable {
    /// Why the program cannot do its work now, in words; nil when it can.
    func obstacle() async -> String?
    /// Those of one name stand together.
    func figures() async -> [Figure]
}

/// Answers `/healthz`, `/readyz` and `/metrics` in plain HTTP, on a listener of its own.
///
/// Apart from the HTTPS interface, because supervisors and collectors hold no certificate of the agreement, and a
/// listener that lets some requests in without one is a listener whose every path must be checked for it. By default
/// it is bound to 127.0.0.1, so that nothing outside the machine reaches it; it can be read but changes nothing.
public final class OperationsServer: Service {
    /// Where it listens.
    public struct Address: Sendable, Equatable {
        public var host: String
        /// 0 lets the system choose.
        public var port: Int

        public init(host: String = "127.0.0.1", port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// Connections at once; the oldest goes when there are more.
    static let connectionLimit = 32
    private static let acceptQueueLength = 128

    private let address: Address
    private let responder: OperationsResponder
    private let logger: Logger
    private let port = BoundPort()

    /// - Parameter metrics: what else `/metrics` prints.
    public init(address: Address, source: any OperationsSource, metrics: PrometheusMetrics, logger: Logger) {
        self.address = address
        self.logger = logger
        responder = OperationsResponder(source: source, metrics: metrics)
    }

    /// - Throws: when the address cannot be bound.
    public func run() async throws { try await application().run() }

    /// The port, once it listens.
    public func boundPort() async throws -> Int { try await port.wait() }

    private func application() -> Application<OperationsResponder> {
        // Nobody is known here, so whoever came first goes when there are too many.
        var limits = ConnectionLimits()
        limits.unknown = Self.connectionLimit
        let places = ConnectionPlaces(limits, metrics: nil, log: LogBudget(logger))
        return Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [FirstRequestHandler(places: places), RequestFramingHandler()],
                    idleTimeout: .seconds(30), httpDecoderConfiguration: ExchangeServer.headerLimits)),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), backlog: Self.acceptQueueLength),
            onServerRunning: { [weak self] channel in self?.didBind(channel.localAddress?.port) },
            logger: logger.quietForLibraries)
    }

    private func didBind(_ bound: Int?) {
        port.announce(bound)
        logger.info("listening", metadata: ["listener": "operations", "port": "\(bound ?? 0)"])
    }
}

extension Logger {
    /// For libraries, whose own messages would otherwise name every connection.
    var quietForLibraries: Logger {
        var quiet = self
        quiet.logLevel = max(logLevel, .warning)
        return quiet
    }
}

struct OperationsResponder: HTTPResponder {
    let source: any OperationsSource
    let metrics: PrometheusMetrics
    private let started = ContinuousClock.now

    init(source: any OperationsSource, metrics: PrometheusMetrics) {
        self.source = source
        self.metrics = metrics
    }

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        guard request.method == .get else {
            return ExchangeResponder.problem(ExchangeRefusal(.requestMethodNotAllowed))
        }
        switch request.uri.path {
        case "/healthz": return Self.text("alive\n")
        case "/readyz":
            guard let obstacle = await source.obstacle() else { return Self.text("ready\n") }
            return Self.text("not ready: \(obstacle)\n", status: .serviceUnavailable)
        case "/metrics":
            var figures = [Figure("process_uptime_seconds", Int((ContinuousClock.now - started).components.seconds))]
            if let memory = MemoryUse.current() {
                figures.append(Figure("process_resident_memory_bytes", memory.residentByteCount))
            }
            figures += await source.figures()
            return Self.text(
                metrics.exposition() + PrometheusMetrics.exposition(figures), mediaType: "text/plain; version=0.0.4")
        default: return ExchangeResponder.problem(ExchangeRefusal(.requestUnknownPath))
        }
    }

    private static func text(
        _ text: String, mediaType: String = "text/plain", status: HTTPResponse.Status = .ok
    ) -> Response {
        var response = Response(status: status, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        response.headers[.contentType] = mediaType
        return response
    }
}
