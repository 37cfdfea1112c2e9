import Daemon
import PSIProtocol
import Synchronization
import Values

@testable import RoundSimulation

/// A port whose author looks at everything that it wrote, and may change it, before anybody gets it.
final class StagedPort: RoundPort {
    private let base: any RoundPort
    private let order = Mutex<[(stream: StreamID, sealing: StreamSealing)]>([])
    let streams = MemoryStreams()

    init(_ base: any RoundPort) { self.base = base }

    var spool: any Spool { base.spool }

    func source(
        of stream: StreamID, sealing: StreamSealing, from sender: ParticipantID
    ) async throws -> sending any ByteSource {
        try await base.source(of: stream, sealing: sealing, from: sender)
    }

    func sink(for stream: StreamID, sealing: StreamSealing) async throws -> sending any StreamSink {
        order.withLock { $0.append((stream, sealing)) }
        return try await streams.sink(for: stream, sealing: sealing)
    }

    func nextAttempt(batch: String, stage: StreamStage) async throws -> Int {
        try await base.nextAttempt(batch: batch, stage: stage)
    }

    /// Sends what there is now.
    func send() async throws {
        for (stream, sealing) in order.withLock({ $0 }) {
            guard let bytes = await streams.load(stream.description) else { continue }
            var sink = try await base.sink(for: stream, sealing: sealing)
            try await sink.write(bytes)
            try await sink.finish()
        }
    }
}
