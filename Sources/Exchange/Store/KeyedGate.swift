internal import Synchronization

/// Lets one task at a time through per key, in order of arrival, across suspension points.
///
/// Needed where a check and the write it permits must not be parted: between them other tasks may run, but not for the
/// same round or stream. Holders are short (a check, an fsync), so waiting for the gate does not heed cancellation.
final class KeyedGate<Key: Hashable & Sendable>: Sendable {
    /// Keys whose gate is held, each with those who wait for it.
    private let held = Mutex<[Key: [CheckedContinuation<Void, Never>]]>([:])

    func withGate<Value, Failure: Error>(
        _ key: Key, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        await enter(key)
        defer { leave(key) }
        return try await body()
    }

    private func enter(_ key: Key) async {
        await withCheckedContinuation { continuation in
            let isFree = held.withLock { held in
                guard held[key] != nil else {
                    held[key] = []
                    return true
                }
                held[key]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave(_ key: Key) {
        let next = held.withLock { held -> CheckedContinuation<Void, Never>? in
            guard var waiting = held[key], !waiting.isEmpty else {
                held[key] = nil
                return nil
            }
            let next = waiting.removeFirst()
            held[key] = waiting
            return next
        }
        next?.resume()
    }
}
