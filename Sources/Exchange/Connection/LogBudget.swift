public import Logging
internal import Synchronization

/// Lets a kind of line into the log only so often, since a peer decides how often it is written.
///
/// At most `limit` lines a minute; the first one of a later minute says how many were left out.
public final class LogBudget: Sendable {
    private struct State {
        var minuteEnds: ContinuousClock.Instant
        var count = 0
    }

    private let logger: Logger
    private let limit: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    public convenience init(_ logger: Logger, limit: Int = 30) {
        self.init(logger, limit: limit) { .now }
    }

    /// - Parameter now: the clock; tests set it.
    init(_ logger: Logger, limit: Int, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.logger = logger
        self.limit = limit
        self.now = now
        state = Mutex(State(minuteEnds: now() + .seconds(60)))
    }

    public func notice(_ message: Logger.Message, _ metadata: Logger.Metadata) { log(.notice, message, metadata) }

    public func log(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata) {
        let now = now()
        let (isAllowed, leftOut) = state.withLock { state in
            var leftOut = 0
            if now >= state.minuteEnds {
                leftOut = max(0, state.count - limit)
                state = State(minuteEnds: now + .seconds(60))
            }
            state.count += 1
            return (state.count <= limit, leftOut)
        }
        guard isAllowed else { return }
        var metadata = metadata
        if leftOut > 0 { metadata["left_out"] = "\(leftOut)" }
        logger.log(level: level, message, metadata: metadata)
    }
}
