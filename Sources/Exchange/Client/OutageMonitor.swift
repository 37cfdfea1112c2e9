internal import Synchronization

/// Tells once that the coordinator is out of reach and once that it is back, whatever the number of calls that notice.
final class OutageMonitor: Sendable {
    private let onOutage: @Sendable (any Error) -> Void
    private let onRecovery: @Sendable () -> Void
    private let isOut = Mutex(false)

    init(onOutage: @escaping @Sendable (any Error) -> Void, onRecovery: @escaping @Sendable () -> Void) {
        self.onOutage = onOutage
        self.onRecovery = onRecovery
    }

    var isUp: Bool { isOut.withLock { !$0 } }

    func failed(_ error: any Error) {
        let isFirst = isOut.withLock { isOut in
            defer { isOut = true }
            return !isOut
        }
        if isFirst { onOutage(error) }
    }

    func succeeded() {
        let isFirst = isOut.withLock { isOut in
            defer { isOut = false }
            return isOut
        }
        if isFirst { onRecovery() }
    }
}
