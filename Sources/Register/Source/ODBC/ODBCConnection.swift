internal import CODBC

/// One connection in one transaction that only reads.
final class ODBCConnection {
    let dialect: ODBCDialect
    let text: ODBCText
    private let handle: ODBCHandle
    private let interrupt: ODBCInterrupt
    /// Whether the driver gives rows as they come, and does not hold them all.
    let streams: Bool
    /// Around names in SQL; nil if the database has none.
    let quotationMark: Character?

    /// Connects and logs in.
    init(_ source: ODBCSource, _ interrupt: ODBCInterrupt) throws(ODBCFailure) {
        self.interrupt = interrupt
        let environment = try ODBCHandle(SQL_HANDLE_ENV, under: nil)
        let guess = ODBCDrivers.dialect(of: source.connection, environment)
        var handle = try Self.connect(source, guess, environment)
        let found = ODBCDialect(driver: Self.info(handle, SQL_DRIVER_NAME, guess) ?? "")
        if found != guess {
            // The settings were another driver's. What a data source says of TLS holds for both.
            Self.disconnect(handle)
            guard source.connection.value("dsn") != nil else { throw .driverHidden }
            handle = try Self.connect(source, found, environment)
        }
        self.handle = handle
        dialect = source.dialect ?? found
        text = ODBCText(isNarrow: found.isNarrow)
        streams = found.streams(version: Self.info(handle, SQL_DRIVER_VER, found) ?? "")
        quotationMark = Self.info(handle, SQL_IDENTIFIER_QUOTE_CHAR, found)?.first { $0 != " " }
    }

    deinit { Self.disconnect(handle) }

    private static func disconnect(_ handle: ODBCHandle) {
        SQLEndTran(SQLSMALLINT(SQL_HANDLE_DBC), handle.raw, SQLSMALLINT(SQL_ROLLBACK))
        SQLDisconnect(handle.raw)
    }

    // MARK: Connecting

    private static func connect(
        _ source: ODBCSource, _ dialect: ODBCDialect, _ environment: ODBCHandle
    ) throws(ODBCFailure) -> ODBCHandle {
        let handle = try ODBCHandle(SQL_HANDLE_DBC, under: environment)
        set(handle, SQL_ATTR_LOGIN_TIMEOUT, UInt(source.loginTimeout))
        set(handle, SQL_ATTR_ACCESS_MODE, UInt(SQL_MODE_READ_ONLY))
        set(handle, SQL_ATTR_AUTOCOMMIT, UInt(SQL_AUTOCOMMIT_OFF))
        var settings = dialect.settings(for: source.connection, lockTimeout: source.lockTimeout)
        // What a data source of odbc.ini says is the administrator's word, and would be overruled.
        if source.connection.value("dsn") != nil { settings.removeAll(where: \.isDefault) }
        let string = source.connection.text(adding: settings)
        guard let credentials = source.credentials else {
            try connect(handle, Array(string.utf8), dialect)
            return handle
        }
        try credentials.withFields { (fields: UnsafeRawBufferPointer) throws(ODBCFailure) in
            try connect(handle, Array(string.utf8), then: fields, dialect)
        }
        return handle
    }

    /// - Parameters:
    ///   - string: UTF-8.
    ///   - secret: its end, with the password. Valid UTF-8.
    private static func connect(
        _ handle: ODBCHandle, _ string: [UInt8], then secret: UnsafeRawBufferPointer = .init(start: nil, count: 0),
        _ dialect: ODBCDialect
    ) throws(ODBCFailure) {
        // In UTF-16 there are never more units than bytes in UTF-8.
        let room = string.count + secret.count + 1
        var units = WipedUnits(count: room, isNarrow: dialect.isNarrow)
        units.append(string)
        units.append(secret)
        let code = units.withPointers(
            wide: {
                SQLDriverConnectW(
                    handle.raw, nil, $0, SQLSMALLINT(clamping: $1), nil, 0, nil, SQLUSMALLINT(SQL_DRIVER_NOPROMPT))
            },
            narrow: {
                SQLDriverConnect(
                    handle.raw, nil, $0, SQLSMALLINT(clamping: $1), nil, 0, nil, SQLUSMALLINT(SQL_DRIVER_NOPROMPT))
            })
        guard let code, ODBCHandle.isSuccess(code) else { throw handle.failure(.connecting, dialect) }
    }

    @discardableResult
    private static func set(_ handle: ODBCHandle, _ attribute: Int32, _ value: UInt) -> Bool {
        ODBCHandle.isSuccess(SQLSetConnectAttr(handle.raw, attribute, SQLPOINTER(bitPattern: value), 0))
    }

    // MARK: What the driver says of itself

    private static func info(_ handle: ODBCHandle, _ kind: Int32, _ dialect: ODBCDialect) -> String? {
        ODBCText(isNarrow: dialect.isNarrow).name(
            wide: { SQLGetInfoW(handle.raw, SQLUSMALLINT(kind), $0, SQLSMALLINT(2 * $1), &$2) },
            narrow: { SQLGetInfo(handle.raw, SQLUSMALLINT(kind), $0, SQLSMALLINT($1), &$2) })
    }

    // MARK: The transaction

    /// Begins the transaction in which all rows are of one moment. Where the dialect has no statement for it, the first
    /// row that is read fixes the moment.
    func begin(_ source: ODBCSource) throws(ODBCFailure) {
        try isolate()
        for statement in dialect.sessionStatements(lockTimeout: source.lockTimeout) { try execute(statement) }
        // What was a transaction for these statements.
        SQLEndTran(SQLSMALLINT(SQL_HANDLE_DBC), handle.raw, SQLSMALLINT(SQL_COMMIT))
        let first = dialect.firstStatements(
            statementTimeout: source.statementTimeout, lockTimeout: source.lockTimeout)
        for statement in first { try execute(statement) }
        if let assurance = dialect.assurance, try rows(assurance, columns: 1).first?.first != "1" {
            throw .notReadOnly
        }
    }

    func rollBack() {
        SQLEndTran(SQLSMALLINT(SQL_HANDLE_DBC), handle.raw, SQLSMALLINT(SQL_ROLLBACK))
        if let last = dialect.lastStatement { try? execute(last) }
    }

    /// Tables and views, by schema and name; none if the driver does not say.
    func tables(schema: String?) -> [(schema: String?, name: String)] {
        guard let query = dialect.tables(schema: schema) else { return (try? statement().tables()) ?? [] }
        return ((try? rows(query, columns: 2)) ?? []).compactMap { row in row[1].map { (row[0], $0) } }
    }

    private func isolate() throws(ODBCFailure) {
        var offered: SQLUINTEGER = 0
        var length: SQLSMALLINT = 0
        try handle.check(
            SQLGetInfo(handle.raw, SQLUSMALLINT(SQL_TXN_ISOLATION_OPTION), &offered, 4, &length), dialect)
        for moment in dialect.moments {
            let level = moment == .repeatableRead ? UInt(SQL_TXN_REPEATABLE_READ) : UInt(SQL_TXN_SERIALIZABLE)
            if UInt(offered) & level != 0, Self.set(handle, SQL_ATTR_TXN_ISOLATION, level) { return }
        }
        throw .noMoment
    }

    // MARK: Statements

    func statement() throws(ODBCFailure) -> ODBCStatement {
        try ODBCStatement(handle, text, dialect, interrupt)
    }

    func execute(_ sql: String) throws(ODBCFailure) {
        let statement = try statement()
        try statement.prepare(sql)
        try statement.execute()
        // So that what only a cursor's rows do is done.
        if try statement.columnCount() > 0 { _ = try statement.fetch() }
    }

    /// The first rows of a query, as text.
    func rows(_ sql: String, columns: Int, limit: Int = 10_000) throws(ODBCFailure) -> [[String?]] {
        let statement = try statement()
        try statement.prepare(sql)
        try statement.execute()
        return try statement.rows(columns: Array(1...columns), limit: limit)
    }

    /// The name in quotation marks, which are doubled inside. By Unicode scalars: of a mark and a combining one after
    /// it, a `Character` would hide the first.
    func quoted(_ name: String) throws(ODBCFailure) -> String {
        guard let mark = quotationMark?.unicodeScalars.first else {
            let isPlain = name.utf8.allSatisfy {
                Digits.isDigit($0) || $0 == UInt8(ascii: "_") || (0x61...0x7A).contains($0 | 0x20)
            }
            guard isPlain, name.utf8.first.map({ !Digits.isDigit($0) }) == true else { throw .nameNeedsQuotes(name) }
            return name
        }
        let inside = name.unicodeScalars.map { $0 == mark ? String(mark) + String(mark) : String($0) }.joined()
        return String(mark) + inside + String(mark)
    }
}
