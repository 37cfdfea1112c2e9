public import CoreMetrics
public import Daemon
public import Exchange
public import Logging

extension ExchangeClient {
    /// A client that presents a certificate of this home's and accepts only the coordinator's pinned key, and keys that
    /// have taken its place. It retries until it is cancelled, and says once when the coordinator is away and once when
    /// it is back.
    ///
    /// - Parameters:
    ///   - keys: one of the home's.
    ///   - state: open, where it is known which agreements are superseded.
    public static func connect(
        _ address: CoordinatorAddress, home: Home, keys: KeyDirectory, state: SealedState? = nil,
        retry: RetryPolicy = .untilCancelled, metrics: any MetricsFactory = NOOPMetricsHandler.instance, logger: Logger
    ) throws -> ExchangeClient {
        try keys.checkCertificate()
        guard let pin = TLSPin(bytes: address.pin) else { throw ExchangeClientError.invalidBaseURL }
        let identity = try TLSIdentity(
            certificateChainPEM: keys.tlsCertificatePEM, privateKeyPEM: keys.tlsPrivateKeyPEM)
        var configuration = ExchangeClientConfiguration(baseURL: address.url, serverPins: [pin], identity: identity)
        configuration.moreServerPins = { CoordinatorPins(home: home, state: state, configured: pin).more() }
        configuration.retry = retry
        configuration.metrics = metrics
        configuration.proxy = try address.proxy?.proxy()
        // Until the coordinator has signed an agreement with new keys, it knows the former ones only.
        let facts: Logger.Metadata = home.keyRing.all.count > 1 ? ["keys": "\(keys.path)"] : [:]
        configuration.onOutage = { error in
            logger.warning(
                "The coordinator cannot be reached; trying until it can",
                metadata: facts.merging(["error": "\(ErrorReport(error).sentence)"]) { first, _ in first })
        }
        configuration.onRecovery = { logger.notice("The coordinator can be reached again", metadata: facts) }
        return try ExchangeClient(configuration: configuration, logger: logger)
    }
}

extension CoordinatorWay {
    /// What `serve` calls the coordinator by: one connection for each of the participant's keys, or a folder of what is
    /// carried.
    func port(
        home: Home, state: SealedState, metrics: any MetricsFactory, logger: Logger
    ) throws -> any CoordinatorPort {
        switch self {
        case .courier: return try CourierMailbox(home.courier())
        case .network(let address):
            let ways = try home.keyRing.all.map { keys in
                KeyedCoordinator.Way(
                    keys: keys,
                    client: try ExchangeClient.connect(
                        address, home: home, keys: keys, state: state, metrics: metrics, logger: logger))
            }
            return ways.count == 1 ? ways[0].client : KeyedCoordinator(ways, home: home, state: state)
        }
    }
}
