internal import Values

/// Reads an owner's vault once and passes it on, whoever in it is selected. [P-46] [P-47]
enum VaultCopy {
    /// - Parameter sink: finished by the caller, once this returns.
    /// - Returns: number and digest of what is in `sink`, which has one part.
    /// - Throws: `ProtocolViolation` by the keeper unless the cells' number and digest are those on the board and their
    ///   handles increase: it sees them all, and must have refused the entry. [P-50]
    static func run(
        _ source: some ByteSource, expected: AnnouncedStream, keeper: ParticipantID, cellByteCount: Int,
        partition: StreamPartition, into sink: inout any StreamSink
    ) async throws -> ListSummary {
        var reader = RecordReader(source, width: cellByteCount, partCount: partition.count, by: keeper)
        var order = IncreasingOrder(keyByteCount: CellSealer.handleByteCount)
        // Where the vault has one part, the copy is the vault.
        var copied = partition.count > 1 ? StreamDigest(partCount: 1) : nil
        while let block = try await reader.next(most: max(1, (1 << 18) / cellByteCount)) {
            guard reader.count <= expected.count else { throw ProtocolViolation(.wrongCount, by: keeper) }
            guard partition.holds(block, width: cellByteCount, part: reader.part),
                order.firstViolation(in: block, width: cellByteCount) == nil
            else {
                throw ProtocolViolation(.vaultNotIncreasing, by: keeper)
            }
            copied?.update(block)
            try await sink.write(block)
        }
        let summary = ListSummary(count: reader.count, digest: reader.digest())
        try summary.check(against: expected, by: keeper)
        copied?.endPart()
        return ListSummary(count: summary.count, digest: copied?.finalized() ?? summary.digest)
    }
}
