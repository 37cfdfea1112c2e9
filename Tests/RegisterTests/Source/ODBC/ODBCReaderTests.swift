import Foundation
import GRDB
import PostgreSQLCluster
import Testing

@testable import Register

/// What holds of ODBC and of no other kind of source. What every kind promises is in `SourceContractTests`.
@Suite(.timeLimit(.minutes(10))) struct ODBCReaderTests {
    private func all(_ source: ODBCSource) throws -> [[Seen]] { try records(ODBCReader(source)) }

    private func kind(_ source: ODBCSource) -> RegisterError.Kind? { registerError { _ = try all(source) }?.kind }

    private func failure(_ source: ODBCSource) -> ODBCFailure? { registerError { _ = try all(source) }?.odbcFailure }

    private func mariaDB(_ sql: String) throws -> ODBCSource {
        let server = try MariaDBServer.shared.get()
        return try ODBCDatabase.mariaDB(server, server.makeDatabase(sql))
    }

    // MARK: Values

    @Test("PostgreSQL's types come as they are, also days that its driver would spoil")
    func typesOfPostgreSQL() throws {
        let database = try TestDatabase(
            """
            CREATE TABLE t (a int, b bigint, c numeric, e float4, f float8, g boolean, h char(5), i varchar(9),
                j text, k bytea, l uuid, n jsonb, "Ä ""x"" ?{y}" smallint, o money, p date, q timestamp, r timestamptz);
            INSERT INTO t VALUES
                (1, -9223372036854775808, 12345678901234567890.10, 0.1, 1e300, true, 'ab', 'äö', '', '\\x00ff',
                 '00000000-0000-0000-0000-000000000001', '{"a": 1}', 7, 1234.5, '1899-12-31', '2024-01-31 23:59:59.5',
                 '2024-01-31 00:30:00+02'),
                (NULL, NULL, 'NaN', 'Infinity', NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                 '0044-03-15 BC', 'infinity', NULL),
                (16777217, NULL, -0.5, 16777216, 0.30000000000000004, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                 NULL, '12022-01-02', NULL, NULL);
            """)
        let source = try database.odbc()
        let null = Seen.null
        #expect(
            try ODBCReader(source).columns == [
                "a", "b", "c", "e", "f", "g", "h", "i", "j", "k", "l", "n", "Ä \"x\" ?{y}", "o", "p", "q", "r",
            ])
        #expect(
            try all(source) == [
                [
                    .integer(1), .integer(.min), .text("12345678901234567890.10"), .real(0.1), .real(1e300),
                    .text("true"), .text("ab"), .text("äö"), .text(""), .binary,
                    .text("00000000-0000-0000-0000-000000000001"), .text("{\"a\": 1}"), .integer(7),
                    .text("1234.50"), .text("1899-12-31"), .text("2024-01-31 23:59:59.5"),
                    .text("2024-01-30 22:30:00+00"),
                ],
                [
                    null, null, .text("NaN"), .real(.infinity), null, .text("false"), null, null, null, null, null,
                    null,
                    null, null, .text("0044-03-15 BC"), .text("infinity"), null,
                ],
                [
                    .integer(16_777_217), null, .text("-0.5"), .real(16_777_216), .real(0.30000000000000004), null,
                    null,
                    null, null, null, null, null, null, null, .text("12022-01-02"), null, null,
                ],
            ])
    }

    @Test("A driver that nothing is known of gives text as UTF-16 and days as numbers")
    func typesByTheStandard() throws {
        let database = try TestDatabase(
            """
            CREATE TABLE t (a int, b bigint, c numeric, e float4, f float8, i varchar(9), j text, k bytea, p date,
                q timestamp);
            INSERT INTO t VALUES
                (1, -9223372036854775808, 12345678901234567890.10, 0.1, 1e300, 'äö', '€😀', '\\x00ff', '1899-12-31',
                 '2024-01-31 23:59:59.5'),
                (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
            """)
        var source = try database.odbc()
        source.dialect = .other
        #expect(
            try all(source) == [
                [
                    .integer(1), .integer(.min), .text("12345678901234567890.10"), .real(0.1), .real(1e300),
                    .text("äö"), .text("€😀"), .binary, .text("1899-12-31"), .text("2024-01-31 23:59:59.500000000"),
                ], Array(repeating: .null, count: 10),
            ])
    }

    @Test("MariaDB's types come as they are")
    func typesOfMariaDB() throws {
        let source = try mariaDB(
            """
            SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,ALLOW_INVALID_DATES';
            CREATE TABLE t (a int, b bigint, c decimal(30, 2), e float, f double, g boolean, h char(5), i varchar(9),
                j longtext, k blob, l uuid, n json, "Ä `x"" ?{y}" smallint, o bigint unsigned, p date, q datetime(1),
                r bit, s bit(9), u enum('ä', 'b'), v year, w time, x varchar(9) CHARACTER SET latin1);
            INSERT INTO t VALUES
                (1, -9223372036854775808, 12345678901234567890.10, 0.1, 1e300, true, 'ab', 'äö', '', x'00ff',
                 '00000000-0000-0000-0000-000000000001', '{"a": 1}', 7, 18446744073709551615, '1899-12-31',
                 '2024-01-31 23:59:59.5', 1, 300, 'ä', 1999, '12:30:00', 'ö');
            INSERT INTO t (a, e, f, p, q) VALUES (NULL, 16777216, 0.30000000000000004, '0000-00-00', '2024-02-31');
            """)
        let null = Seen.null
        let rows = try all(source)
        #expect(
            rows == [
                [
                    .integer(1), .integer(.min), .text("12345678901234567890.10"), .real(0.1), .real(1e300),
                    .integer(1), .text("ab"), .text("äö"), .text(""), .binary,
                    .text("00000000-0000-0000-0000-000000000001"), .text("{\"a\": 1}"), .integer(7),
                    .text("18446744073709551615"), .text("1899-12-31"), .text("2024-01-31 23:59:59.5"), .integer(1),
                    .binary, .text("ä"), .integer(1999), .text("12:30:00"), .text("ö"),
                ],
                [
                    null, null, null, .real(16_777_216), .real(0.30000000000000004), null, null, null, null, null, null,
                    null, null, null, .text("0000-00-00"), .text("2024-02-31 00:00:00.0"), null, null, null, null, null,
                    null,
                ],
            ])
    }

    @Test("SQLite's values have the types that they are stored as, whatever the column was declared")
    func typesOfSQLite() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "CREATE TABLE t (a integer, b text, c real, d date, e, \"Ä \"\"x\"\" ?{y}\" numeric)",
            "INSERT INTO t VALUES (9223372036854775807, 'äö😀', 0.30000000000000004, 'no date', x'00ff', 0.5)",
            "INSERT INTO t VALUES ('text', '', 1e300, '1899-12-31', NULL, '049x')",
            "CREATE VIEW v AS SELECT a, a FROM t")
        #expect(try ODBCReader(ODBCDatabase.sqlite(path)).columns == ["a", "b", "c", "d", "e", "Ä \"x\" ?{y}"])
        #expect(
            try all(ODBCDatabase.sqlite(path)) == [
                [
                    .integer(.max), .text("äö😀"), .real(0.30000000000000004), .text("no date"), .binary, .real(0.5),
                ],
                [.text("text"), .text(""), .real(1e300), .text("1899-12-31"), .null, .text("049x")],
            ])
        // SQLite gives the second of two columns of one name another.
        let reader = try ODBCReader(ODBCDatabase.sqlite(path, table: "v"))
        #expect(reader.columns == ["a", "a:1"])
    }

    @Test("A NUL in a text is refused, and does not end it")
    func nul() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database("CREATE TABLE t (a text)", "INSERT INTO t VALUES ('x' || char(0) || 'y')")
        for source in [
            try ODBCDatabase.sqlite(path),
            try mariaDB("CREATE TABLE t (a text); INSERT INTO t VALUES (concat('x', char(0), 'y'))"),
        ] {
            let error = try #require(registerError { _ = try all(source) })
            #expect(error == RegisterError(.nulByte, file: source.name, row: 1, column: "a"))
        }
    }

    @Test("Values of many in one are refused if they are asked for")
    func manyValues() throws {
        let database = try TestDatabase("CREATE TABLE t (id int, many text[], span daterange)")
        let source = try database.odbc()
        let error = try #require(registerError { _ = try all(source) })
        #expect(error == RegisterError(.odbc(.unsupportedType(name: "text[]")), file: source.name, column: "many"))
        let reader = try ODBCReader(source)
        reader.select([0])
        #expect(try records(reader) == [])
    }

    @Test("Columns that are not asked for need no right, and with none rows are still counted")
    func unselected() throws {
        let database = try TestDatabase("CREATE TABLE t (id text, secret text); INSERT INTO t VALUES ('x', 'y')")
        try database.run("CREATE ROLE odbc_narrow LOGIN; GRANT SELECT (id) ON t TO odbc_narrow")
        let reader = try ODBCReader(database.odbc(user: "odbc_narrow"))
        reader.select([0])
        #expect(try records(reader) == [[.text("x"), .null]])
        guard case .permissionDenied? = failure(try database.odbc(user: "odbc_narrow")) else {
            Issue.record("a column was read without the right to it")
            return
        }
        let none = try ODBCReader(database.odbc())
        none.select([])
        #expect(try records(none) == [[.null, .null]])
    }

    // MARK: What is not there

    @Test("A table that is not there is told with what is")
    func missingTables() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database("CREATE TABLE Benefits (n)", "CREATE TABLE \"select\" (n)")
        let postgreSQL = try TestDatabase("CREATE TABLE \"Benefits\" (n int); CREATE TABLE \"select\" (n int)")
        let sources = [
            try ODBCDatabase.sqlite(path), try postgreSQL.odbc(),
            try mariaDB("CREATE TABLE \"Benefits\" (n int); CREATE TABLE \"select\" (n int)"),
        ]
        for var source in sources {
            source.table = "Benefit"
            #expect(kind(source) == .missingTable(name: "Benefit", suggestion: "Benefits"), "\(source.name)")
            source.table = "x\"`; DROP TABLE \"select\"; --"
            #expect(
                kind(source)
                    == .missingTable(name: source.table, suggestion: nil, others: ["Benefits", "select"]),
                "\(source.name)")
            source.table = "select"
            #expect(try all(source) == [], "\(source.name)")
        }
        #expect(
            kind(try postgreSQL.odbc("Benefits", schema: "nowhere"))
                == .missingTable(name: "nowhere.Benefits", suggestion: nil))
        #expect(try all(postgreSQL.odbc("Benefits", schema: "public")) == [])
    }

    @Test("A name that the database writes with other code points is found")
    func codePoints() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database("CREATE TABLE \"T\u{E4}ti\" (n)")
        #expect(try all(ODBCDatabase.sqlite(path, table: "Ta\u{308}ti")) == [])
        let database = try TestDatabase("CREATE TABLE \"T\u{E4}ti\" (n int)")
        #expect(try all(database.odbc("Ta\u{308}ti")) == [])
    }

    @Test("What writes is refused, and shows no value")
    func writes() throws {
        let database = try TestDatabase(
            """
            CREATE TABLE t AS SELECT 1 AS n, '010594Y9032' AS code;
            CREATE FUNCTION erase() RETURNS int LANGUAGE sql AS $$ DELETE FROM t RETURNING n $$;
            CREATE VIEW v AS SELECT erase() AS n;
            CREATE VIEW w AS SELECT code::int AS n FROM t;
            """)
        guard case .writes? = failure(try database.odbc("v")) else {
            Issue.record("a view that deletes was read")
            return
        }
        #expect(try all(database.odbc()).count == 1)
        let error = try #require(registerError { _ = try all(database.odbc("w")) })
        #expect(error.odbcFailure == .valueInvalid(code: ODBCCode(state: "22P02", native: 1)))
        #expect(!error.description.contains("9032"))
        var source = try mariaDB(
            """
            CREATE TABLE t (n int); INSERT INTO t VALUES (1);
            DELIMITER //
            CREATE FUNCTION erase() RETURNS int MODIFIES SQL DATA BEGIN DELETE FROM t; RETURN 1; END//
            DELIMITER ;
            CREATE VIEW v AS SELECT erase() AS n;
            """)
        source.table = "v"
        guard case .writes? = failure(source) else {
            Issue.record("a view that deletes was read")
            return
        }
        source.table = "t"
        #expect(try all(source) == [[.integer(1)]])
    }
}
