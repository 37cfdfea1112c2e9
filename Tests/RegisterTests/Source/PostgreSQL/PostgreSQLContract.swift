@testable import Register

extension SourceContract {
    static let postgreSQL = SourceContract(
        description: "postgresql", hasMoments: true,
        table: { columns, rows in
            let database = try TestDatabase(SQLText.table(columns))
            for part in stride(from: 0, to: rows.count, by: 1000) {
                try insert(rows[part..<min(part + 1000, rows.count)], database)
            }
            return SourceUnderTest(
                location: database.table("t"), folder: try TemporaryFolder(),
                change: { try database.run("UPDATE t SET tunnus = 'changed'") },
                isFree: { try database.cluster.hasNoSessions(database: database.name) })
        },
        invalidText: {
            let database = try TestDatabase("", options: "ENCODING 'SQL_ASCII' LOCALE 'C'")
            try database.run("CREATE TABLE t (a text, b text); INSERT INTO t VALUES ('1', 'x'), ('2', E'\\xff')")
            return SourceUnderTest(location: database.table("t"), folder: try TemporaryFolder())
        },
        forms: [
            Form(description: "PostgreSQL table") { rows, _ in try typed(rows).table("t") },
            Form(description: "PostgreSQL view") { rows, _ in try typed(rows).table("v", schema: "public") },
            Form(description: "PostgreSQL query") { rows, _ in
                try typed(rows).query("SELECT *, selite || '!' AS more FROM t")
            },
        ])

    private static func insert(_ rows: some Sequence<[String?]>, _ database: TestDatabase) throws {
        let values = rows.map { "(" + $0.map(SQLText.literal).joined(separator: ", ") + ")" }
        try database.run("INSERT INTO t VALUES \(values.joined(separator: ",\n"))")
    }

    /// With the types that a database has for it.
    private static func typed(_ rows: [[String?]]) throws -> TestDatabase {
        let database = try TestDatabase(
            """
            CREATE TABLE t (tunnus text, alku date, eur numeric, kpl bigint, voimassa boolean, kunta varchar(9),
                selite text);
            CREATE VIEW v AS SELECT selite, kunta, voimassa, kpl, eur, alku, tunnus, 1 AS other FROM t;
            """)
        // Of the row whose values don't matter a typed table has none.
        try insert(
            rows.map { $0[1] == "not a date" ? [$0[0]] + Array(repeating: nil, count: 6) : $0 }, database)
        return database
    }
}
