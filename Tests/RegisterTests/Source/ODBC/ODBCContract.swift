import PostgreSQLCluster

@testable import Register

extension SourceContract {
    static let odbc: [SourceContract] = [.odbcPostgreSQL, .odbcStandard, .odbcMariaDB, .odbcSQLite]

    static let odbcPostgreSQL = through("odbc, PostgreSQL", .postgreSQL, postgreSQL)

    /// The same server as if nothing were known of it.
    static let odbcStandard: SourceContract = {
        var contract = through("odbc, any database", .postgreSQL) { table in
            var source = try postgreSQL(table)
            source.dialect = .other
            return source
        }
        // The server itself finds it, while it turns the text into UTF-8 for the driver.
        contract.invalidTextKind = .odbc(.valueInvalid(code: ODBCCode(state: "22021", native: 1)))
        contract.tellsPlaceOfInvalidText = false
        return contract
    }()

    static let odbcSQLite = through("odbc, SQLite", .sqlite) { table in
        guard let table = table as? SQLiteSource else { throw ODBCDatabase.MissingTable() }
        return try ODBCDatabase.sqlite(table.path, table: table.table)
    }

    @Sendable private static func postgreSQL(_ table: any TableSource) throws -> ODBCSource {
        guard let table = table as? PostgreSQLSource else { throw ODBCDatabase.MissingTable() }
        return try ODBCDatabase.postgreSQL(table)
    }

    /// The tables of another kind of source, read through ODBC.
    private static func through(
        _ description: String, _ other: SourceContract,
        _ make: @escaping @Sendable (any TableSource) throws -> ODBCSource
    ) -> SourceContract {
        let read = { @Sendable (table: SourceUnderTest) throws -> SourceUnderTest in
            SourceUnderTest(
                location: try make(table.location), folder: table.folder, change: table.change,
                isFree: {
                    guard let source = table.location as? PostgreSQLSource else { return try table.isFree() }
                    return try TestDatabase(of: source).hasNoSessions()
                })
        }
        return SourceContract(
            description: description, hasMoments: true, table: { try read(other.table($0, $1)) },
            invalidText: { try read(other.invalidText()) },
            forms: other.forms.filter { !$0.description.hasSuffix("query") }.map { form in
                Form(description: "\(description): \(form.description)") { try make(form.make($0, $1)) }
            })
    }

    // MARK: MariaDB

    static let odbcMariaDB = SourceContract(
        description: "odbc, MariaDB", hasMoments: true,
        table: { columns, rows in
            let server = try MariaDBServer.shared.get()
            let declared = columns.map { "\"" + $0.replacing("\"", with: "\"\"") + "\" longtext" }
            let database = try server.makeDatabase("CREATE TABLE t (\(declared.joined(separator: ", ")))")
            for part in stride(from: 0, to: rows.count, by: 1000) {
                try insert(rows[part..<min(part + 1000, rows.count)], server, database)
            }
            return SourceUnderTest(
                location: try ODBCDatabase.mariaDB(server, database), folder: try TemporaryFolder(),
                change: { try server.run("UPDATE t SET tunnus = 'changed'", database: database) },
                isFree: { try server.hasNoSessions(database: database) })
        },
        invalidText: {
            let server = try MariaDBServer.shared.get()
            // Half a pair of surrogates.
            let database = try server.makeDatabase(
                "CREATE TABLE t (a text, b varchar(9) CHARACTER SET ucs2); "
                    + "INSERT INTO t VALUES ('1', 'x'), ('2', _ucs2 x'D800')")
            return SourceUnderTest(
                location: try ODBCDatabase.mariaDB(server, database), folder: try TemporaryFolder())
        },
        forms: [
            Form(description: "odbc: MariaDB table") { rows, _ in try typed(rows, "t") },
            Form(description: "odbc: MariaDB view") { rows, _ in try typed(rows, "v") },
        ])

    private static func insert(
        _ rows: some Sequence<[String?]>, _ server: MariaDBServer, _ database: String
    ) throws {
        let values = rows.map { "(" + $0.map(SQLText.literal).joined(separator: ", ") + ")" }
        try server.run("INSERT INTO t VALUES \(values.joined(separator: ",\n"))", database: database)
    }

    private static func typed(_ rows: [[String?]], _ table: String) throws -> ODBCSource {
        let server = try MariaDBServer.shared.get()
        let database = try server.makeDatabase(
            """
            CREATE TABLE t (tunnus varchar(20), alku date, eur varchar(40), kpl bigint, voimassa boolean,
                kunta varchar(9), selite text);
            CREATE VIEW v AS SELECT selite, kunta, voimassa, kpl, eur, alku, tunnus, 1 AS other FROM t;
            """)
        // Of the row whose values don't matter a typed table has none.
        try insert(
            rows.map { $0[1] == "not a date" ? [$0[0]] + Array(repeating: nil, count: 6) : $0 }, server, database)
        var source = try ODBCDatabase.mariaDB(server, database)
        source.table = table
        return source
    }
}

extension TestDatabase {
    /// The one in which a source's table is.
    init(of source: PostgreSQLSource) throws {
        cluster = try TestServers.plain.get()
        name = source.server.database ?? ""
    }
}
