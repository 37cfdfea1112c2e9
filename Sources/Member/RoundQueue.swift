internal import Values

/// Which of the listed rounds are followed now: so many at once, so many new ones a day, the others when there is room.
struct RoundQueue {
    /// What its operator should hear, once each time it comes about.
    enum News: Equatable {
        /// More rounds are open than are followed at once.
        case waiting(Int)
        /// More rounds have come in a day than are looked at.
        case tooManyToday(Int)
    }

    private static let day = Duration.seconds(86_400)
    /// Rounds remembered as done; beyond it all are looked at once more, which changes nothing.
    private static let rememberedCount = 10_000

    private let limit: Int
    private let dailyLimit: Int
    private var listed: [RoundID] = []
    private var running: Set<RoundID> = []
    private var finished: Set<RoundID> = []
    private var dayStart: ContinuousClock.Instant
    private var startedToday = 0
    private var told: News?

    init(limit: Int, dailyLimit: Int, now: ContinuousClock.Instant = .now) {
        self.limit = limit
        self.dailyLimit = dailyLimit
        dayStart = now
    }

    /// A round of which secrets are left here is followed whatever the limits.
    mutating func resume(_ round: RoundID) { running.insert(round) }

    /// What the coordinator lists now.
    mutating func list(_ rounds: [RoundID]) { listed = rounds }

    mutating func end(_ round: RoundID) {
        running.remove(round)
        if finished.count >= Self.rememberedCount { finished.removeAll() }
        finished.insert(round)
    }

    private var waiting: [RoundID] { listed.filter { !running.contains($0) && !finished.contains($0) } }

    /// Those that are to be followed from now on.
    mutating func start(now: ContinuousClock.Instant = .now) -> [RoundID] {
        if now - dayStart >= Self.day {
            dayStart = now
            startedToday = 0
        }
        var started: [RoundID] = []
        for round in waiting where running.count < limit && startedToday < dailyLimit {
            // A list may name a round twice.
            guard running.insert(round).inserted else { continue }
            startedToday += 1
            started.append(round)
        }
        return started
    }

    /// What has changed for those that wait.
    mutating func news() -> News? {
        let count = waiting.count
        let now: News? =
            count == 0 ? nil : startedToday >= dailyLimit ? .tooManyToday(count) : .waiting(count)
        defer { told = now }
        switch (told, now) {
        case (_, nil), (.waiting, .waiting), (.tooManyToday, .tooManyToday): return nil
        default: return now
        }
    }
}
