internal import Agreement
public import Daemon
public import Exchange
public import Logging

/// What `serve` does in a node and in the research environment: connect, take part in rounds, disconnect.
public struct MemberDaemon: Sendable {
    private let home: Home
    private let coordinator: CoordinatorWay
    private let operations: OperationsServer.Address?
    private let configuration: [UInt8]
    private let logger: Logger

    /// - Parameters:
    ///   - operations: where health and metrics are told; nil for nowhere.
    ///   - configuration: what the daemon runs by, as approvers approve it.
    public init(
        home: Home, coordinator: CoordinatorWay, operations: OperationsServer.Address?, configuration: [UInt8],
        logger: Logger
    ) {
        self.home = home
        self.coordinator = coordinator
        self.operations = operations
        self.configuration = configuration
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
        try home.keys.checkSigning()
        let state = try home.stateToServe()
        let approvals = try home.approvals()
        _ = try approvals.snapshot(growingIn: state)
        let notes = DaemonNotes(book: approvals, logger: logger)
        notes.note("daemon started")
        let gate = ApprovalGate(book: approvals, state: state, configuration: configuration, logger: logger)
        let metrics = PrometheusMetrics()
        let client: any CoordinatorPort =
            switch coordinator {
            case .network(let address):
                try ExchangeClient.connect(address, keys: home.keys, metrics: metrics, logger: logger)
            case .courier: try CourierMailbox(home.courier())
            }
        let figures = MemberFigures(
            home: home, factory: metrics, unapproved: { gate.waitingCount }, isReached: { client.isReached })
        let listener = operations.map {
            OperationsServer(address: $0, source: figures, metrics: metrics, logger: logger)
        }
        logger.notice(
            "Serving",
            metadata: metadata.merging([
                "coordinator": "\(coordinator.name)",
                "certificate_until": "\(MachineClock.timestamp(home.keys.certificateNotAfter))",
            ]) { first, _ in first })
        let participant: Participant
        do {
            participant = try member(client, state)
            let service = MemberService(
                client: client, home: home, state: state,
                member: WatchedMember(member: ApprovedMember(member: participant, gate: gate), figures: figures),
                endsAfter: limit, logger: logger)
            try await DaemonServices.run(
                service, supporting: [notes] + (listener.map { [$0] } ?? []), logger: logger)
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
