internal import CODBC
internal import Files

/// One statement and its rows. Closed and freed when it is let go.
final class ODBCStatement {
    let dialect: ODBCDialect
    private let text: ODBCText
    private let handle: ODBCHandle
    private let interrupt: ODBCInterrupt
    /// Pieces of values; secret.
    private let piece = WipedBuffer(byteCount: pieceByteCount)

    private static let pieceByteCount = 1 << 16

    init(
        _ connection: ODBCHandle, _ text: ODBCText, _ dialect: ODBCDialect, _ interrupt: ODBCInterrupt
    ) throws(ODBCFailure) {
        self.dialect = dialect
        self.text = text
        self.interrupt = interrupt
        handle = try ODBCHandle(SQL_HANDLE_STMT, under: connection)
        // Braces and question marks in names are no escapes.
        set(SQL_ATTR_NOSCAN, UInt(SQL_NOSCAN_ON))
        set(SQL_ATTR_CURSOR_TYPE, UInt(SQL_CURSOR_FORWARD_ONLY))
        interrupt.begin(handle.raw)
    }

    deinit {
        interrupt.end()
        SQLFreeStmt(handle.raw, SQLUSMALLINT(SQL_CLOSE))
    }

    /// Drivers that do not know an attribute go without: the reader limits what it waits for itself.
    private func set(_ attribute: Int32, _ value: UInt) {
        SQLSetStmtAttr(handle.raw, attribute, SQLPOINTER(bitPattern: value), 0)
    }

    func limit(rows: Int) { set(SQL_ATTR_MAX_ROWS, UInt(rows)) }
    func limit(seconds: Int) { set(SQL_ATTR_QUERY_TIMEOUT, UInt(seconds)) }

    private func check(_ code: SQLRETURN) throws(ODBCFailure) { try handle.check(code, dialect) }

    func prepare(_ sql: String) throws(ODBCFailure) {
        try check(
            text.with(
                sql, wide: { SQLPrepareW(handle.raw, $0, SQLINTEGER(clamping: $1)) },
                narrow: { SQLPrepare(handle.raw, $0, SQLINTEGER(clamping: $1)) }))
    }

    func execute() throws(ODBCFailure) {
        let code = SQLExecute(handle.raw)
        // A statement without rows may have nothing to do.
        if Int32(code) != SQL_NO_DATA { try check(code) }
    }

    /// Tables and views by the driver's catalogue: schema and name.
    func tables() throws(ODBCFailure) -> [(schema: String?, name: String)] {
        try check(
            text.with(
                "TABLE,VIEW", wide: { SQLTablesW(handle.raw, nil, 0, nil, 0, nil, 0, $0, SQLSMALLINT($1)) },
                narrow: { SQLTables(handle.raw, nil, 0, nil, 0, nil, 0, $0, SQLSMALLINT($1)) }))
        return try rows(columns: [2, 3], limit: Self.tableLimit).compactMap { row in row[1].map { (row[0], $0) } }
    }

    /// How many names are looked through for one that is near.
    private static let tableLimit = 10_000

    // MARK: Columns

    func columnCount() throws(ODBCFailure) -> Int {
        var count: SQLSMALLINT = 0
        try check(SQLNumResultCols(handle.raw, &count))
        return Int(count)
    }

    /// A column's name, type and type's name; 1 for the first.
    func column(_ number: Int) throws(ODBCFailure) -> (name: String, type: SQLSMALLINT, typeName: String) {
        let column = SQLUSMALLINT(clamping: number)
        var type: SQLSMALLINT = 0
        let name = text.name(
            wide: { SQLDescribeColW(handle.raw, column, $0, SQLSMALLINT($1), &$2, &type, nil, nil, nil) },
            narrow: { SQLDescribeCol(handle.raw, column, $0, SQLSMALLINT($1), &$2, &type, nil, nil, nil) })
        guard let name else { throw handle.failure(.working, dialect) }
        let field = SQLUSMALLINT(SQL_DESC_TYPE_NAME)
        let typeName = text.name(
            wide: { SQLColAttributeW(handle.raw, column, field, $0, SQLSMALLINT(2 * $1), &$2, nil) },
            narrow: { SQLColAttribute(handle.raw, column, field, $0, SQLSMALLINT($1), &$2, nil) })
        return (name, type, typeName ?? String(type))
    }

    // MARK: Rows

    /// Whether there is a further row.
    func fetch() throws(ODBCFailure) -> Bool {
        let code = SQLFetch(handle.raw)
        if Int32(code) == SQL_NO_DATA { return false }
        try check(code)
        return true
    }

    /// Rows as text, in which what is no text is left out.
    func rows(columns: [Int], limit: Int) throws(ODBCFailure) -> [[String?]] {
        var rows: [[String?]] = []
        while rows.count < limit, try fetch() {
            var row: [String?] = []
            for column in columns {
                var units: [UInt8] = []
                let kind = text.isNarrow ? SQL_C_CHAR : SQL_C_WCHAR
                let length = try append(column, as: kind, limit: RecordLimit.fieldByteCount, to: &units)
                row.append(length == .whole ? Self.string(units, isNarrow: text.isNarrow) : nil)
            }
            rows.append(row)
        }
        return rows
    }

    private static func string(_ bytes: [UInt8], isNarrow: Bool) -> String? {
        if isNarrow { return String(validating: bytes, as: UTF8.self) }
        return bytes.withUnsafeBytes { String(validating: $0.assumingMemoryBound(to: UInt16.self), as: UTF16.self) }
    }

    enum Length { case null, whole, tooLong }

    /// Appends a value's bytes in the form that is asked for, piece by piece.
    ///
    /// - Parameter limit: bytes after which no more is asked for.
    func append(
        _ column: Int, as kind: Int32, limit: Int, to bytes: inout [UInt8]
    ) throws(ODBCFailure) -> Length {
        // At the end of a piece of text stands a zero.
        let zero = kind == SQL_C_WCHAR ? 2 : kind == SQL_C_CHAR ? 1 : 0
        let room = Self.pieceByteCount - zero
        let start = bytes.count
        while true {
            var length: SQLLEN = 0
            let code = piece.withMutableBytes {
                SQLGetData(
                    handle.raw, SQLUSMALLINT(clamping: column), SQLSMALLINT(kind), $0.baseAddress,
                    SQLLEN(Self.pieceByteCount), &length)
            }
            if Int32(code) == SQL_NO_DATA { return .whole }
            try check(code)
            if Int(length) == Int(SQL_NULL_DATA) { return .null }
            // Where the rest is longer than the room, or nobody knows how long, the room is full.
            let isPart = Int32(code) == SQL_SUCCESS_WITH_INFO && (length < 0 || Int(length) > room)
            let count = isPart ? room : min(max(0, Int(length)), room)
            if bytes.count - start + count > limit { return .tooLong }
            piece.withBytes { bytes.append(contentsOf: $0[..<count]) }
            if !isPart { return .whole }
        }
    }

    /// A value of fixed size; nil for NULL.
    func fixed<Value>(_ column: Int, _ kind: Int32, _ empty: Value) throws(ODBCFailure) -> Value? {
        var value = empty
        var length: SQLLEN = 0
        let code = withUnsafeMutableBytes(of: &value) {
            SQLGetData(
                handle.raw, SQLUSMALLINT(clamping: column), SQLSMALLINT(kind), $0.baseAddress, SQLLEN($0.count), &length
            )
        }
        try check(code)
        return Int(length) == Int(SQL_NULL_DATA) ? nil : value
    }
}
