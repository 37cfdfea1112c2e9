public import Exchange
public import Logging
public import PSIProtocol
public import ServiceLifecycle

/// Takes part in every round that the coordinator opens to this participant, until told to stop.
///
/// State is the board and what the member has sealed on its disk, so stopping at any moment and starting again resumes.
public struct MemberService: Service {
    private let client: ExchangeClient
    private let home: Home
    private let state: SealedState
    private let member: any RoundMember
    private let clock: MachineClock
    private let logger: Logger
    private let endsAfter: RoundLimit

    public enum RoundLimit: Sendable { case never, firstRound }

    /// Rounds followed at once; a coordinator that names more waits.
    private static let roundLimit = 16

    /// - Parameter endsAfter: `receive` ends after one round.
    public init(
        client: ExchangeClient, home: Home, state: SealedState, member: any RoundMember,
        endsAfter: RoundLimit = .never, clock: MachineClock = .system, logger: Logger
    ) {
        self.client = client
        self.home = home
        self.state = state
        self.member = member
        self.endsAfter = endsAfter
        self.clock = clock
        self.logger = logger
    }

    public func run() async throws {
        try await cancelWhenGracefulShutdown {
            do { try await self.followRounds() } catch is CancellationError { return }
        }
    }

    private enum Event: Sendable {
        case listed(RoundList)
        case ended(RoundID)
    }

    /// The list's long-poll and every round run side by side. Rounds of which secrets are left here run whether or not the
    /// coordinator still names them, so that their keys do not outlive their deadline.
    private func followRounds() async throws {
        let round = try MemberRoundFactory(
            client: client, home: home, agreements: home.agreements(), state: state, member: member, clock: clock,
            logger: logger)
        try await withThrowingTaskGroup(of: Event.self) { group in
            var running: Set<RoundID> = []
            var finished: Set<RoundID> = []
            for left in RoundJournal.rounds(in: state) where running.insert(left).inserted {
                group.addTask { await .ended(round.takePart(in: left)) }
            }
            group.addTask { .listed(try await list(known: nil)) }
            while let event = try await group.next() {
                switch event {
                case .ended(let id):
                    running.remove(id)
                    if finished.count > 10_000 { finished.removeAll() }
                    finished.insert(id)
                    if endsAfter == .firstRound {
                        group.cancelAll()
                        return
                    }
                case .listed(let list):
                    for summary in list.rounds
                    where running.count < Self.roundLimit && !finished.contains(summary.round)
                        && running.insert(summary.round).inserted
                    {
                        group.addTask { await .ended(round.takePart(in: summary.round)) }
                    }
                    group.addTask { .listed(try await self.list(known: list.version)) }
                }
            }
        }
    }

    /// Waits for another list than the known one. What a coordinator answers wrongly is no reason to end with keys alive.
    private func list(known: String?) async throws -> RoundList {
        var backoff = Backoff()
        while true {
            do {
                return try await client.rounds(known: known, wait: known == nil ? .zero : ExchangeClient.longestWait)
            } catch let refusal as TLSRefusal {
                throw refusal
            } catch let error where !(error is CancellationError) && !Task.isCancelled {
                logger.error(
                    "The coordinator does not list rounds; trying again",
                    metadata: ["error": "\(ErrorReport(error).sentence)"])
                try await Task.sleep(for: backoff.next())
            }
        }
    }
}

/// One second, doubling to half a minute.
struct Backoff {
    private var seconds = 1
    mutating func next() -> Duration {
        defer { seconds = min(30, seconds * 2) }
        return .seconds(seconds)
    }
}
