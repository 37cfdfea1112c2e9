internal import Foundation
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
public import Logging
internal import NIOCore
internal import NIOSSL
public import ServiceLifecycle

/// How the coordinator listens.
public struct ExchangeServerConfiguration: Sendable {
    /// Address and port of the HTTPS interface; port 0 lets the system choose.
    public var host: String
    public var port: Int
    /// The coordinator's own certificate and key.
    public var identity: TLSIdentity
    /// Asked at each new connection what to present in its place; nil if it never changes.
    public var changingIdentity: (@Sendable () -> TLSIdentity)?
    /// The operations listener, or nil for none.
    public var operations: OperationsServer.Address?
    /// How many connections are held, and for how long without a request.
    public var connections = ConnectionLimits()
    /// A known caller's connection on which nothing moves is closed after this.
    public var idleTimeout = Duration.seconds(75)
    /// A request's body must be there after this.
    public var bodyDeadline = Duration.seconds(120)
    /// The clock by which certificates expire; tests set it.
    var now: @Sendable () -> Date = { Date() }

    public init(host: String, port: Int, identity: TLSIdentity, operations: OperationsServer.Address? = nil) {
        self.host = host
        self.port = port
        self.identity = identity
        self.operations = operations
    }
}

/// The coordinator's HTTPS interface: TLS 1.3 with pinned client keys, rounds, boards, streams and the operator's
/// calls.
///
/// A service of a `ServiceGroup`: on a graceful shutdown it ends long-polls, finishes what is under way, and returns.
public final class ExchangeServer: Service {
    private let configuration: ExchangeServerConfiguration
    private let responder: ExchangeResponder
    private let operations: OperationsServer?
    private let logger: Logger
    private let port = BoundPort()
    /// Of the HTTPS interface.
    let places: ConnectionPlaces
    /// Connections that the system has and this program has not taken yet: more than attackers make in the time that
    /// this takes.
    private static let acceptQueueLength = 4_096

    /// - Parameter metrics: where the interface counts, and what the operations listener prints.
    public init(
        configuration: ExchangeServerConfiguration, delegate: any ExchangeDelegate, board: BoardStore,
        streams: StreamStore, metrics: PrometheusMetrics, logger: Logger
    ) {
        self.configuration = configuration
        self.logger = logger
        responder = ExchangeResponder(
            delegate: delegate, board: board, streams: streams, metrics: ExchangeMetrics(factory: metrics),
            now: configuration.now, logger: logger)
        places = ConnectionPlaces(
            configuration.connections, metrics: responder.metrics, log: LogBudget(logger))
        operations = configuration.operations.map { address in
            OperationsServer(
                address: address,
                source: CoordinatorFigures(
                    board: board, streams: streams, delegate: delegate, identity: configuration.identity),
                metrics: metrics, logger: logger)
        }
    }

    /// - Throws: `TLSRefusal` when the own certificate is out of date, or when an address cannot be bound.
    public func run() async throws {
        try configuration.identity.checkValidity(at: configuration.now())
        try await withThrowingTaskGroup(of: Void.self) { group in
            let exchange = try exchangeApplication()
            group.addTask { try await exchange.run() }
            if let operations { group.addTask { try await operations.run() } }
            // Whichever ends first, by an error or a shutdown, ends the other.
            do {
                try await group.next()
            } catch {
                group.cancelAll()
                throw error
            }
            try await group.waitForAll()
        }
    }

    /// The port of the HTTPS interface, once it listens.
    public func boundPort() async throws -> Int { try await port.wait() }

    /// The port of the operations listener, once it listens; nil where there is none.
    public func boundOperationsPort() async throws -> Int? { try await operations?.boundPort() }

    private func exchangeApplication() throws -> Application<ExchangeResponder> {
        let bodyDeadline = TimeAmount(configuration.bodyDeadline)
        let places = places
        let http = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                FirstRequestHandler(places: places), RequestFramingHandler(),
                RequestLimitHandler(bodyDeadline: bodyDeadline),
            ],
            idleTimeout: TimeAmount(configuration.idleTimeout), httpDecoderConfiguration: Self.headerLimits)
        let (delegate, now, metrics) = (responder.delegate, configuration.now, responder.metrics)
        let refusals = LogBudget(logger)
        let tls = TLSChannelConfiguration(
            tlsConfiguration: PinnedTLS.server(configuration.identity, configuration.changingIdentity)
        ) { chain in
            do {
                guard let leaf = chain.first else { throw TLSRefusal.noCertificate }
                let certificate = try PeerCertificate(leaf)
                try certificate.checkValidity(at: now())
                guard await delegate.knows(certificate.pin) else { throw TLSRefusal.wrongPin(got: certificate.pin) }
                return .certificateVerified
            } catch {
                let refusal = error as? TLSRefusal
                metrics.countRefusedHandshake(refusal?.name ?? "unknown")
                refusals.notice("a client was refused", ["reason": "\(refusal?.description ?? "unknown")"])
                return .failed
            }
        }
        return Application(
            responder: responder, server: try .tls(.http1(configuration: http), configuration: tls),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: Self.acceptQueueLength),
            onServerRunning: { [weak self] channel in self?.didBind(channel.localAddress?.port) },
            logger: logger.quietForLibraries)
    }

    static var headerLimits: HTTP1Channel.Configuration.DecoderConfiguration {
        .init(maxHeaderFieldSize: 4_096, maxHeaderListSize: 16_384, maxHeaderFieldCount: 64)
    }

    private func didBind(_ bound: Int?) {
        port.announce(bound)
        logger.info("listening", metadata: ["listener": "exchange", "port": "\(bound ?? 0)"])
    }
}

extension TLSRefusal {
    /// The case's name, for metrics.
    var name: String {
        switch self {
        case .unreadable: "unreadable"
        case .keyDoesNotFit: "key_does_not_fit"
        case .certificateTooLarge: "certificate_too_large"
        case .noCertificate: "no_certificate"
        case .wrongPin: "wrong_pin"
        case .intercepted: "intercepted"
        case .expired: "expired"
        case .notYetValid: "not_yet_valid"
        case .refusedByPeer: "refused_by_peer"
        }
    }
}
