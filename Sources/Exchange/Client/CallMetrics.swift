internal import Metrics

/// A participant's figures of its calls. No label comes from the coordinator.
struct CallMetrics: Sendable {
    private let sent: Counter
    private let received: Counter
    private let calls: Counter
    private let failures: Counter

    init(factory: any MetricsFactory) {
        sent = Counter(label: "sidos_participant_sent_bytes_total", dimensions: [], factory: factory)
        received = Counter(label: "sidos_participant_received_bytes_total", dimensions: [], factory: factory)
        calls = Counter(label: "sidos_participant_calls_total", dimensions: [], factory: factory)
        failures = Counter(label: "sidos_participant_calls_failed_total", dimensions: [], factory: factory)
    }

    func countAttempt() { calls.increment() }
    /// A try without an answer, whether or not it is made again.
    func countFailure() { failures.increment() }
    func countSent(_ byteCount: Int) { sent.increment(by: byteCount) }
    func countReceived(_ byteCount: Int) { received.increment(by: byteCount) }
}
