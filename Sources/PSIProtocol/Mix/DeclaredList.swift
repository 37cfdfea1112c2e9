internal import Agreement

/// A list that is written, with the cells of its people, which are not yet. [P-31]
public struct DeclaredList<S: Suite>: ~Copyable {
    public let summary: ListSummary
    private let step: any SortingStep<BatchWork<S>>
    /// Nil in a count-only round.
    private let cellByteCount: Int?
    private let padding: PaddingMode
    /// Of the vault.
    private let partition: StreamPartition

    init(
        summary: ListSummary, step: any SortingStep<BatchWork<S>>, cellByteCount: Int?, padding: PaddingMode,
        partition: StreamPartition
    ) {
        self.summary = summary
        self.step = step
        self.cellByteCount = cellByteCount
        self.padding = padding
        self.partition = partition
    }

    /// Pads with random cells, then writes the vault.
    ///
    /// - Throws: `DeclarationError.noVault` in a count-only round.
    public consuming func finishVault(into sink: inout some ByteSink) async throws -> ListSummary {
        guard let width = cellByteCount else { throw DeclarationError.noVault }
        let count = step.count(of: 1)
        var missing = max(0, Padding.size(of: count, mode: padding) - count)
        try await step.add { () async throws -> BatchInput? in
            let some = min(missing, 512)
            missing -= some
            return some > 0 ? .cells(some) : nil
        }
        var writer = RecordWriter(partition)
        try await step.sorted(1) { try await writer.write($0, width: width, to: &sink) }
        return try await writer.finish(to: &sink)
    }
}
