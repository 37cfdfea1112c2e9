/// Where in a batch a reader is that gives records one by one.
public struct RecordCursor {
    private var records: SplitRecords?
    private var position = 0
    private var origin = BatchOrigin()

    public init() {}

    /// The next record of the batch; nil if it has no more, and the next batch is wanted.
    mutating func next() throws(RegisterError) -> SourceRecord? {
        guard let records else { return nil }
        if position < records.count {
            defer { position += 1 }
            return records.record(position, from: origin)
        }
        if let failure = records.failure { throw failure.moved(by: origin) }
        origin.pass(records)
        self.records = nil
        return nil
    }

    mutating func begin(_ batch: any RecordBatch) {
        records = batch.split()
        position = 0
    }
}
