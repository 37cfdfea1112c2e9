internal import Daemon
internal import Exchange
internal import Logging
internal import PSIProtocol
internal import Synchronization
internal import Values

/// Says which vault is being read: one register after the other, whoever is selected.
final class VaultProgress: Sendable {
    private let current = Mutex<RegisterID?>(nil)
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    func begin(_ register: RegisterID) {
        let isNew = current.withLock { current in
            defer { current = register }
            return current != register
        }
        if isNew { logger.info("Receiving a register", metadata: ["register": "\(register)"]) }
    }
}

/// Notes which vault is read, and passes everything on.
struct VaultObservingPort: RoundPort {
    let base: ExchangePort
    let progress: VaultProgress

    var spool: any Spool { base.spool }

    func source(
        of stream: StreamID, sealing: StreamSealing, from sender: ParticipantID
    ) async throws -> sending any ByteSource {
        if stream.stage == .vault { progress.begin(stream.batch) }
        return try await base.source(of: stream, sealing: sealing, from: sender)
    }

    func sink(for stream: StreamID, sealing: StreamSealing) async throws -> sending any StreamSink {
        try await base.sink(for: stream, sealing: sealing)
    }

    func nextAttempt(batch: String, stage: StreamStage) async throws -> Int {
        try await base.nextAttempt(batch: batch, stage: stage)
    }
}

/// Asks the coordinator for cells, for `vault_access: selected`.
struct CellRequests: Sendable {
    let client: ExchangeClient
    let round: RoundID
    let cellByteCount: Int
    let progress: VaultProgress

    func cells(of vault: StreamID, handles: [[UInt8]]) async throws -> [[UInt8]] {
        progress.begin(vault.batch)
        return try await client.vaultCells(
            of: vault.batch, attempt: vault.attempt, round: round, handles: handles, cellByteCount: cellByteCount)
    }
}
