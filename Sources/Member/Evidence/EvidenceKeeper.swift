public import Daemon
public import Exchange
public import Logging
public import PSIProtocol

/// Keeps evidence while rounds go on. What cannot be kept is told, and stops nothing: a complaint is posted all the
/// same.
public struct EvidenceKeeper: Sendable {
    private let store: EvidenceStore
    private let client: any CoordinatorPort
    private let clock: MachineClock
    private let log: RoundLog
    private let logger: Logger

    public init(store: EvidenceStore, client: any CoordinatorPort, clock: MachineClock = .system, logger: Logger) {
        self.store = store
        self.client = client
        self.clock = clock
        self.log = RoundLog(logger)
        self.logger = logger
    }

    /// Notes secrets that a judge will need, while they are here.
    public func keep(_ secrets: EvidenceSecrets, of record: RoundRecord) {
        do { try store.keep(secrets, of: record) } catch { tell(error, record) }
    }

    /// Fetches what a complaint of this participant's own is about, before it is posted, and so before its board has
    /// it. Half of the time that is left until the deadline is given to that, and a day at most: a coordinator that
    /// stalls must not keep the complaint off the board. What is still not here is fetched after the round's end.
    /// [P-73]
    public func keep(_ complaint: Complained, of record: RoundRecord) async throws {
        let left = max(0, Int64(record.opening.deadline) - clock.unixSeconds())
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await keep([complaint], of: record) }
            group.addTask {
                try await Task.sleep(for: Self.patience(secondsLeft: left))
                tell(EvidenceLoss.time, record)
            }
            try await group.next()
        }
    }

    static func patience(secondsLeft: Int64) -> Duration { .seconds(min(secondsLeft / 2, 86_400)) }

    private func keep(_ complaints: [Complained], of record: RoundRecord) async throws {
        do { try await store.keep(complaints, of: record, from: client) } catch {
            if error is CancellationError || Task.isCancelled { throw error }
            tell(error, record)
        }
    }

    /// Fetches what all complaints on the board are about, as far as this participant can read it.
    public func keepAll(of record: RoundRecord) async throws {
        guard !record.complaints.isEmpty else { return }
        try await keep(Array(record.complaints.values), of: record)
        logger.notice(
            "What shows who is right about a complaint is kept; see `evidence list`", metadata: log.metadata(record))
    }

    /// Removes what has been kept for long enough.
    public func tidy() async {
        do { try await store.removeExpired() } catch {
            logger.warning(
                "Old evidence could not be removed", metadata: ["error": "\(ErrorReport(error).sentence)"])
        }
    }

    private func tell(_ error: any Error, _ record: RoundRecord) {
        logger.warning(
            "Some evidence of a complaint could not be kept",
            metadata: log.metadata(record, ["error": "\(ErrorReport(error).sentence)"]))
    }
}
