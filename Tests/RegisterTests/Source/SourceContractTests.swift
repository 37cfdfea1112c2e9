import Foundation
import GRDB
import PSIProtocol
import Testing

@testable import Register

/// What every kind of source promises (`SourceReader`), held against each of them.
@Suite struct SourceContractTests {
    enum Kind: String, CaseIterable {
        case csv, sqlite, postgreSQL
    }

    /// One table of text in a source of some kind, and what others may do to it while it is read.
    struct Table {
        let location: RegisterSource.Location
        let folder: TemporaryFolder
        let database: TestDatabase?
        var source: RegisterSource { RegisterSource(location, identityColumn: "tunnus") }

        init(_ kind: Kind, _ columns: [String], _ rows: [[String?]]) throws {
            folder = try TemporaryFolder()
            let names = columns.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }
            let create = "CREATE TABLE t (\(names.map { $0 + " text" }.joined(separator: ", ")));"
            switch kind {
            case .csv:
                func line(_ values: [String?]) -> String {
                    values.map { value in
                        value.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" } ?? ""
                    }.joined(separator: ",") + "\n"
                }
                location = .csv(path: try folder.write(line(columns) + rows.map(line).joined()))
                database = nil
            case .sqlite:
                let path = folder.path + "/register.sqlite"
                let queue = try DatabaseQueue(path: path)
                try queue.writeWithoutTransaction { db in
                    _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
                }
                try queue.write { db in
                    try db.execute(sql: create)
                    for row in rows {
                        let marks = row.map { _ in "?" }.joined(separator: ", ")
                        try db.execute(
                            sql: "INSERT INTO t VALUES (\(marks))", arguments: StatementArguments(row))
                    }
                }
                try queue.close()
                location = .sqlite(path: path, table: "t")
                database = nil
            case .postgreSQL:
                let made = try TestDatabase(create)
                for part in stride(from: 0, to: rows.count, by: 1000) {
                    let values = rows[part..<min(part + 1000, rows.count)].map { row in
                        "(" + row.map(SQLText.literal).joined(separator: ", ") + ")"
                    }
                    try made.run("INSERT INTO t VALUES \(values.joined(separator: ", "))")
                }
                location = .postgreSQL(made.table("t"))
                database = made
            }
        }

        /// Another program changes every row.
        func change() throws {
            switch location {
            case .csv(let path, _, _, _, _):
                let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
                try handle.seekToEnd()
                try handle.write(contentsOf: Data("more,more\n".utf8))
                try handle.close()
            case .sqlite(let path, _):
                try DatabaseQueue(path: path).write { try $0.execute(sql: "UPDATE t SET tunnus = 'changed'") }
            case .postgreSQL:
                try database?.run("UPDATE t SET tunnus = 'changed'")
            }
        }

        /// Whether nothing of a reader is left: no open file, lock, session or file of its own.
        func isFree() throws -> Bool {
            switch location {
            case .csv(let path, _, _, _, _): return try Self.openFiles().allSatisfy { $0 != path }
            case .sqlite(let path, _):
                try DatabaseQueue(path: path).writeWithoutTransaction { db in
                    // Not before every reader has gone.
                    _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE")
                    try db.execute(sql: "BEGIN EXCLUSIVE; COMMIT")
                }
                return try Self.openFiles().allSatisfy { !$0.hasPrefix(path) }
            case .postgreSQL: return try database?.cluster.hasNoSessions(database: database?.name ?? "") ?? false
            }
        }

        private static func openFiles() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
            }
        }
    }

    /// Text of either kind; nil for anything else.
    private static func text(_ seen: Seen) -> String? {
        switch seen {
        case .characters(let text), .text(let text): text
        default: nil
        }
    }

    private func all(_ table: Table) throws -> [[String?]] {
        var reader = try table.source.makeReader()
        var rows: [[String?]] = []
        while let record = try reader.next() { rows.append((0..<record.count).map { Self.text(Seen(record[$0])) }) }
        return rows
    }

    @Test(arguments: Kind.allCases) func anEmptyTableHasColumnsAndNoRows(kind: Kind) throws {
        let table = try Table(kind, ["tunnus", "Ä \"x\"", "select"], [])
        #expect(try table.source.makeReader().columns == ["tunnus", "Ä \"x\"", "select"])
        #expect(try all(table) == [])
        #expect(try table.isFree())
    }

    @Test(arguments: Kind.allCases) func textComesAsItIs(kind: Kind) throws {
        let rows: [[String?]] = [
            ["a", nil], ["b", ""], ["c", " "], ["d", "NULL"], ["e", "\\N"], ["f", "two\r\nlines\n"],
            ["g", "\"quoted\", 'and'; more\t\\n"], ["h", "€😀 \u{202E}\u{FEFF}"], ["i", "1899-12-31"],
            ["j", "11.11.2222"], ["k", "2024-01-31T23:59:60+02:00"], ["l", "0.1000000000000000055511151231257827"],
        ]
        let table = try Table(kind, ["tunnus", "x"], rows)
        #expect(try all(table) == rows)
        #expect(try table.isFree())
    }

    @Test(arguments: Kind.allCases) func longTextIsReadToTheLimitAndNotBeyond(kind: Kind) throws {
        let limit = 1 << 20
        let longest = try Table(kind, ["tunnus", "x"], [["a", String(repeating: "x", count: limit)]])
        #expect(try all(longest)[0][1]?.utf8.count == limit)
        let longer = try Table(
            kind, ["tunnus", "x"], [["a", "b"], ["c", String(repeating: "ä", count: limit / 2 + 1)]])
        let error = try #require(registerError { _ = try all(longer) })
        #expect(error.kind == .fieldTooLong(byteLimit: limit))
        #expect(error.row == 2 && error.column == "x" && error.file == longer.source.path)
        #expect(try longer.isFree())
        let cell = String(repeating: "x", count: 1_000_000)
        let wide = try Table(kind, ["tunnus"] + (1...8).map { "x\($0)" }, [["a"] + Array(repeating: cell, count: 8)])
        #expect(try all(wide).count == 1)
        let wider = try Table(kind, ["tunnus"] + (1...9).map { "x\($0)" }, [["a"] + Array(repeating: cell, count: 9)])
        #expect(registerError { _ = try all(wider) }?.kind == .recordTooLong(byteLimit: 8 << 20))
    }

    @Test(arguments: Kind.allCases) func columnsAreFoundByTheirNames(kind: Kind) throws {
        let table = try Table(kind, ["x", "tunnus", "Other"], [["1", "010594Y9032", "2"]])
        let reader = try RegisterReader(declaration: register([column("x", .text)]), source: table.source)
        #expect(try rows(reader).rows.map(\.values) == [[.text("1")]])
        let error = registerError {
            _ = try RegisterReader(
                declaration: register([column("other", .text), column("zzz", .text)]), source: table.source)
        }
        #expect(
            error?.kind
                == .missingColumns([
                    .init(name: "other", suggestion: "Other"), .init(name: "zzz", suggestion: nil),
                ]))
        #expect(error?.file == table.source.path)
    }

    @Test func columnsOfOneNameAreRefusedWhereTheyAreAskedFor() throws {
        let folder = try TemporaryFolder()
        let database = try TestDatabase()
        // SQLite gives the second of them another name.
        for location: RegisterSource.Location in [
            .csv(path: try folder.write("a,b,a\n")), .postgreSQL(database.query("SELECT 1 AS a, 2 AS b, 3 AS a")),
        ] {
            let source = RegisterSource(location, identityColumn: "a")
            #expect(
                registerError { _ = try RegisterReader(declaration: register([]), source: source) }?.kind
                    == .duplicateColumns(1, 3))
            let other = RegisterSource(location, identityColumn: "b")
            #expect(try rows(RegisterReader(declaration: register([]), source: other)).rows.isEmpty)
        }
        #expect(try database.cluster.hasNoSessions(database: database.name))
    }

    @Test(arguments: Kind.allCases) func textThatIsNotUTF8IsRefusedWithItsPlace(kind: Kind) throws {
        let folder = try TemporaryFolder()
        let location: RegisterSource.Location
        switch kind {
        case .csv: location = .csv(path: try folder.write(Array("a,b\n1,x\n2,".utf8) + [0xFF, 0x0A]))
        case .sqlite:
            let path = try folder.database(
                "CREATE TABLE t (a, b)", "INSERT INTO t VALUES ('1', 'x'), ('2', CAST(x'ff' AS TEXT))")
            location = .sqlite(path: path, table: "t")
        case .postgreSQL:
            let database = try TestDatabase("", options: "ENCODING 'SQL_ASCII' LOCALE 'C'")
            try database.run("CREATE TABLE t (a text, b text); INSERT INTO t VALUES ('1', 'x'), ('2', E'\\xff')")
            location = .postgreSQL(database.table("t"))
        }
        let source = RegisterSource(location, identityColumn: "a")
        let error = try #require(
            registerError {
                var reader = try source.makeReader()
                while try reader.next() != nil {}
            })
        #expect(error.kind == .invalidUTF8 && error.row == 2 && error.column == "b" && error.file == source.path)
    }

    @Test(arguments: Kind.allCases) func allRowsAreOfOneMoment(kind: Kind) throws {
        let table = try Table(kind, ["tunnus", "x"], (0..<20_000).map { ["old", String($0)] })
        var reader = try table.source.makeReader()
        if kind != .csv { try table.change() }
        var count = 0
        if kind == .csv {
            // A file has no moments: that it was written to is noticed, and nothing of it used.
            #expect(
                registerError {
                    while try reader.next() != nil {
                        count += 1
                        if count == 10 { try table.change() }
                    }
                }?.kind == .fileChanged)
        } else {
            while let record = try reader.next() {
                #expect(Self.text(Seen(record[0])) == "old")
                count += 1
                if count == 10 { try table.change() }
            }
            #expect(count == 20_000)
            #expect(try all(table).allSatisfy { $0[0] == "changed" })
        }
    }

    @Test(arguments: Kind.allCases) func aReaderThatIsLetGoLeavesNothing(kind: Kind) throws {
        let table = try Table(kind, ["tunnus", "x"], (0..<20_000).map { [String($0), "x"] })
        let before = try FileManager.default.contentsOfDirectory(atPath: table.folder.path).sorted()
        do {
            var reader = try table.source.makeReader()
            for _ in 0..<100 { _ = try reader.next() }
        }
        #expect(try table.isFree())
        let after = try FileManager.default.contentsOfDirectory(atPath: table.folder.path).sorted()
        #expect(after.filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") } == before)
    }

    @Test(arguments: Kind.allCases) func aCancelledTaskEndsTheReading(kind: Kind) async throws {
        let table = try Table(kind, ["tunnus", "x"], (0..<20_000).map { ["010594Y9032", String($0)] })
        let source = table.source
        let error = await Task { () -> RegisterError? in
            withUnsafeCurrentTask { $0?.cancel() }
            do throws(RegisterError) {
                let reader = try RegisterReader(declaration: register([column("x", .text)]), source: source)
                _ = try PersonGrouping(reader: reader, spool: MemorySpool()).run()
                return nil
            } catch {
                return error
            }
        }.value
        #expect(error?.kind == .cancelled)
        #expect(try table.isFree())
    }
}

/// Text in SQL.
enum SQLText {
    /// `'it''s'`, or NULL.
    static func literal(_ text: String?) -> String {
        guard let text else { return "NULL" }
        // Long texts of the tests have none, and are not taken apart.
        guard text.utf8.contains(UInt8(ascii: "'")) else { return "'" + text + "'" }
        // By scalars: a line break and a quotation mark can be one character to Swift.
        return "'" + text.unicodeScalars.map { $0 == "'" ? "''" : String($0) }.joined() + "'"
    }
}
