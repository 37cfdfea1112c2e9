import Foundation
import PostgreSQLCluster
import Testing

@testable import PSIProtocol
@testable import Register

@Suite struct PostgreSQLReaderTests {
    private func all(_ source: PostgreSQLSource, rowsPerFetch: Int = 4096) throws -> [[Seen]] {
        try records(PostgreSQLReader(source, rowsPerFetch: rowsPerFetch))
    }

    private func failure(_ source: PostgreSQLSource) -> RegisterError? {
        registerError { _ = try all(source) }
    }

    private func kind(_ source: PostgreSQLSource) -> RegisterError.Kind? { failure(source)?.kind }

    // MARK: Values

    @Test func readsTypesAsTheyAre() throws {
        let database = try TestDatabase(
            """
            CREATE TYPE colour AS ENUM ('red');
            CREATE DOMAIN euros AS numeric(12, 2);
            CREATE TABLE t (a int, b bigint, c numeric, d euros, e float4, f float8, g boolean, h char(5), i varchar(9),
                j text, k bytea, l uuid, m colour, n jsonb, "Ä ""x"" y" smallint, o money);
            INSERT INTO t VALUES
                (1, -9223372036854775808, 12345678901234567890.10, 3, 0.1, 1e300, true, 'ab', 'äö', '', '\\x00ff',
                 '00000000-0000-0000-0000-000000000001', 'red', '{"a": 1}', 7, 1234.5),
                (NULL, NULL, 'NaN', NULL, 'Infinity', NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                 NULL);
            """)
        let reader = try PostgreSQLReader(database.table("t"))
        #expect(
            reader.columns == ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "Ä \"x\" y", "o"])
        #expect(
            try records(reader) == [
                [
                    .integer(1), .integer(.min), .text("12345678901234567890.10"), .text("3.00"), .real(0.1),
                    .real(1e300), .text("true"), .text("ab"), .text("äö"), .text(""), .binary,
                    .text("00000000-0000-0000-0000-000000000001"), .text("red"), .text("{\"a\": 1}"), .integer(7),
                    .text("1234.50"),
                ],
                [
                    .null, .null, .text("NaN"), .null, .real(.infinity), .null, .text("false"), .null, .null, .null,
                    .null, .null, .null, .null, .null, .null,
                ],
            ])
    }

    @Test func writesDatesAlikeWhateverTheServersSettings() throws {
        let database = try TestDatabase()
        try database.run(
            """
            ALTER DATABASE \(database.name) SET DateStyle = 'German, DMY';
            ALTER DATABASE \(database.name) SET TimeZone = 'America/New_York';
            ALTER DATABASE \(database.name) SET extra_float_digits = -15;
            ALTER DATABASE \(database.name) SET bytea_output = 'escape';
            ALTER DATABASE \(database.name) SET IntervalStyle = 'postgres_verbose';
            CREATE TABLE t AS SELECT DATE '1899-12-31' AS a, DATE '2222-11-11' AS b, DATE '0044-03-15 BC' AS c,
                DATE 'infinity' AS d, TIMESTAMP '2024-01-31 23:59:59.5' AS e,
                TIMESTAMPTZ '2024-01-31 00:30:00+02' AS f, INTERVAL '1 month 2 days' AS g, 0.1::float8 AS h;
            """)
        let row: [Seen] = [
            .text("1899-12-31"), .text("2222-11-11"), .text("0044-03-15 BC"), .text("infinity"),
            .text("2024-01-31 23:59:59.5"), .text("2024-01-30 22:30:00+00"), .text("P1M2D"), .real(0.1),
        ]
        #expect(try all(database.table("t")) == [row])
        var source = database.query("SELECT f FROM t")
        source.server.timeZone = "Europe/Helsinki"
        #expect(try all(source) == [[.text("2024-01-31 00:30:00+02")]])
        source.server.timeZone = "Europe/Nowhere"
        #expect(kind(source) == .postgreSQL(.unknownTimeZone))
    }

    @Test func manyValuesInOneAreRefusedIfAskedFor() throws {
        let database = try TestDatabase(
            """
            CREATE TABLE t (id int, many text[], pair point, span daterange);
            CREATE VIEW v AS SELECT id, t AS whole FROM t;
            """)
        #expect(
            failure(database.table("t"))
                == RegisterError(
                    .postgreSQL(.unsupportedType(name: "text[]")), file: database.table("t").name, column: "many"))
        let reader = try PostgreSQLReader(database.table("t"))
        reader.select([0, 2])
        #expect(try records(reader) == [])
        var ranges = try PostgreSQLReader(database.table("t"))
        ranges.select([3])
        #expect(registerError { _ = try ranges.next() }?.kind == .postgreSQL(.unsupportedType(name: "daterange")))
        #expect(kind(database.table("v")) == .postgreSQL(.unsupportedType(name: "t")))
    }

    @Test func textThatIsNotUTF8IsRefusedWithItsPlace() throws {
        let raw = try TestDatabase("", options: "ENCODING 'SQL_ASCII' LOCALE 'C'")
        try raw.run("CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x'), (2, E'\\xff');")
        #expect(
            failure(raw.table("t")) == RegisterError(.invalidUTF8, file: raw.table("t").name, row: 2, column: "b"))
        let latin = try TestDatabase("", options: "ENCODING 'LATIN1' LOCALE 'C'")
        try latin.run("SET client_encoding = 'UTF8'; CREATE TABLE t AS SELECT 'äö' AS a;")
        #expect(try all(latin.table("t")) == [[.text("äö")]])
        // Windows-1257 has bytes that stand for nothing.
        let baltic = try TestDatabase("", options: "ENCODING 'WIN1257' LOCALE 'C'")
        try baltic.run(
            "CREATE TABLE t AS SELECT 'x' AS a; INSERT INTO t SELECT convert_from('\\xa1'::bytea, 'WIN1257');")
        #expect(kind(baltic.table("t")) == .postgreSQL(.encoding))
    }

    // MARK: Rows

    @Test func readsMoreThanAFetchInOrderAndKeepsCount() throws {
        let database = try TestDatabase("CREATE TABLE t AS SELECT generate_series(1, 3000) AS n")
        let source = database.query("SELECT n FROM t ORDER BY n -- and no more ;\n ; ")
        for rowsPerFetch in [1000, 999, 4096] {
            var reader = try PostgreSQLReader(source, rowsPerFetch: rowsPerFetch)
            var count = 0
            while let record = try reader.next() {
                count += 1
                #expect(record.place == RecordPlace(file: source.name, row: count, line: nil))
                #expect(record[0] == .integer(Int64(count)))
            }
            #expect(count == 3000)
            #expect(try reader.next() == nil)
            #expect(try database.cluster.hasNoSessions(database: database.name))
        }
    }

    @Test func columnsThatAreNotAskedForNeedNoRight() throws {
        let database = try TestDatabase(
            """
            CREATE ROLE narrow LOGIN; CREATE TABLE t (id text, secret text); INSERT INTO t VALUES ('x', 'y');
            GRANT SELECT (id) ON t TO narrow;
            """)
        let reader = try PostgreSQLReader(database.table("t", user: "narrow"))
        reader.select([0])
        #expect(try records(reader) == [[.text("x"), .null]])
        #expect(kind(database.table("t", user: "narrow")) == .postgreSQL(.permissionDenied))
        let none = try PostgreSQLReader(database.table("t"))
        none.select([])
        #expect(try records(none) == [[.null, .null]])
    }

    @Test func longValuesAreCutAtTheServerAndRefused() throws {
        let database = try TestDatabase(
            """
            CREATE TABLE long (a int, b text); INSERT INTO long VALUES (1, repeat('x', 1048577));
            CREATE TABLE full_ AS SELECT repeat('x', 1048576) AS b;
            CREATE VIEW wide AS SELECT \((1...9).map { "repeat('x', 1000000) AS c\($0)" }.joined(separator: ", "));
            """)
        let long = database.table("long")
        #expect(failure(long) == RegisterError(.fieldTooLong(byteLimit: 1 << 20), file: long.name, row: 1, column: "b"))
        #expect(try all(database.table("full_"))[0] == [.text(String(repeating: "x", count: 1 << 20))])
        #expect(kind(database.table("wide")) == .recordTooLong(byteLimit: 8 << 20))
    }

    // MARK: What is not there, and what writes

    @Test func namesWhatIsNotThere() throws {
        let database = try TestDatabase(
            "CREATE SCHEMA s; CREATE TABLE s.benefits (n int); CREATE TABLE \"Benefits\" (n int); "
                + "CREATE INDEX i ON s.benefits (n)"
        )
        #expect(kind(database.table("Benefit")) == .missingTable(name: "Benefit", suggestion: "Benefits"))
        #expect(
            kind(database.table("benefits"))
                == .postgreSQL(.tableElsewhere(name: "benefits", schema: "s")))
        #expect(
            kind(database.table("s.benefits"))
                == .postgreSQL(.tableElsewhere(name: "benefits", schema: "s")))
        #expect(
            kind(database.table("benefit", schema: "s"))
                == .missingTable(name: "s.benefit", suggestion: "s.benefits"))
        #expect(
            kind(database.table("other", schema: "nowhere")) == .missingTable(name: "nowhere.other", suggestion: nil))
        #expect(
            kind(database.table("x\"; DROP TABLE s.benefits; --"))
                == .missingTable(
                    name: "x\"; DROP TABLE s.benefits; --", suggestion: nil, others: ["Benefits", "benefits"]))
        #expect(kind(database.query("SELECT * FROM gone")) == .postgreSQL(.queryInvalid(sqlState: "42P01")))
        #expect(kind(database.query("SELECT gone FROM s.benefits")) == .postgreSQL(.queryInvalid(sqlState: "42703")))
        #expect(try all(database.table("benefits", schema: "s")) == [])
    }

    @Test(arguments: [
        "DELETE FROM t", "DELETE FROM t RETURNING n", "WITH gone AS (DELETE FROM t RETURNING n) SELECT n FROM gone",
        "SHOW ALL", "COMMIT", "EXPLAIN SELECT 1",
    ])
    func aQueryIsOneSelect(query: String) throws {
        let database = try TestDatabase("CREATE TABLE t AS SELECT 1 AS n")
        #expect(kind(database.query(query)) == .postgreSQL(.notOneSelect))
        #expect(try all(database.table("t")) == [[.integer(1)]])
    }

    @Test(arguments: [
        "SELECT 1 AS n; DELETE FROM t", "SELECT 1) AS s; DELETE FROM t; SELECT * FROM (SELECT 1", "SELECT /* 1",
        "", ";", "SELECT 1 AS n) AS x --", "SELECT $1 AS n",
    ])
    func severalStatementsAreRefused(query: String) throws {
        let database = try TestDatabase("CREATE TABLE t AS SELECT 1 AS n")
        let error = try #require(registerError { _ = try PostgreSQLReader(database.query(query)) })
        switch error.postgreSQLFailure {
        case .queryInvalid?, .notOneSelect?: break
        default: Issue.record("\(error)")
        }
        #expect(try all(database.table("t")) == [[.integer(1)]])
    }

    @Test func whatWritesIsRefused() throws {
        let database = try TestDatabase(
            """
            CREATE TABLE t AS SELECT 1 AS n; CREATE SEQUENCE s;
            CREATE FUNCTION spoil() RETURNS int LANGUAGE plpgsql AS
                $$ BEGIN PERFORM set_config('transaction_read_only', 'off', true); DELETE FROM t; RETURN 1; END $$;
            CREATE FUNCTION erase() RETURNS int LANGUAGE sql AS $$ DELETE FROM t RETURNING n $$;
            CREATE VIEW v AS SELECT erase() AS n;
            """)
        for source in [
            database.query("SELECT spoil() AS n"), database.query("SELECT nextval('s') AS n"), database.table("v"),
            database.query("SELECT n FROM t FOR UPDATE"),
        ] {
            #expect([.postgreSQL(.writes)].contains(kind(source)), "\(source.relation)")
        }
        #expect(try all(database.table("t")) == [[.integer(1)]])
    }

    @Test func aFailingExpressionShowsNoValue() throws {
        let database = try TestDatabase(
            """
            CREATE TABLE t AS SELECT n, CASE WHEN n = 3 THEN '010594Y9032' ELSE '1' END AS b
                FROM generate_series(1, 5) n;
            CREATE VIEW v AS SELECT b::int AS b FROM t;
            CREATE FUNCTION loud(x text) RETURNS text LANGUAGE plpgsql AS
                $$ BEGIN RAISE WARNING 'warned of %', x; RAISE EXCEPTION 'refused %', x; END $$;
            """)
        let error = try #require(failure(database.table("v")))
        #expect(
            error == RegisterError(.postgreSQL(.valueInvalid(sqlState: "22P02")), file: error.file))
        #expect(!error.description.contains("9032"))
        let raised = try #require(failure(database.query("SELECT loud(b) AS b FROM t")))
        #expect(raised.kind == .postgreSQL(.other(sqlState: "P0001")))
        #expect(!raised.description.contains("refused 1"))
    }

    // MARK: Waiting

    @Test func aSlowServerAndALockedTableAreNotWaitedForLonger() throws {
        let database = try TestDatabase("CREATE TABLE t AS SELECT 1 AS n")
        var slow = database.query("SELECT pg_sleep(60)::text AS n")
        slow.server.statementTimeout = 1
        #expect(kind(slow) == .postgreSQL(.timedOut))
        let holder = try PostgreSQLConnection(database.server())
        try holder.execute("BEGIN")
        try holder.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        var locked = database.table("t")
        locked.server.lockTimeout = 1
        #expect(kind(locked) == .postgreSQL(.lockTimedOut))
        holder.close()
        #expect(try all(database.table("t")) == [[.integer(1)]])
    }

    @Test func aCancelledTaskStopsTheServersWork() async throws {
        let database = try TestDatabase()
        let source = database.query("SELECT pg_sleep(60)::text AS n")
        let reading = Task { () -> RegisterError.Kind? in
            do throws(RegisterError) {
                var reader = try PostgreSQLReader(source)
                _ = try reader.next()
                return nil
            } catch {
                return error.kind
            }
        }
        while try database.cluster.sessionCount(database: database.name) == 0 {
            try await Task.sleep(for: .milliseconds(20))
        }
        reading.cancel()
        #expect(await reading.value == .cancelled)
        #expect(try database.cluster.hasNoSessions(database: database.name))
    }

    @Test func aServerThatGoesAwayIsSaidSo() throws {
        let database = try TestDatabase("CREATE TABLE t AS SELECT generate_series(1, 100000) AS n")
        var reader = try PostgreSQLReader(database.table("t"), rowsPerFetch: 10)
        _ = try reader.next()
        try database.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sidos-node' "
                + "AND datname = '\(database.name)'"
        )
        let error = try #require(registerError { while try reader.next() != nil {} })
        #expect(error.postgreSQLFailure?.mayPass == true, "\(error)")
    }
}
