/// A batch's records. Secret; reflection shows no content.
public final class SplitRecords: RecordBatch {
    /// How many there are.
    public let count: Int
    /// Lines that the batch has, of sources that have lines.
    let lineCount: Int
    /// Why there are no more; its row and line are counted from the batch's beginning.
    let failure: RegisterError?
    fileprivate let file: String
    fileprivate let columnCount: Int
    /// The characters of all fields.
    fileprivate let bytes: [UInt8]
    /// Of one record after the other, a cell a column.
    fileprivate let cells: [Cell]
    /// Of sources that have lines, on which one each record begins, 1 for the batch's first.
    fileprivate let lines: [Int32]

    /// A field, with its characters as a range of `bytes`.
    enum Cell: Sendable {
        case null, binary
        case characters(start: Int32, end: Int32)
        case text(start: Int32, end: Int32)
        case integer(Int64)
        case real(Double)
    }

    init(
        file: String, columnCount: Int, count: Int, bytes: [UInt8], cells: [Cell], lines: [Int32] = [],
        lineCount: Int = 0, failure: RegisterError? = nil
    ) {
        self.file = file
        self.columnCount = columnCount
        self.count = count
        self.bytes = bytes
        self.cells = cells
        self.lines = lines
        self.lineCount = lineCount
        self.failure = failure
    }

    public var byteCount: Int { bytes.count + cells.count * MemoryLayout<Cell>.stride }

    public func split() -> SplitRecords { self }

    /// - Parameter origin: what came before the batch.
    func record(_ index: Int, from origin: BatchOrigin) -> SourceRecord {
        SourceRecord(records: self, index: index, origin: origin)
    }
}

/// What of a source comes before a batch.
struct BatchOrigin: Sendable {
    var rows = 0
    var lines = 0

    /// Where the batch's successor begins.
    mutating func pass(_ records: SplitRecords) {
        rows += records.count
        lines += records.lineCount
    }

    mutating func pass(_ extent: BatchOrigin) {
        rows += extent.rows
        lines += extent.lines
    }
}

/// One record: as many fields as its reader has columns. Secret; reflection shows no content.
public struct SourceRecord: Sendable, CustomReflectable {
    private let records: SplitRecords
    private let index: Int
    private let origin: BatchOrigin

    fileprivate init(records: SplitRecords, index: Int, origin: BatchOrigin) {
        self.records = records
        self.index = index
        self.origin = origin
    }

    public var place: RecordPlace {
        RecordPlace(
            file: records.file, row: origin.rows + index + 1,
            line: records.lines.isEmpty ? nil : origin.lines + Int(records.lines[index]))
    }

    public var count: Int { records.columnCount }

    /// The field of column `column`, 0 for the first.
    public subscript(column: Int) -> SourceField {
        switch records.cells[index * records.columnCount + column] {
        case .null: .null
        case .binary: .binary
        case .characters(let start, let end): .characters(records.bytes[Int(start)..<Int(end)])
        case .text(let start, let end): .text(records.bytes[Int(start)..<Int(end)])
        case .integer(let value): .integer(value)
        case .real(let value): .real(value)
        }
    }

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension RegisterError {
    /// The same, its row and line counted from the source's beginning and not from a batch's.
    func moved(by origin: BatchOrigin) -> RegisterError {
        RegisterError(
            kind, file: file, row: row.map { $0 + origin.rows }, line: line.map { $0 + origin.lines }, column: column,
            header: header)
    }
}
