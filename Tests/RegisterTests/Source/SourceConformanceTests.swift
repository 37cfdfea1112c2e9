import Foundation
import GRDB
import PSIProtocol
import Testing

@testable import Register
@testable import Values

/// One awkward table, from every kind of source the same rows.
@Suite struct SourceConformanceTests {
    enum Kind: String, CaseIterable {
        case commas, semicolons, sqliteTable, sqliteView, postgreSQLTable, postgreSQLView, postgreSQLQuery
    }

    private static let columns = [
        column("alku", .date), column("eur", .decimal, nullable: true), column("kpl", .integer, nullable: true),
        column("voimassa", .boolean, nullable: true), column("kunta", .code, nullable: true),
        column("selite", .text, nullable: true),
    ]

    /// Identity, then the columns' values as text; nil is null.
    private static let table: [[String?]] = [
        ["010594Y9032", "2024-01-31", "0.10", "-1", "1", "049", "plain"],
        [
            " 010594y9032 ", "1899-12-31", "-12345678901234567890.00", "9223372036854775807", "0", "Ä1",
            "say \"hi\", ok; no",
        ],
        [nil, "2024-01-01", "1", "1", "1", "1", "no identity"],
        ["020594X903P", "2222-11-11", nil, nil, nil, nil, nil],
        ["", "2024-01-01", "1", "1", "1", "1", "empty identity"],
        ["020594X903Q", "2024-01-01", "1", "1", "1", "1", "Q is no check character"],
        ["020594X9031", "2024-01-01", "1", "1", "1", "1", "wrong check character"],
        ["310294X9031", "not a date", "x", "x", "x", "", "a refused row's values don't matter"],
        ["020594X903P", "2000-02-29", "7", "-9223372036854775808", "0", "000", ""],
        ["020594X902N", "2024-06-01", "000.50", "0", "1", "x", "two\r\nlines\n\n€😀 \u{202E}"],
        ["020594X902N", "2024-06-01", "000.50", "0", "1", "x", "two\r\nlines\n\n€😀 \u{202E}"],
    ]

    private func source(_ kind: Kind, in folder: TemporaryFolder) throws -> RegisterSource {
        let names = ["tunnus", "alku", "eur", "kpl", "voimassa", "kunta", "selite"]
        switch kind {
        case .commas, .semicolons:
            let separator = kind == .commas ? "," : ";"
            var text = names.joined(separator: separator) + "\r\n"
            for row in Self.table {
                text +=
                    row.enumerated().map { index, value in
                        guard var value else { return "" }
                        if index == 2, kind == .semicolons { value = value.replacing(".", with: ",") }
                        return "\"" + value.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
                    }.joined(separator: separator) + "\r\n"
            }
            let path = try folder.write(text)
            return RegisterSource(.csv(path: path, decimalComma: kind == .semicolons), identityColumn: "tunnus")
        case .sqliteTable, .sqliteView:
            let path = folder.path + "/register.sqlite"
            let queue = try DatabaseQueue(path: path)
            try queue.write { db in
                try db.execute(
                    sql: """
                        CREATE TABLE t (tunnus TEXT, alku TEXT, eur TEXT, kpl INTEGER, voimassa INTEGER, kunta TEXT, selite TEXT);
                        CREATE VIEW v AS SELECT selite, kunta, voimassa, kpl, eur, alku, tunnus, 1 AS other FROM t;
                        """)
                for row in Self.table {
                    try db.execute(
                        sql: "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", arguments: StatementArguments(row))
                }
            }
            return RegisterSource(
                .sqlite(path: path, table: kind == .sqliteTable ? "t" : "v"), identityColumn: "tunnus")
        case .postgreSQLTable, .postgreSQLView, .postgreSQLQuery: return try postgreSQL(kind)
        }
    }

    /// With the types that a database has for it.
    private func postgreSQL(_ kind: Kind) throws -> RegisterSource {
        let database = try TestDatabase(
            """
            CREATE TABLE t (tunnus text, alku date, eur numeric, kpl bigint, voimassa boolean, kunta varchar(9), selite text);
            CREATE VIEW v AS SELECT selite, kunta, voimassa, kpl, eur, alku, tunnus, 1 AS other FROM t;
            """)
        let rows = Self.table.map { row in
            // Of the row whose values don't matter a typed table has none.
            let values = row[1] == "not a date" ? [row[0]] + Array(repeating: nil, count: 6) : row
            return "(" + values.map(SQLText.literal).joined(separator: ", ") + ")"
        }
        try database.run("INSERT INTO t VALUES \(rows.joined(separator: ",\n"))")
        let source =
            switch kind {
            case .postgreSQLTable: database.table("t")
            case .postgreSQLView: database.table("v", schema: "public")
            default: database.query("SELECT *, selite || '!' AS more FROM t")
            }
        return RegisterSource(.postgreSQL(source), identityColumn: "tunnus")
    }

    @Test(arguments: Kind.allCases) func everySourceGivesTheSameRows(kind: Kind) throws {
        let folder = try TemporaryFolder()
        let reader = try RegisterReader(declaration: register(Self.columns), source: try source(kind, in: folder))
        let found = try rows(reader)
        #expect(
            found.refused == [.missing, .missing, .malformed, .wrongCheckCharacter, .impossibleDate], "\(kind)")
        func date(_ year: Int, _ month: Int, _ day: Int) throws -> FieldValue {
            .date(try #require(CalendarDate(year: year, month: month, day: day)))
        }
        func decimal(_ digits: String) throws -> FieldValue { .decimal(try #require(ExactDecimal(digits))) }
        let last: [FieldValue] = [
            try date(2024, 6, 1), try decimal("0.50"), .integer(0), .boolean(true), .code("x"),
            .text("two\r\nlines\n\n€😀 \u{202E}"),
        ]
        let expected: [(String, [FieldValue])] = [
            (
                "010594Y9032",
                [
                    try date(2024, 1, 31), try decimal("0.10"), .integer(-1), .boolean(true), .code("049"),
                    .text("plain"),
                ]
            ),
            (
                "010594Y9032",
                [
                    try date(1899, 12, 31), try decimal("-12345678901234567890.00"), .integer(.max), .boolean(false),
                    .code("Ä1"), .text("say \"hi\", ok; no"),
                ]
            ),
            ("020594X903P", [try date(2222, 11, 11), .null, .null, .null, .null, .null]),
            (
                "020594X903P",
                [try date(2000, 2, 29), try decimal("7"), .integer(.min), .boolean(false), .code("000"), .text("")]
            ),
            ("020594X902N", last), ("020594X902N", last),
        ]
        #expect(found.rows.count == expected.count)
        for (row, (code, values)) in zip(found.rows, expected) {
            #expect(row.identity == Array("fi-hetu-temporary\u{1F}kela\u{1F}\(code)".utf8))
            #expect(row.values == values)
        }
    }

    @Test(arguments: Kind.allCases) func everySourceGivesTheSamePeople(kind: Kind) throws {
        let folder = try TemporaryFolder()
        let reader = try RegisterReader(declaration: register(Self.columns), source: try source(kind, in: folder))
        let grouping = try PersonGrouping(reader: reader, spool: MemorySpool())
        let survey = try grouping.run()
        #expect(survey.rowsRead == 11 && survey.rowsKept == 6 && survey.rowsRefused == 5)
        #expect(survey.people == 3 && survey.mostRowsOfPerson == 2)
        #expect(
            survey.refused == [.missing: 2, .malformed: 1, .wrongCheckCharacter: 1, .impossibleDate: 1])
    }
}
