/// What is known of a driver and the database behind it. Of others only what the standard says is relied on.
enum ODBCDialect: Sendable, Equatable {
    case postgreSQL
    case mariaDB
    case sqlite
    case other

    /// - Parameter driver: a driver's name, or its library's.
    init(driver: String) {
        let driver = driver.lowercased()
        self =
            if driver.contains("psqlodbc") || driver.contains("postgres") {
                .postgreSQL
            } else if driver.contains("maodbc") || driver.contains("mariadb") {
                .mariaDB
            } else if driver.contains("sqlite") {
                .sqlite
            } else {
                .other
            }
    }

    /// SQLite's driver takes UTF-8 and has no functions for UTF-16.
    var isNarrow: Bool { self == .sqlite }

    /// Rows that psqlODBC fetches from its cursor at once.
    private static let rowsPerFetch = 100

    /// What makes the driver give rows as they come, in bounded memory, and nothing be created or logged.
    ///
    /// - Parameter string: what the configuration says itself.
    func settings(for string: ODBCConnectionString, lockTimeout: Int) -> [ODBCSetting] {
        switch self {
        case .postgreSQL:
            [
                ODBCSetting(key: "UseDeclareFetch", value: "1"),
                ODBCSetting(key: "Fetch", value: String(Self.rowsPerFetch)),
                ODBCSetting(key: "UseServerSidePrepare", value: "1"), ODBCSetting(key: "Debug", value: "0"),
                ODBCSetting(key: "CommLog", value: "0"),
                ODBCSetting(key: "SSLmode", value: "verify-full", isDefault: true),
            ]
        case .mariaDB:
            // STREAMRS since its version 3.2.
            [
                ODBCSetting(key: "CHARSET", value: "utf8mb4"), ODBCSetting(key: "FORWARDONLY", value: "1"),
                ODBCSetting(key: "STREAMRS", value: "1"), ODBCSetting(key: "NO_PROMPT", value: "1"),
            ]
                // Over a socket there is no TLS.
                + (string.value("socket") != nil
                    ? []
                    : [
                        ODBCSetting(key: "FORCETLS", value: "1", isDefault: true),
                        ODBCSetting(key: "SSLVERIFY", value: "1", isDefault: true),
                    ])
        case .sqlite:
            [
                // In a transaction of its own the driver would hold all rows.
                ODBCSetting(key: "StepAPI", value: "1"), ODBCSetting(key: "NoTXN", value: "1"),
                ODBCSetting(key: "NoCreat", value: "1"),
                ODBCSetting(key: "Timeout", value: String(1000 * lockTimeout)),
            ]
        case .other: []
        }
    }

    /// Names of all these settings that the configuration may not have, in lower case.
    static let ownKeys: Set<String> = Set(
        [ODBCDialect.postgreSQL, .mariaDB, .sqlite].flatMap { $0.settings(for: .none, lockTimeout: 1) }
            .filter { !$0.isDefault }.map { $0.key.lowercased() }
    )
    .subtracting(["timeout"]).union(["no_cache", "option", "options"])

    /// Whether the driver gives rows as they come; else it holds all of them.
    ///
    /// - Parameter version: as the driver has it, such as `03.01.0015`.
    func streams(version: String) -> Bool {
        guard self == .mariaDB else { return true }
        let numbers = version.split(separator: ".").compactMap { Int($0) }
        return numbers.count >= 2 && (numbers[0], numbers[1]) >= (3, 2)
    }

    /// How all rows are made to be of one moment.
    enum Moment {
        /// The level gives a snapshot.
        case repeatableRead
        case serializable
    }

    /// PostgreSQL and MariaDB give a snapshot at REPEATABLE READ. By the standard rows may appear at that level, so of
    /// others the next one is asked for first.
    var moments: [Moment] {
        switch self {
        case .postgreSQL, .mariaDB: [.repeatableRead, .serializable]
        case .sqlite, .other: [.serializable, .repeatableRead]
        }
    }

    /// Statements that end before the transaction begins in which the register is read.
    func sessionStatements(lockTimeout: Int) -> [String] {
        switch self {
        case .postgreSQL:
            ["SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"]
        // Between two batches what was read may have to be sorted, and the server waits.
        case .mariaDB:
            ["SET SESSION lock_wait_timeout = \(lockTimeout)", "SET SESSION net_write_timeout = 3600"]
        // The file may come from elsewhere: its views may call nothing that reaches beyond the database.
        case .sqlite: ["PRAGMA query_only = ON", "PRAGMA trusted_schema = OFF"]
        case .other: []
        }
    }

    /// The statements that begin the transaction and fix the moment; none where reading a row of the table has to.
    func firstStatements(statementTimeout: Int, lockTimeout: Int) -> [String] {
        switch self {
        case .postgreSQL: [Self.settingsOfSession(statementTimeout, lockTimeout)]
        case .mariaDB: ["START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"]
        case .sqlite: ["BEGIN", "SELECT count(*) FROM main.sqlite_master"]
        case .other: []
        }
    }

    /// A statement that ends the transaction where the driver does not.
    var lastStatement: String? { self == .sqlite ? "ROLLBACK" : nil }

    /// So that PostgreSQL writes a value alike everywhere, hides no rows, and makes nobody wait for ever.
    private static func settingsOfSession(_ statementTimeout: Int, _ lockTimeout: Int) -> String {
        "SELECT "
            + [
                ("DateStyle", "ISO, YMD"), ("IntervalStyle", "iso_8601"), ("TimeZone", "UTC"),
                ("extra_float_digits", "3"), ("row_security", "off"), ("statement_timeout", "\(statementTimeout)s"),
                ("lock_timeout", "\(lockTimeout)s"), ("idle_in_transaction_session_timeout", "3600s"),
                ("cursor_tuple_fraction", "1"), ("standard_conforming_strings", "on"),
                ("application_name", "sidos-node"),
            ].map { "pg_catalog.set_config('\($0)', '\($1)', true)" }.joined(separator: ", ")
            // A database of the encoding SQL_ASCII may hold any bytes. As they are, they can be judged with their
            // place.
            + ", pg_catalog.set_config('client_encoding', CASE pg_catalog.current_setting('server_encoding') "
            + "WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END, true)"
    }

    /// A query of one row whose only column must be `1`: that the transaction is what it should be.
    var assurance: String? {
        switch self {
        case .postgreSQL:
            "SELECT CASE WHEN pg_catalog.current_setting('transaction_isolation') IN ('repeatable read', "
                + "'serializable') AND pg_catalog.current_setting('transaction_read_only') = 'on' THEN 1 ELSE 0 END"
        case .mariaDB, .sqlite, .other: nil
        }
    }

    /// A query of tables and views: their schemas and names. Nil where the driver's catalogue tells; MariaDB's gives
    /// those of all databases.
    func tables(schema: String?) -> String? {
        guard self == .mariaDB else { return nil }
        let digits = schema.map { $0.utf8.map { String(0x100 | Int($0), radix: 16).dropFirst() }.joined() }
        return "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = "
            + (digits.map { "CONVERT(x'\($0)' USING utf8mb4)" } ?? "DATABASE()") + " ORDER BY 2"
    }

    /// A query of columns that hold more than one value: their names, and their types.
    ///
    /// - Parameter relation: schema and table, quoted.
    func manyValues(relation: String) -> String? {
        guard self == .postgreSQL else { return nil }
        let literal = relation.unicodeScalars.map { $0 == "'" ? "''" : String($0) }.joined()
        return """
            SELECT a.attname, pg_catalog.format_type(t.oid, NULL)
            FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = '\(literal)'::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped
                AND (t.typtype IN ('c', 'p', 'r', 'm') OR t.typcategory = 'A')
            """
    }
}
