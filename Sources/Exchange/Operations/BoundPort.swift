internal import Synchronization

/// The port that a listener has got, for those who wait for it.
final class BoundPort: Sendable {
    private let port = Mutex<Int?>(nil)
    private let changes = ChangeSignal<Bool>()

    func announce(_ bound: Int?) {
        port.withLock { $0 = bound }
        changes.announce(true)
    }

    /// - Throws: `CancellationError`.
    func wait() async throws -> Int {
        while true {
            let version = changes.version(of: true)
            if let port = port.withLock({ $0 }) { return port }
            await changes.wait(for: true, beyond: version)
            try Task.checkCancellation()
        }
    }
}
