internal import CODBC

/// A connection and the rows that it gives. Used by one thread, which may wait in it for as long as the driver likes.
final class ODBCSession {
    let columns: [ODBCColumn]
    private let place: String
    private let statementTimeout: Int
    /// What stands after FROM.
    private let relation: String
    private let connection: ODBCConnection
    private var statement: ODBCStatement?
    private var collector: RecordCollector
    private var isAtEnd = false
    /// A value's bytes as the driver gives them.
    private var scratch: [UInt8] = []

    /// What a driver may hold that gives no row before it has them all.
    static let heldByteLimit = 256 << 20

    /// - Parameter connected: called when the login is over.
    init(
        _ source: ODBCSource, _ interrupt: ODBCInterrupt, connected: () -> Void
    ) throws(RegisterError) {
        place = source.name
        statementTimeout = source.statementTimeout
        do throws(ODBCFailure) { connection = try ODBCConnection(source, interrupt) } catch {
            throw RegisterError(odbc: error, file: source.name)
        }
        connected()
        (relation, columns) = try ODBCSchema.read(source, on: connection)
        collector = RecordCollector(file: place, columnCount: columns.count)
    }

    /// Rows before their connection.
    deinit { statement = nil }

    /// The next records; nil at the end.
    ///
    /// - Parameter selected: the columns that are needed, in order; the same in each call.
    func read(_ selected: [Int]) throws(RegisterError) -> SplitRecords? {
        do throws(RegisterError) {
            let statement = if let statement { statement } else { try open(selected) }
            while !isAtEnd, !collector.isFull {
                if try row(of: statement) { try readRecord(statement, selected) } else { isAtEnd = true }
            }
            return collector.batch()
        } catch {
            return collector.batch(endingIn: error)
        }
    }

    private func row(of statement: ODBCStatement) throws(RegisterError) -> Bool {
        do throws(ODBCFailure) { return try statement.fetch() } catch { throw RegisterError(odbc: error, file: place) }
    }

    private func open(_ selected: [Int]) throws(RegisterError) -> ODBCStatement {
        for index in selected {
            if case .unsupported(let type) = columns[index].form {
                throw RegisterError(.odbc(.unsupportedType(name: type)), file: place, column: columns[index].name)
            }
        }
        do throws(ODBCFailure) {
            let expressions = selected.map { columns[$0].expression }
            if !connection.streams { try checkSize(expressions) }
            let statement = try connection.statement()
            // PostgreSQL limits each fetch itself; elsewhere it is for the first row.
            if connection.dialect == .other { statement.limit(seconds: statementTimeout) }
            // With no column needed, rows are still counted.
            let list = expressions.isEmpty ? "1" : expressions.joined(separator: ", ")
            try statement.prepare("SELECT \(list) FROM \(relation)")
            try statement.execute()
            self.statement = statement
            return statement
        } catch {
            throw RegisterError(odbc: error, file: place)
        }
    }

    /// That a driver that holds all rows has not too many of them to hold. In the transaction's moment they stay as
    /// many.
    private func checkSize(_ expressions: [String]) throws(ODBCFailure) {
        let lengths = expressions.map { "16 + COALESCE(OCTET_LENGTH(\($0)), 0)" }
        let row = (["64"] + lengths).joined(separator: " + ")
        let sum = try connection.rows("SELECT CAST(COALESCE(SUM(\(row)), 0) AS CHAR) FROM \(relation)", columns: 1)
        guard let text = sum.first?.first ?? nil, let byteCount = ColumnParser.integer(Array(text.utf8)[...]),
            byteCount <= Self.heldByteLimit
        else { throw .tooLargeForDriver(byteLimit: Self.heldByteLimit) }
    }

    // MARK: Records

    private func readRecord(_ statement: ODBCStatement, _ selected: [Int]) throws(RegisterError) {
        collector.begin()
        for (position, index) in selected.enumerated() {
            collector.set(index, try cell(statement, position + 1, columns[index]))
        }
        collector.end()
    }

    private func cell(
        _ statement: ODBCStatement, _ number: Int, _ column: ODBCColumn
    ) throws(RegisterError) -> SplitRecords.Cell {
        let length: ODBCStatement.Length
        do throws(ODBCFailure) {
            if let cell = try fixed(statement, number, column.form) { return cell }
            scratch.removeAll(keepingCapacity: true)
            let (kind, limit) = request(column.form)
            length = try statement.append(number, as: kind, limit: limit, to: &scratch)
        } catch {
            throw RegisterError(.odbc(error), at: collector.place, column: column.name)
        }
        switch length {
        case .null: return .null
        case .tooLong: throw tooLong(column)
        case .whole: return try written(column)
        }
    }

    private func tooLong(_ column: ODBCColumn) -> RegisterError {
        RegisterError(.fieldTooLong(byteLimit: RecordLimit.fieldByteCount), at: collector.place, column: column.name)
    }

    /// A value that has a fixed size in C; nil if the form has none.
    private func fixed(
        _ statement: ODBCStatement, _ number: Int, _ form: ODBCColumn.Form
    ) throws(ODBCFailure) -> SplitRecords.Cell? {
        switch form {
        case .single:
            // The fewest digits that mean the same number, and not those of its binary form.
            return try statement.fixed(number, SQL_C_FLOAT, Float(0))
                .map { Double($0.description).map { .real($0) } ?? .null } ?? .null
        case .double: return try statement.fixed(number, SQL_C_DOUBLE, Double(0)).map { .real($0) } ?? .null
        case .bit:
            return try statement.fixed(number, SQL_C_BIT, UInt8(0)).map { add(($0 == 0 ? "false" : "true").utf8) }
                ?? .null
        case .date:
            return try statement.fixed(number, SQL_C_TYPE_DATE, SQL_DATE_STRUCT())
                .map { add(ODBCTime.text($0).utf8) } ?? .null
        case .timestamp:
            return try statement.fixed(number, SQL_C_TYPE_TIMESTAMP, SQL_TIMESTAMP_STRUCT())
                .map { add(ODBCTime.text($0).utf8) } ?? .null
        case .unsupported: return .null
        case .text, .number, .bytes, .numberInBytes, .realInBytes, .tagged, .binary: return nil
        }
    }

    /// As what a value of any length is asked for, and how many bytes of it.
    private func request(_ form: ODBCColumn.Form) -> (kind: Int32, limit: Int) {
        switch form {
        // MariaDB's driver ends characters at a NUL. psqlODBC loses the last byte of binary data that comes in pieces.
        case .bytes, .numberInBytes, .realInBytes:
            (connection.dialect == .mariaDB ? SQL_C_BINARY : SQL_C_CHAR, RecordLimit.fieldByteCount)
        case .tagged: (SQL_C_CHAR, 1 + 2 * RecordLimit.fieldByteCount)
        default: (SQL_C_WCHAR, 2 * RecordLimit.fieldByteCount)
        }
    }

    /// The field that stands in `scratch`.
    private func written(_ column: ODBCColumn) throws(RegisterError) -> SplitRecords.Cell {
        let form = column.form
        if form == .binary { return .binary }
        let start = collector.bytes.count
        var hasTag = false
        switch form {
        case .bytes, .numberInBytes: collector.bytes.append(contentsOf: scratch)
        case .realInBytes:
            if let real = Double(String(decoding: scratch, as: UTF8.self)) { return .real(real) }
            collector.bytes.append(contentsOf: scratch)
        case .tagged:
            switch scratch.first {
            case UInt8(ascii: "b"): return .binary
            case UInt8(ascii: "r"):
                return Double(String(decoding: scratch.dropFirst(), as: UTF8.self)).map { .real($0) } ?? .null
            case UInt8(ascii: "t"):
                guard ODBCText.decode(hexadecimal: scratch.dropFirst(), into: &collector.bytes) else {
                    throw RegisterError(.invalidUTF8, at: collector.place, column: column.name)
                }
            default:
                hasTag = true
                collector.bytes.append(contentsOf: scratch.dropFirst())
            }
        default:
            guard ODBCText.decode(utf16: scratch, into: &collector.bytes) else {
                throw RegisterError(.odbc(.invalidText), at: collector.place, column: column.name)
            }
        }
        try check(collector.bytes[start...], column)
        if form == .number || form == .numberInBytes || hasTag {
            let digits = collector.bytes[start...]
            if let integer = ColumnParser.integer(digits) {
                collector.bytes.removeSubrange(start...)
                return .integer(integer)
            }
            // Some databases leave the zero before the point off.
            let sign = digits.first == UInt8(ascii: "-") ? 1 : 0
            if digits.dropFirst(sign).first == UInt8(ascii: ".") {
                collector.bytes.insert(UInt8(ascii: "0"), at: start + sign)
            }
        }
        return .text(start: Int32(start), end: Int32(collector.bytes.count))
    }

    /// That the text at the record's end is one, and neither it nor the record is too long.
    private func check(_ text: ArraySlice<UInt8>, _ column: ODBCColumn) throws(RegisterError) {
        if text.count > RecordLimit.fieldByteCount { throw tooLong(column) }
        if collector.recordByteCount > RecordLimit.recordByteCount {
            throw RegisterError(.recordTooLong(byteLimit: RecordLimit.recordByteCount), at: collector.place)
        }
        if text.contains(0) { throw RegisterError(.nulByte, at: collector.place, column: column.name) }
        if !UTF8Validity.isValid(text) {
            throw RegisterError(.invalidUTF8, at: collector.place, column: column.name)
        }
    }

    private func add(_ text: String.UTF8View) -> SplitRecords.Cell {
        let start = collector.bytes.count
        collector.bytes.append(contentsOf: text)
        return .text(start: Int32(start), end: Int32(collector.bytes.count))
    }
}
