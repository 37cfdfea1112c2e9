/// How long a client goes on when the coordinator cannot be reached, answers with 5xx, or does not answer in time.
public struct RetryPolicy: Sendable, Equatable {
    /// Tries in all; nil goes on until the task is cancelled.
    public var attemptLimit: Int?
    /// The first pause; each next one is twice as long, up to `longestDelay`.
    public var firstDelay: Duration
    public var longestDelay: Duration

    public init(attemptLimit: Int?, firstDelay: Duration = .milliseconds(500), longestDelay: Duration = .seconds(30)) {
        self.attemptLimit = attemptLimit
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
    }

    /// For daemons.
    public static let untilCancelled = RetryPolicy(attemptLimit: nil)
    /// For commands at a terminal.
    public static let few = RetryPolicy(attemptLimit: 4)
    public static let never = RetryPolicy(attemptLimit: 1)

    /// The pause after a number of failures, drawn between half and the whole, so that clients that lost the
    /// coordinator together do not return together.
    func delay(afterFailures count: Int) -> Duration {
        var delay = firstDelay
        for _ in 1..<max(1, min(count, 64)) where delay < longestDelay { delay = delay * 2 }
        return min(delay, longestDelay) * Double.random(in: 0.5...1)
    }
}
