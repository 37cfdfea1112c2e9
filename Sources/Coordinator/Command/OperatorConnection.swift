internal import Daemon
internal import Exchange
internal import Logging
internal import Values

/// An operator's way to the running coordinator.
enum OperatorConnection {
    /// Connects with the operator identity, does something, and disconnects.
    ///
    /// - Parameter participant: for whom it is done, as who takes part by courier; nil for the operator itself.
    static func with<Result>(
        _ directory: String, retry: RetryPolicy = .few, for participant: TLSPin? = nil,
        _ body: (ExchangeClient) async throws -> Result
    ) async throws -> Result {
        let home = try CoordinatorHome(at: directory)
        let keys = try home.operatorKeys()
        try keys.checkCertificate()
        let pins = Set(home.home.keyRing.all.compactMap { TLSPin(bytes: $0.tlsPin) })
        var configuration = ExchangeClientConfiguration(
            baseURL: try url(home), serverPins: pins,
            identity: try TLSIdentity(
                certificateChainPEM: keys.tlsCertificatePEM, privateKeyPEM: keys.tlsPrivateKeyPEM))
        configuration.retry = retry
        configuration.actingFor = participant
        if retry.attemptLimit == nil {
            configuration.onOutage = { error in
                Console.standardError.line(
                    "The coordinator cannot be reached; trying until it can: \(ErrorReport(error).sentence)")
            }
            configuration.onRecovery = { Console.standardError.line("The coordinator can be reached again") }
        }
        let client = try ExchangeClient(configuration: configuration, logger: quietLogger)
        do {
            let result = try await body(client)
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    static var quietLogger: Logger {
        var logger = Logger(label: "sidos.coordinator.operator")
        logger.logLevel = .critical
        return logger
    }

    /// As configured, else where the coordinator on this machine says that it listens.
    static func url(_ home: CoordinatorHome) throws -> String {
        let configuration = try home.configuration()
        if let url = configuration.url { return url }
        guard let status = try StatusFile.read(home.home.statusPath) else {
            throw CoordinatorError.notRunning(directory: home.home.directory.path)
        }
        let isAnyAddress = ["0.0.0.0", "::", "[::]"].contains(configuration.host)
        let host = isAnyAddress ? "127.0.0.1" : configuration.host
        return "https://\(host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host):\(status.exchangePort)"
    }

    static func status(of round: RoundID, _ client: ExchangeClient) async throws -> RoundStatus {
        let bytes = try await client.operatorStatus(of: round)
        guard let status = try? StatusJSON.decode(RoundStatus.self, bytes) else { throw CoordinatorError.unknownAnswer }
        return status
    }

    /// The round that an operator named by all or the first of its digits.
    static func round(_ text: String, _ client: ExchangeClient) async throws -> RoundID {
        if let round = RoundID(hex: text) { return round }
        let found = try await client.operatorRounds().filter { $0.round.description.hasPrefix(text) }
        guard text.utf8.count >= 4, found.count == 1, let only = found.first else {
            throw CoordinatorError.badRoundID(text)
        }
        return only.round
    }
}
