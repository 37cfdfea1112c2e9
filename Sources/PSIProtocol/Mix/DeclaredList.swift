internal import Agreement

/// A list that is written, with the cells of its people, which are not yet. [P-31]
public struct DeclaredList: ~Copyable {
    public let summary: ListSummary
    private var cells: DistributionSorter
    /// Nil in a count-only round.
    private let sealer: CellSealer?
    private let padding: PaddingMode
    /// Of the vault.
    private let partition: StreamPartition
    private let workers: Workers

    init(
        summary: ListSummary, cells: DistributionSorter, sealer: CellSealer?, padding: PaddingMode,
        partition: StreamPartition, workers: Workers
    ) {
        self.summary = summary
        self.cells = cells
        self.sealer = sealer
        self.padding = padding
        self.partition = partition
        self.workers = workers
    }

    /// Pads with random cells, then writes the vault.
    ///
    /// - Throws: `DeclarationError.noVault` in a count-only round.
    public consuming func finishVault(into sink: inout some ByteSink) async throws -> ListSummary {
        guard let sealer else { throw DeclarationError.noVault }
        for _ in cells.count..<max(cells.count, Padding.size(of: cells.count, mode: padding)) {
            try cells.add(sealer.randomCell())
        }
        var writer = RecordWriter(partition)
        let width = sealer.cellByteCount
        try await cells.sorted(workers: workers) { try await writer.write($0, width: width, to: &sink) }
        return try await writer.finish(to: &sink)
    }
}
