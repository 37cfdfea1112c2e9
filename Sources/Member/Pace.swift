/// Keeps a loop whose other end decides how soon it comes round from turning without a pause.
///
/// Some turns are free, since several things may truly happen at once; after them each turn waits a second, as long as
/// they go on coming faster than that.
struct Pace {
    private let burst: Int
    private var spent = 0
    private var last: ContinuousClock.Instant

    init(burst: Int = 8, now: ContinuousClock.Instant = .now) {
        self.burst = burst
        last = now
    }

    /// How long to wait before the next turn.
    mutating func pause(now: ContinuousClock.Instant = .now) -> Duration {
        // A second without a turn gives one back.
        let earned = Int(clamping: (now - last).components.seconds)
        if earned > 0 {
            spent = max(0, spent - earned)
            last = now
        }
        spent = min(burst, spent) + 1
        return spent > burst ? .seconds(1) : .zero
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
