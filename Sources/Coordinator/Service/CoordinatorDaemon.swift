internal import Daemon
internal import Exchange
internal import Files
internal import Logging
internal import ServiceLifecycle

/// The coordinator on one home: its server, its engine, and what they store.
struct CoordinatorDaemon {
    let home: CoordinatorHome
    let logger: Logger

    /// Until the program is told to stop.
    ///
    /// - Parameter matching: what matches instead, given what would.
    func run(matching: (HonestMatching) -> any Matching = { $0 }) async throws {
        let configuration = try home.configuration()
        try home.home.keyRing.checkCertificates()
        let stamping = try configuration.timeStamps.map { try TimeStamping($0, home: home.home, logger: logger) }
        // The state's lock comes first: a second coordinator on the same directory must not touch anything.
        let state = try home.home.stateToServe()
        let board = try BoardStore(path: home.boardPath)
        _ = try home.home.directory.subdirectory("streams")
        let streams = try StreamStore(
            root: home.streamsPath, reserve: configuration.reserveByteCount,
            fileReserve: configuration.reserveFileCount,
            storageQuota: configuration.storageQuotaByteCount)
        try await streams.loadAll()
        let rounds = try CoordinatedRounds(
            home: home, configuration: configuration, board: board, streams: streams, state: state, logger: logger)
        try await rounds.load()
        let document = try ConfigurationDocument.bytes(
            configuration: ConfigurationFile.read(home.home.configurationPath), policy: nil)
        await rounds.note("daemon started", ["configuration": ConfigurationDocument.digest(document)])
        try await rounds.settleAfterRestore()

        let presented = try PresentedIdentity(home: home.home, state: state)
        var listening = ExchangeServerConfiguration(
            host: configuration.host, port: configuration.port, identity: presented.now(),
            operations: configuration.operations)
        if home.home.keyRing.all.count > 1 { listening.changingIdentity = presented.now }
        listening.connections = ConnectionLimits(openFileLimit: OpenFileLimit.raise())
        let server = ExchangeServer(
            configuration: listening, delegate: rounds, board: board, streams: streams,
            metrics: PrometheusMetrics(), logger: logger)
        let honest = HonestMatching(
            home: home.home, streams: streams, state: state, spool: try home.home.spool(),
            spark: try configuration.engine.service(logPath: home.home.sparkLogPath, logger: logger))
        let engine = RoundEngine(
            rounds: rounds, board: board, streams: streams, state: state, matching: matching(honest), clock: .system,
            logger: logger)
        let announcement = ListeningAnnouncement(
            server: server, rounds: rounds)
        var supporting: [any Service] = [engine, announcement, CalendarService(rounds: rounds)]
        if let stamping { supporting.append(TimeStampService(stamping, StoredEvidence(board))) }
        try await DaemonServices.run(server, supporting: supporting, logger: logger)
        await rounds.note("daemon stopped")
        try AtomicFile.remove(home.home.statusPath)
        try board.close()
        logger.info("stopped")
    }
}

/// Writes `status.json` once the ports are bound.
private struct ListeningAnnouncement: Service {
    let server: ExchangeServer
    let rounds: CoordinatedRounds

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                let exchange = try await server.boundPort()
                let operations = try await server.boundOperationsPort()
                await rounds.didListen(exchange: exchange, operations: operations)
                // A service that returns would end the daemon.
                while !Task.isCancelled { try await Task.sleep(for: .seconds(3_600)) }
            } catch is CancellationError { return }
        }
    }
}
