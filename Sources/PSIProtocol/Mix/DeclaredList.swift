internal import Agreement

/// A list that is written, with the cells of its people, which are not yet. [P-31]
public struct DeclaredList: ~Copyable {
    public let summary: ListSummary
    private var cells: ExternalSorter
    private let cellCount: Int
    /// Nil in a count-only round.
    private let sealer: CellSealer?
    private let padding: PaddingMode
    /// Of the vault.
    private let partition: StreamPartition

    init(
        summary: ListSummary, cells: ExternalSorter, cellCount: Int, sealer: CellSealer?, padding: PaddingMode,
        partition: StreamPartition
    ) {
        self.summary = summary
        self.cells = cells
        self.cellCount = cellCount
        self.sealer = sealer
        self.padding = padding
        self.partition = partition
    }

    /// Pads with random cells, then writes the vault.
    ///
    /// - Throws: `DeclarationError.noVault` in a count-only round.
    public consuming func finishVault(into sink: inout some ByteSink) async throws -> ListSummary {
        guard let sealer else { throw DeclarationError.noVault }
        for _ in cellCount..<max(cellCount, Padding.size(of: cellCount, mode: padding)) {
            try cells.add(sealer.randomCell())
        }
        let sorter = cells
        cells = ExternalSorter(spool: MemorySpool())
        var records = try sorter.sorted()
        var writer = RecordWriter(partition)
        while let block = try records.nextBlock(RecordWriter.blockByteCount) {
            try await writer.write(block.bytes, width: sealer.cellByteCount, to: &sink)
        }
        return try await writer.finish(to: &sink)
    }
}
