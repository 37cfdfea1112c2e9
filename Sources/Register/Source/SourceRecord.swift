/// Where a record stands in its source.
public struct RecordPlace: Sendable, Equatable {
    /// The file as the configuration names it; of a database server, its host, database and table.
    public let file: String
    /// 1 for the first row of data.
    public let row: Int
    /// For CSV, the line of the file on which the record begins, 1 for the first.
    public let line: Int?

    public init(file: String, row: Int, line: Int?) {
        self.file = file
        self.row = row
        self.line = line
    }
}

/// One field as its source has it, before its column's type is known. Secret; reflection shows no content.
public enum SourceField: Sendable, Equatable, CustomReflectable {
    case null
    /// Characters of a source without types (CSV). Valid UTF-8 without NUL.
    case characters(ArraySlice<UInt8>)
    /// A value that its database stores as text. Valid UTF-8 without NUL.
    case text(ArraySlice<UInt8>)
    case integer(Int64)
    case real(Double)
    /// A binary value; its content is not read.
    case binary

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// One record: as many fields as its reader has columns. Secret; reflection shows no content.
public struct SourceRecord: Sendable, CustomReflectable {
    public let place: RecordPlace
    /// The characters of all fields, one after the other.
    private let bytes: [UInt8]
    private let cells: [Cell]

    /// A field, with its characters as a range of `bytes`.
    enum Cell: Sendable {
        case null, binary
        case characters(start: Int32, end: Int32)
        case text(start: Int32, end: Int32)
        case integer(Int64)
        case real(Double)
    }

    init(place: RecordPlace, bytes: [UInt8], cells: [Cell]) {
        self.place = place
        self.bytes = bytes
        self.cells = cells
    }

    public var count: Int { cells.count }

    /// The field of column `index`, 0 for the first.
    public subscript(index: Int) -> SourceField {
        switch cells[index] {
        case .null: .null
        case .binary: .binary
        case .characters(let start, let end): .characters(bytes[Int(start)..<Int(end)])
        case .text(let start, let end): .text(bytes[Int(start)..<Int(end)])
        case .integer(let value): .integer(value)
        case .real(let value): .real(value)
        }
    }

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Reads a register's records one by one: the contract of every kind of source.
///
/// - *Memory* is bounded by the limits of a few records, whatever the source's size.
/// - *One moment*: all records are of the state that the source had when it was opened. A database gives them in one
///   transaction that only reads; a file that is written to meanwhile ends in an error.
/// - *Types* are the source's: a field is null, text, a number or binary. Null and empty text differ. Numbers come without
///   loss. Text is valid UTF-8 without NUL. What has more than one value is refused, if it is asked for.
/// - *Errors* name the source, and where they can the row and the column. They never hold a value.
/// - *Ending early*: a reader that is let go closes what it opened, stops what a server does for it, and leaves no file.
public protocol SourceReader {
    /// Names in the source's order. Known once it is opened.
    var columns: [String] { get }

    /// How the header was read, of sources whose columns' names are a line of text.
    var header: HeaderReading? { get }

    /// A line after the header that has all these names; the reader is of no more use then.
    mutating func line(of names: [String]) -> Int?

    /// Says before the first record which columns are needed; the fields of others are null from then on. Until it is
    /// called all are.
    mutating func select(_ columns: Set<Int>)

    /// The next record, or nil at the end. After an error the reader is of no more use.
    mutating func next() throws(RegisterError) -> SourceRecord?
}

extension SourceReader {
    public var header: HeaderReading? { nil }
    public mutating func line(of names: [String]) -> Int? { nil }
}

/// What a record may hold, so that a broken file ends in an error and not in exhausted memory.
enum RecordLimit {
    static let fieldByteCount = 1 << 20
    static let recordByteCount = 8 << 20
    static let columnCount = 4096
}
