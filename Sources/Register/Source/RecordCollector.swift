/// Gathers into batches the records of a source that gives them one by one. Secret.
struct RecordCollector: CustomReflectable {
    private let file: String
    private let columnCount: Int
    /// The characters of all fields.
    var bytes: [UInt8] = []
    private var cells: [SplitRecords.Cell] = []
    /// Of the batch.
    private var count = 0
    /// Of all records before the batch.
    private var countBefore = 0
    /// Where the characters of the current record begin.
    private var recordStart = 0

    /// A batch ends when it has so many records, or so many bytes.
    private static let mostRecords = 2048
    private static let mostBytes = 1 << 20

    init(file: String, columnCount: Int) {
        self.file = file
        self.columnCount = columnCount
    }

    var isFull: Bool {
        count >= Self.mostRecords
            || bytes.count + cells.count * MemoryLayout<SplitRecords.Cell>.stride >= Self.mostBytes
    }

    /// Where the current record stands in its source.
    var place: RecordPlace { RecordPlace(file: file, row: countBefore + count + 1, line: nil) }

    /// Characters of the current record so far.
    var recordByteCount: Int { bytes.count - recordStart }

    /// Begins a record, all of whose fields are null as yet.
    mutating func begin() {
        recordStart = bytes.count
        for _ in 0..<columnCount { cells.append(.null) }
    }

    mutating func set(_ column: Int, _ cell: SplitRecords.Cell) { cells[count * columnCount + column] = cell }

    mutating func end() { count += 1 }

    /// The batch; nil if there is nothing in it.
    ///
    /// - Parameter failure: why there are no more, counted from the source's beginning. A record that was begun and not
    ///   ended is left out.
    mutating func batch(endingIn failure: RegisterError? = nil) -> SplitRecords? {
        guard count > 0 || failure != nil else { return nil }
        cells.removeSubrange((count * columnCount)...)
        let batch = SplitRecords(
            file: file, columnCount: columnCount, count: count, bytes: bytes, cells: cells,
            failure: failure?.moved(by: BatchOrigin(rows: -countBefore)))
        countBefore += count
        let cellCount = cells.count
        (bytes, cells, count, recordStart) = ([], [], 0, 0)
        cells.reserveCapacity(cellCount)
        return batch
    }

    /// Without children, so that no reflection prints a record.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
