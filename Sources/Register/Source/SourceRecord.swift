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
