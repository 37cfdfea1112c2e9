internal import Files
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Answers `/healthz`, `/readyz` and `/metrics` in plain HTTP, on a listener of its own.
///
/// Apart from the HTTPS interface, because supervisors and collectors hold no certificate of the agreement, and a
/// listener that lets some requests in without one is a listener whose every path must be checked for it. By default
/// it is bound to 127.0.0.1, so that nothing outside the machine reaches it; it can be read but changes nothing.
struct OperationsResponder: HTTPResponder {
    let board: BoardStore
    let streams: StreamStore
    let delegate: any ExchangeDelegate
    let metrics: PrometheusMetrics
    let started: ContinuousClock.Instant

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        guard request.method == .get else {
            return ExchangeResponder.problem(ExchangeRefusal(.requestMethodNotAllowed))
        }
        switch request.uri.path {
        case "/healthz": return Self.text("alive\n")
        case "/readyz": return await readiness()
        case "/metrics":
            return Self.text(metrics.exposition() + (await state()), mediaType: "text/plain; version=0.0.4")
        default: return ExchangeResponder.problem(ExchangeRefusal(.requestUnknownPath))
        }
    }

    /// Ready means that both stores take writes now.
    private func readiness() async -> Response {
        do {
            try await board.checkWritable()
            try await streams.checkWritable()
            return Self.text("ready\n")
        } catch {
            return Self.text("not ready: \(error)\n", status: .serviceUnavailable)
        }
    }

    /// Figures that are looked up when asked for.
    private func state() async -> String {
        var figures: [(name: String, value: Double)] = [
            ("sidos_exchange_uptime_seconds", Double((ContinuousClock.now - started).components.seconds)),
            ("sidos_exchange_stream_chunks", Double(streams.loadedChunkCount)),
        ]
        if let rounds = try? await delegate.allRounds() {
            figures.append(("sidos_exchange_rounds", Double(rounds.count)))
        }
        if let entries = try? await board.totalEntryCount() {
            figures.append(("sidos_exchange_board_entries", Double(entries)))
        }
        if let free = streams.availableByteCount() {
            figures.append(("sidos_exchange_store_available_bytes", Double(free)))
        }
        if let free = streams.availableFileCount() {
            figures.append(("sidos_exchange_store_available_files", Double(free)))
        }
        if let memory = MemoryUse.current() {
            figures.append(("process_resident_memory_bytes", Double(memory.residentByteCount)))
        }
        return figures.map { "# TYPE \($0.name) gauge\n\($0.name) \(PrometheusMetrics.number($0.value))\n" }.joined()
    }

    private static func text(
        _ text: String, mediaType: String = "text/plain", status: HTTPResponse.Status = .ok
    ) -> Response {
        var response = Response(status: status, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        response.headers[.contentType] = mediaType
        return response
    }
}
