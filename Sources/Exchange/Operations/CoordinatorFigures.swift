internal import Foundation

/// What the coordinator's operations listener tells: of its stores and of its rounds as a whole.
struct CoordinatorFigures: OperationsSource {
    let board: BoardStore
    let streams: StreamStore
    let delegate: any ExchangeDelegate
    let identity: TLSIdentity

    /// Both stores must take writes.
    func obstacle() async -> String? {
        do {
            try await board.checkWritable()
            try await streams.checkWritable()
            return nil
        } catch { return "\(error)" }
    }

    func figures() async -> [Figure] {
        var figures = [
            Figure("sidos_exchange_stream_chunks", streams.loadedChunkCount),
            Figure("sidos_certificate_expiry_timestamp_seconds", identity.notAfter.timeIntervalSince1970.rounded()),
        ]
        figures.append(Figure("sidos_store_stream_bytes", streams.loadedByteCount))
        if let quota = streams.storageQuota { figures.append(Figure("sidos_store_stream_quota_bytes", quota)) }
        if let rounds = try? await delegate.allRounds() {
            figures.append(Figure("sidos_exchange_rounds", rounds.count))
        }
        if let entries = try? await board.totalEntryCount() {
            figures.append(Figure("sidos_exchange_board_entries", entries))
        }
        if let free = streams.availableByteCount() {
            figures.append(Figure("sidos_store_available_bytes", free))
        }
        if let free = streams.availableFileCount() {
            figures.append(Figure("sidos_store_available_files", free))
        }
        return figures
    }
}
