public import CoreMetrics
public import Daemon
public import Exchange
public import Logging

extension ExchangeClient {
    /// A client that presents this home's certificate and accepts only the coordinator's pinned key. It retries until
    /// it is cancelled, and says once when the coordinator is away and once when it is back.
    public static func connect(
        _ address: CoordinatorAddress, keys: KeyDirectory, retry: RetryPolicy = .untilCancelled,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance, logger: Logger
    ) throws -> ExchangeClient {
        try keys.checkCertificate()
        guard let pin = TLSPin(bytes: address.pin) else { throw ExchangeClientError.invalidBaseURL }
        let identity = try TLSIdentity(
            certificateChainPEM: keys.tlsCertificatePEM, privateKeyPEM: keys.tlsPrivateKeyPEM)
        var configuration = ExchangeClientConfiguration(baseURL: address.url, serverPins: [pin], identity: identity)
        configuration.retry = retry
        configuration.metrics = metrics
        configuration.proxy = try address.proxy?.proxy()
        configuration.onOutage = { error in
            logger.warning(
                "The coordinator cannot be reached; trying until it can",
                metadata: ["error": "\(ErrorReport(error).sentence)"])
        }
        configuration.onRecovery = { logger.notice("The coordinator can be reached again") }
        return try ExchangeClient(configuration: configuration, logger: logger)
    }
}
