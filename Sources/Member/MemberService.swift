public import Daemon
public import Exchange
public import Logging
public import ServiceLifecycle
internal import Values

/// Takes part in every round that the coordinator opens to this participant, until told to stop.
///
/// State is the board and what the member has sealed on its disk, so stopping at any moment and starting again resumes.
public struct MemberService: Service {
    private let client: any CoordinatorPort
    private let home: Home
    private let state: SealedState
    private let member: any RoundMember
    private let boardDays: Int
    private let clock: MachineClock
    private let logger: Logger
    private let endsAfter: RoundLimit

    public enum RoundLimit: Sendable { case never, firstRound }

    /// Rounds followed at once. Others wait until one of these has ended. [P-16]
    public static let roundLimit = 16
    /// Rounds looked at for the first time within a day. [P-16]
    public static let dailyRoundLimit = 256

    /// - Parameters:
    ///   - endsAfter: `receive` ends after one round.
    ///   - boardDays: how many days from a round's deadline on its board is kept.
    public init(
        client: any CoordinatorPort, home: Home, state: SealedState, member: any RoundMember,
        endsAfter: RoundLimit = .never, boardDays: Int = BoardArchive.standardDays, clock: MachineClock = .system,
        logger: Logger
    ) {
        self.client = client
        self.home = home
        self.state = state
        self.member = member
        self.endsAfter = endsAfter
        self.boardDays = boardDays
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
        case stopped
    }

    /// The list's long-poll and every round run side by side. Rounds of which secrets are left here run whether or not
    /// the coordinator still names them, so that their keys do not outlive their deadline.
    private func followRounds() async throws {
        let boards = try BoardKeeper(archive: BoardArchive(home: home), days: boardDays, clock: clock, logger: logger)
        let participation = try RoundParticipation(
            client: client, home: home, agreements: home.agreements(), state: state, member: member, boards: boards,
            clock: clock, logger: logger)
        try await withThrowingTaskGroup(of: Event.self) { group in
            var queue = RoundQueue(limit: Self.roundLimit, dailyLimit: Self.dailyRoundLimit)
            var pace = Pace()
            for left in RoundJournal.rounds(in: state) {
                queue.resume(left)
                group.addTask { await .ended(participation.takePart(in: left)) }
            }
            forgetLongOver()
            group.addTask {
                await LateEntries(boards: boards, client: client, logger: logger).run()
                return .stopped
            }
            group.addTask { .listed(try await list(known: nil, after: .zero)) }
            while let event = try await group.next() {
                switch event {
                case .ended(let id):
                    queue.end(id)
                    if endsAfter == .firstRound {
                        group.cancelAll()
                        return
                    }
                    forgetLongOver()
                case .listed(let list):
                    await member.tidy()
                    boards.tidy()
                    queue.list(list.rounds.map(\.round))
                    let pause = pace.pause()
                    group.addTask { .listed(try await self.list(known: list.version, after: pause)) }
                case .stopped: break
                }
                for next in queue.start() { group.addTask { await .ended(participation.takePart(in: next)) } }
                tell(queue.news())
            }
        }
    }

    private func forgetLongOver() {
        do { try RoundJournal.forgetLongOver(in: state, now: clock.unixSeconds()) } catch {
            logger.warning(
                "Old rounds could not be forgotten", metadata: ["error": "\(ErrorReport(error).sentence)"])
        }
    }

    private func tell(_ news: RoundQueue.News?) {
        switch news {
        case .waiting(let count):
            logger.warning(
                "More rounds are open than are followed at once; the others wait",
                metadata: ["limit": "\(Self.roundLimit)", "waiting": "\(count)"])
        case .tooManyToday(let count):
            logger.error(
                "The coordinator has opened more rounds than are looked at in a day; the others wait until tomorrow",
                metadata: ["limit": "\(Self.dailyRoundLimit)", "waiting": "\(count)"])
        case nil: break
        }
    }

    /// Waits for another list than the known one. What a coordinator answers wrongly is no reason to end with keys
    /// alive.
    private func list(known: String?, after pause: Duration) async throws -> RoundList {
        var backoff = Backoff()
        if pause > .zero { try await Task.sleep(for: pause) }
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
