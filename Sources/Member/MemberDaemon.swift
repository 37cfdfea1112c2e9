internal import Agreement
public import Daemon
public import Exchange
public import Logging
internal import ServiceLifecycle

/// What `serve` does in a node and in the research environment: connect, take part in rounds, disconnect.
public struct MemberDaemon: Sendable {
    private let home: Home
    private let coordinator: CoordinatorWay
    private let operations: OperationsServer.Address?
    private let configuration: [UInt8]
    private let boardDays: Int
    private let timeStamps: TimeStampServer?
    private let logger: Logger

    /// - Parameters:
    ///   - operations: where health and metrics are told; nil for nowhere.
    ///   - configuration: what the daemon runs by, as approvers approve it.
    ///   - boardDays: how many days from a round's deadline on its board is kept.
    ///   - timeStamps: who gives time stamps of boards; nil for nobody.
    public init(
        home: Home, coordinator: CoordinatorWay, operations: OperationsServer.Address?, configuration: [UInt8],
        boardDays: Int, timeStamps: TimeStampServer?, logger: Logger
    ) {
        self.home = home
        self.coordinator = coordinator
        self.operations = operations
        self.configuration = configuration
        self.boardDays = boardDays
        self.timeStamps = timeStamps
        self.logger = logger
    }

    /// Until the program is told to stop, or one round has ended where `limit` says so.
    ///
    /// - Parameters:
    ///   - metadata: what the first line of the log says besides the participant, the coordinator and the certificate.
    ///   - member: made of the open connection and the open state.
    public func run<Participant: RoundMember>(
        endsAfter limit: MemberService.RoundLimit = .never, metadata: Logger.Metadata,
        member: (any CoordinatorPort, SealedState) throws -> Participant
    ) async throws -> Participant {
        for keys in home.keyRing.all { try keys.checkSigning() }
        // By a server that cannot be used, nothing is begun.
        let stamping = try timeStamps.map {
            try TimeStamping($0, home: home, proxy: coordinator.address?.proxy, logger: logger)
        }
        let state = try home.stateToServe()
        let approvals = try home.approvals()
        _ = try approvals.snapshot(growingIn: state)
        let notes = DaemonNotes(book: approvals, logger: logger)
        notes.note("daemon started configuration=\(ConfigurationDocument.digest(configuration))")
        let gate = ApprovalGate(book: approvals, state: state, configuration: configuration, logger: logger)
        let metrics = PrometheusMetrics()
        let client = try coordinator.port(home: home, state: state, metrics: metrics, logger: logger)
        let figures = MemberFigures(
            home: home, factory: metrics, unapproved: { gate.waitingCount }, isReached: { client.isReached })
        let listener = operations.map {
            OperationsServer(address: $0, source: figures, metrics: metrics, logger: logger)
        }
        logger.notice(
            "Serving",
            metadata: metadata.merging([
                "coordinator": "\(coordinator.name)",
                "certificate_until": "\(MachineClock.timestamp(home.keyRing.certificateNotAfter))",
            ]) { first, _ in first })
        let participant: Participant
        do {
            participant = try member(client, state)
            let service = MemberService(
                client: client, home: home, state: state,
                member: WatchedMember(member: ApprovedMember(member: participant, gate: gate), figures: figures),
                endsAfter: limit, boardDays: boardDays, logger: logger)
            var supporting: [any Service] = [notes]
            if let listener { supporting.append(listener) }
            if let stamping { supporting.append(TimeStampService(stamping, try BoardArchive(home: home))) }
            try await DaemonServices.run(service, supporting: supporting, logger: logger)
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
        notes.note("daemon stopped")
        logger.notice("Stopped")
        return participant
    }
}
