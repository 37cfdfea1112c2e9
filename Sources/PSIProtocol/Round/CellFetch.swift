internal import Values

/// Asks the coordinator for cells by their handles, as many for everybody as anybody can have: how often it is asked,
/// and for how much, says nothing of those who were selected but their number. [P-47]
struct CellFetch {
    let cellByteCount: Int
    let coordinator: ParticipantID
    let fetch: ([[UInt8]]) async throws -> [[UInt8]]

    /// In one request. [P-57]
    static let mostHandles = 4_096
    /// Of one answer: 16 MiB.
    private static let mostBytes = 1 << 24

    /// - Parameter handles: in ascending order; one may come several times.
    /// - Returns: number and digest of what is in `sink`: a cell for each handle, one that does not open where the
    ///   vault has none.
    func run(_ handles: consuming SortedRecords, into sink: inout any StreamSink) async throws -> ListSummary {
        let most = max(1, min(Self.mostHandles, Self.mostBytes / max(1, cellByteCount)))
        var digest = StreamDigest(partCount: 1)
        var count = 0
        var rest = handles
        while true {
            var block: [[UInt8]] = []
            while block.count < most, let handle = try rest.next() { block.append(handle) }
            if block.isEmpty { break }
            let cells = try await fetch(block)
            guard cells.count == block.count, cells.allSatisfy({ $0.count == cellByteCount }) else {
                throw ProtocolViolation(.wrongCount, by: coordinator)
            }
            var bytes: [UInt8] = []
            for (handle, cell) in zip(block, cells) {
                let isFound = cell.starts(with: handle)
                bytes += isFound ? cell : handle + [UInt8](repeating: 0, count: cellByteCount - handle.count)
            }
            digest.update(bytes)
            count += block.count
            try await sink.write(bytes)
        }
        digest.endPart()
        return ListSummary(count: count, digest: digest.finalized())
    }
}
