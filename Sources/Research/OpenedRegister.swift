internal import Daemon
internal import Exchange
internal import Logging
internal import PSIProtocol
internal import Synchronization

/// Which register's vault is being read: the release is opened one register after the other.
final class OpenedRegister: Sendable {
    private let current = Mutex<RegisterID?>(nil)
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    var id: RegisterID? { current.withLock { $0 } }

    func begin(_ register: RegisterID) {
        let isNew = current.withLock { current in
            defer { current = register }
            return current != register
        }
        if isNew { logger.info("Opening a register", metadata: ["register": "\(register)"]) }
    }
}

/// Notes which vault is read, and passes everything on.
struct VaultObservingPort: RoundPort {
    let base: ExchangePort
    let opened: OpenedRegister

    var spool: any Spool { base.spool }

    func source(
        of stream: StreamID, sealing: StreamSealing, from sender: ParticipantID
    ) async throws -> sending any ByteSource {
        if stream.stage == .vault { opened.begin(stream.batch) }
        return try await base.source(of: stream, sealing: sealing, from: sender)
    }

    func sink(for stream: StreamID, sealing: StreamSealing) async throws -> sending any StreamSink {
        try await base.sink(for: stream, sealing: sealing)
    }

    func nextAttempt(batch: String, stage: StreamStage) async throws -> Int {
        try await base.nextAttempt(batch: batch, stage: stage)
    }
}

/// Looks cells up at the coordinator, for `vault_access: selected`.
struct CellRequests: Sendable {
    let client: ExchangeClient
    let round: RoundID
    let cellByteCount: Int
    let opened: OpenedRegister

    /// The coordinator answers no more handles at once.
    private static let mostHandles = 4_096
    /// Of one answer: 16 MiB.
    private static let mostBytes = 1 << 24

    func cells(of vault: StreamID, handles: [[UInt8]]) async throws -> [[UInt8]] {
        opened.begin(vault.batch)
        let most = max(1, min(Self.mostHandles, Self.mostBytes / max(1, cellByteCount)))
        var cells: [[UInt8]] = []
        for start in stride(from: 0, to: handles.count, by: most) {
            cells += try await client.vaultCells(
                of: vault.batch, attempt: vault.attempt, round: round,
                handles: Array(handles[start..<min(start + most, handles.count)]), cellByteCount: cellByteCount)
        }
        return cells
    }
}
