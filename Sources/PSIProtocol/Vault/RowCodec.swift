public import Agreement
public import Values

/// Rows of a register to bytes and back, by the agreement's columns. [P-45]
///
/// Per value: one byte 0 for null, 1 for a value, then an integer as eight bytes (two's complement, big-endian), a date
/// as year (two bytes), month, day, a boolean as one byte 0 or 1, decimals, codes and texts as a four-byte length and
/// UTF-8 without U+0000, a person as the sixteen bytes of a link.
public struct RowCodec: Sendable {
    public let columns: [ColumnDeclaration]

    public init(columns: [ColumnDeclaration]) { self.columns = columns }

    /// Appends one row, whose values are those of `columns` in order.
    ///
    /// - Throws: `RowCodecError.valueDoesNotFit(column:)` for a value of another type, a null where none may be, or a
    ///   text with U+0000.
    public func encode(_ row: [FieldValue], into bytes: inout [UInt8]) throws(RowCodecError) {
        guard row.count == columns.count else { throw .wrongColumnCount }
        for (column, value) in zip(columns, row) {
            if case .null = value {
                guard column.nullable else { throw .valueDoesNotFit(column: column.name) }
                bytes.append(0)
                continue
            }
            guard value.type == column.type, !value.hasNUL, value.hasLinkOfItsLength else {
                throw .valueDoesNotFit(column: column.name)
            }
            bytes.append(1)
            switch value {
            case .null: break
            case .integer(let number): bytes += BigEndian.u64(UInt64(bitPattern: number))
            case .decimal(let number): Self.append(number.digits, to: &bytes)
            case .date(let date):
                bytes += BigEndian.u16(date.year) + [UInt8(date.month), UInt8(date.day)]
            case .boolean(let flag): bytes.append(flag ? 1 : 0)
            case .code(let text), .text(let text): Self.append(text, to: &bytes)
            case .person(let link): bytes += link
            }
        }
    }

    /// Reads one row beginning at `position`, which moves behind it.
    public func decode(_ bytes: [UInt8], at position: inout Int) throws(RowCodecError) -> [FieldValue] {
        var row: [FieldValue] = []
        row.reserveCapacity(columns.count)
        for column in columns {
            switch try Self.take(1, from: bytes, at: &position).first {
            case 0:
                guard column.nullable else { throw .malformed }
                row.append(.null)
            case 1: row.append(try Self.value(of: column.type, from: bytes, at: &position))
            default: throw .malformed
            }
        }
        return row
    }

    private static func value(
        of type: ColumnType, from bytes: [UInt8], at position: inout Int
    ) throws(RowCodecError) -> FieldValue {
        switch type {
        case .integer:
            return .integer(Int64(bitPattern: BigEndian.read(try take(8, from: bytes, at: &position))))
        case .decimal:
            let text = try string(from: bytes, at: &position)
            guard let number = ExactDecimal(text), number.digits == text else { throw .malformed }
            return .decimal(number)
        case .date:
            let raw = Array(try take(4, from: bytes, at: &position))
            let year = Int(raw[0]) << 8 | Int(raw[1])
            guard let date = CalendarDate(year: year, month: Int(raw[2]), day: Int(raw[3])) else { throw .malformed }
            return .date(date)
        case .boolean:
            switch try take(1, from: bytes, at: &position).first {
            case 0: return .boolean(false)
            case 1: return .boolean(true)
            default: throw .malformed
            }
        case .code: return .code(try string(from: bytes, at: &position))
        case .text: return .text(try string(from: bytes, at: &position))
        case .person: return .person(Array(try take(FieldValue.personByteCount, from: bytes, at: &position)))
        }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        let utf8 = Array(text.utf8)
        bytes += BigEndian.u32(utf8.count) + utf8
    }

    private static func string(from bytes: [UInt8], at position: inout Int) throws(RowCodecError) -> String {
        let count = Int(BigEndian.read(try take(4, from: bytes, at: &position)))
        let utf8 = try take(count, from: bytes, at: &position)
        guard !utf8.contains(0), let text = String(validating: utf8, as: UTF8.self) else { throw .malformed }
        return text
    }

    private static func take(
        _ count: Int, from bytes: [UInt8], at position: inout Int
    ) throws(RowCodecError) -> ArraySlice<UInt8> {
        guard count >= 0, position >= 0, count <= bytes.count - position else { throw .malformed }
        defer { position += count }
        return bytes[position..<(position + count)]
    }
}

extension FieldValue {
    /// U+0000 in a text or code, which the files that datasets are read from could not hold.
    fileprivate var hasNUL: Bool {
        switch self {
        case .code(let text), .text(let text): text.utf8.contains(0)
        case .null, .integer, .decimal, .date, .boolean, .person: false
        }
    }

    /// False for a person whose link has another number of bytes than links have.
    fileprivate var hasLinkOfItsLength: Bool {
        guard case .person(let link) = self else { return true }
        return link.count == Self.personByteCount
    }
}

public enum RowCodecError: Error, Equatable {
    case wrongColumnCount
    case valueDoesNotFit(column: String)
    /// Bytes that no row encodes to: a cell was made by other software or for another agreement.
    case malformed
}
