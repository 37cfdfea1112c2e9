internal import Metrics

/// The interface's figures, by way of swift-metrics. No label comes from a participant: a call's name and a status
/// only.
struct ExchangeMetrics: Sendable {
    private let factory: any MetricsFactory
    private let bytesIn: Counter
    private let bytesOut: Counter
    private let chunks: Counter
    private let entries: Counter

    init(factory: any MetricsFactory) {
        self.factory = factory
        bytesIn = Counter(label: "sidos_exchange_received_bytes_total", dimensions: [], factory: factory)
        bytesOut = Counter(label: "sidos_exchange_sent_bytes_total", dimensions: [], factory: factory)
        chunks = Counter(label: "sidos_exchange_chunks_stored_total", dimensions: [], factory: factory)
        entries = Counter(label: "sidos_exchange_entries_appended_total", dimensions: [], factory: factory)
    }

    func countRequest(route: String, status: Int) {
        Counter(
            label: "sidos_exchange_requests_total", dimensions: [("call", route), ("status", "\(status)")],
            factory: factory
        ).increment()
    }

    func countRefusedHandshake(_ reason: String) {
        Counter(
            label: "sidos_exchange_handshakes_refused_total", dimensions: [("reason", reason)], factory: factory
        ).increment()
    }

    func countClosedConnection(_ reason: String) {
        Counter(
            label: "sidos_exchange_connections_closed_total", dimensions: [("reason", reason)], factory: factory
        ).increment()
    }

    func countBytesIn(_ count: Int) { bytesIn.increment(by: count) }
    func countBytesOut(_ count: Int) { bytesOut.increment(by: count) }
    func countChunk() { chunks.increment() }
    func countEntry() { entries.increment() }
}
