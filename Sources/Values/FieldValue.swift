/// One typed value of a register's row. Secret: it belongs to a person.
///
/// It has no textual description on purpose, so that it cannot slip into a log or an error.
public enum FieldValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case decimal(ExactDecimal)
    case date(CalendarDate)
    case boolean(Bool)
    /// A value of a code list, as written.
    case code(String)
    case text(String)
    /// Another person: the 16 bytes of a link, or of a pseudonym where it was found whose link it is. None stand for
    /// somebody who was not found.
    case person([UInt8])

    /// Bytes of a link, and of a pseudonym.
    public static let personByteCount = 16
    /// A person who was not found.
    public static let personElsewhere = FieldValue.person([])

    /// The column type this value belongs to; nil for null, which belongs to every nullable column.
    public var type: ColumnType? {
        switch self {
        case .null: nil
        case .integer: .integer
        case .decimal: .decimal
        case .date: .date
        case .boolean: .boolean
        case .code: .code
        case .text: .text
        case .person: .person
        }
    }

    /// As it is written in an agreement; nothing for a missing value. Secret where the value is.
    public var plainText: String {
        switch self {
        case .null: ""
        case .integer(let number): String(number)
        case .decimal(let decimal): decimal.digits
        case .date(let date): date.description
        case .boolean(let flag): String(flag)
        case .code(let text), .text(let text): text
        case .person(let bytes): Hex.encode(bytes)
        }
    }
}
