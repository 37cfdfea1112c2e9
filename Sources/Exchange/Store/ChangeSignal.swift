internal import Synchronization

/// Wakes those who wait for a topic to change, without anyone polling.
///
/// Each topic has a version that grows with every announcement. A waiter reads the version, looks at the state, and
/// then waits for a version beyond the one it read, so a change between the look and the wait is never missed.
public final class ChangeSignal<Topic: Hashable & Sendable>: Sendable {
    private struct State {
        var versions: [Topic: UInt64] = [:]
        var waiters: [Topic: [UInt64: CheckedContinuation<Void, Never>]] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())

    public init() {}

    public func version(of topic: Topic) -> UInt64 {
        state.withLock { $0.versions[topic, default: 0] }
    }

    /// Says that the topic changed and wakes its waiters.
    public func announce(_ topic: Topic) {
        let woken = state.withLock { state in
            state.versions[topic, default: 0] &+= 1
            return state.waiters.removeValue(forKey: topic)
        }
        for waiter in (woken ?? [:]).values { waiter.resume() }
    }

    /// Forgets topics that are gone and wakes whoever waits for them.
    public func forget(where isGone: (Topic) -> Bool) {
        let woken = state.withLock { state in
            state.versions = state.versions.filter { !isGone($0.key) }
            let gone = state.waiters.filter { isGone($0.key) }
            for topic in gone.keys { state.waiters[topic] = nil }
            return gone
        }
        for waiters in woken.values { for waiter in waiters.values { waiter.resume() } }
    }

    /// Returns when the topic's version is no longer `version`, when `limit` has passed, or when the task is cancelled.
    public func wait(for topic: Topic, beyond version: UInt64, atMost limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(for: topic, beyond: version) }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Returns when the topic's version is no longer `version` or when the task is cancelled.
    public func wait(for topic: Topic, beyond version: UInt64) async {
        let id = state.withLock { state in
            state.nextWaiter &+= 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    // A cancellation that came before sets the flag before its handler runs, and one that comes after
                    // finds the waiter registered: neither is lost.
                    if Task.isCancelled || state.versions[topic, default: 0] != version { return true }
                    state.waiters[topic, default: [:]][id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiters[topic]?.removeValue(forKey: id)
                if state.waiters[topic]?.isEmpty == true { state.waiters[topic] = nil }
                return waiter
            }
            waiter?.resume()
        }
    }

    /// How many wait now; for tests.
    var waiterCount: Int { state.withLock { $0.waiters.values.reduce(0) { $0 + $1.count } } }
}
