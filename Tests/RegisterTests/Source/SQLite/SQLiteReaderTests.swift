import Foundation
import GRDB
import Testing

@testable import PSIProtocol
@testable import Register

@Suite struct SQLiteReaderTests {
    private func kind(_ path: String, _ table: String = "t") -> RegisterError.Kind? {
        registerError { _ = try records(SQLiteReader(path: path, table: table, patience: 0.05)) }?.kind
    }

    @Test func readsStorageClassesAsTheyAre() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "CREATE TABLE t (a, \"b \"\"x\"\"\", \"Ä\")",
            "INSERT INTO t VALUES (1, 'äö', NULL), (-9223372036854775808, '', 2.5), (x'00ff', '5', 5)")
        let reader = try SQLiteReader(path: path, table: "t")
        #expect(reader.columns == ["a", "b \"x\"", "Ä"])
        #expect(
            try records(reader) == [
                [.integer(1), .text("äö"), .null], [.integer(.min), .text(""), .real(2.5)],
                [.binary, .text("5"), .integer(5)],
            ])
    }

    @Test func readsViewsAndSelectedColumnsOnly() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "CREATE TABLE t (id TEXT, photo BLOB, n INTEGER)",
            "INSERT INTO t VALUES ('x', zeroblob(20000000), 7)",
            "CREATE VIEW v AS SELECT id, photo, printf('%03d', n) AS code FROM t")
        let reader = try SQLiteReader(path: path, table: "v")
        reader.select([0, 2])
        // The large value isn't asked for, so its size doesn't matter.
        #expect(try records(reader) == [[.text("x"), .null, .text("007")]])
        #expect(kind(path, "v") == .recordTooLong(byteLimit: 8 << 20))

        let none = try SQLiteReader(path: path, table: "t")
        none.select([])
        #expect(try records(none) == [[.null, .null, .null]])
    }

    @Test func readsMoreThanABatchInOrderAndKeepsCount() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "CREATE TABLE t (n INTEGER)",
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000) "
                + "INSERT INTO t SELECT n FROM c"
        )
        var reader = try SQLiteReader(path: path, table: "t")
        var count = 0
        while let record = try reader.next() {
            count += 1
            #expect(record.place == RecordPlace(file: path, row: count, line: nil))
            #expect(record[0] == .integer(Int64(count)))
        }
        #expect(count == 3000)
        #expect(try reader.next() == nil)
    }

    @Test func allRowsAreOfOneMomentAndNothingIsWritten() throws {
        let folder = try TemporaryFolder()
        for mode in ["WAL", "DELETE"] {
            let path = try folder.database("CREATE TABLE t (n)", name: "moment-\(mode).sqlite")
            let writer = try DatabaseQueue(path: path)
            try writer.writeWithoutTransaction { db in
                _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = \(mode)")
                try db.execute(
                    sql: """
                        WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000)
                        INSERT INTO t SELECT n FROM c
                        """)
            }
            let reader = try SQLiteReader(path: path, table: "t")
            // In WAL mode the writer goes on; otherwise it has to wait for the reader.
            if mode == "WAL" {
                try writer.write { try $0.execute(sql: "INSERT INTO t VALUES (0)") }
            } else {
                #expect(throws: DatabaseError.self) {
                    try writer.write { try $0.execute(sql: "INSERT INTO t VALUES (0)") }
                }
            }
            #expect(try records(reader).count == 1000)
            // At its end the reader lets writers go on, although it still exists.
            try writer.write { try $0.execute(sql: "DELETE FROM t") }
            withExtendedLifetime(reader) {}
        }
    }

    @Test func aDroppedReaderLetsWritersGoOn() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "CREATE TABLE t (n)", "INSERT INTO t VALUES (1), (2)")
        do {
            var reader = try SQLiteReader(path: path, table: "t")
            _ = try reader.next()
        }
        try DatabaseQueue(path: path).write { try $0.execute(sql: "DELETE FROM t") }
    }

    @Test func namesWhatIsWrong() throws {
        let folder = try TemporaryFolder()
        #expect(kind(folder.path + "/none.sqlite") == .fileNotFound)
        #expect(kind(folder.path) == .notAFile)
        #expect(kind(try folder.write("", to: "empty")) == .emptyFile)
        #expect(
            kind(try folder.write(String(repeating: "no database ", count: 100), to: "text")) == .sqlite(.notADatabase))
        let path = try folder.database(
            "CREATE TABLE Benefits (n)", "CREATE VIEW broken AS SELECT missing FROM gone",
            "CREATE INDEX i ON Benefits (n)")
        #expect(kind(path, "benefits") == .missingTable(name: "benefits", suggestion: "Benefits"))
        #expect(kind(path, "Benefit") == .missingTable(name: "Benefit", suggestion: "Benefits"))
        #expect(kind(path, "i") == .missingTable(name: "i", suggestion: nil, others: ["Benefits", "broken"]))
        #expect(
            kind(path, "x\"; DROP TABLE Benefits; --")
                == .missingTable(
                    name: "x\"; DROP TABLE Benefits; --", suggestion: nil, others: ["Benefits", "broken"]))
        #expect(kind(path, "broken") == .sqlite(.failed(code: ResultCode.SQLITE_ERROR.rawValue)))
        #expect(try records(SQLiteReader(path: path, table: "Benefits")) == [])

        let locker = try DatabaseQueue(path: path)
        try locker.inDatabase { db in
            try db.execute(sql: "BEGIN EXCLUSIVE")
            #expect(kind(path, "Benefits") == .sqlite(.locked))
            try db.execute(sql: "ROLLBACK")
        }

        // SQLite's codes that need an account without rights, a failing disk or a race.
        for (code, expected): (ResultCode, RegisterError.Kind) in [
            (.SQLITE_CANTOPEN, .permissionDenied), (.SQLITE_PERM, .permissionDenied),
            (.SQLITE_READONLY, .permissionDenied),
            (.SQLITE_BUSY, .sqlite(.locked)), (.SQLITE_LOCKED, .sqlite(.locked)), (.SQLITE_CORRUPT, .sqlite(.corrupt)),
            (.SQLITE_IOERR, .sqlite(.failed(code: ResultCode.SQLITE_IOERR.rawValue))),
        ] {
            let error = SQLiteReader.registerError(DatabaseError(resultCode: code, message: "secret"), path: "p")
            #expect(error == RegisterError(expected, file: "p"))
        }
    }

    @Test func noticesADamagedDatabase() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "CREATE TABLE t (n TEXT)",
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2000) "
                + "INSERT INTO t SELECT hex(zeroblob(50)) FROM c")
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(bytes.count > 100_000)
        for index in 8192..<bytes.count { bytes[index] = 0xA5 }
        #expect(kind(try folder.write(bytes, to: "damaged.sqlite")) == .sqlite(.corrupt))
    }

    @Test func textIsValidWithoutNULAndBounded() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "CREATE TABLE nul (a, b)", "INSERT INTO nul VALUES (1, 'x'), (2, CAST(x'610062' AS TEXT))",
            "CREATE TABLE bad (a, b)", "INSERT INTO bad VALUES (1, CAST(x'61ff' AS TEXT))",
            "CREATE TABLE long (a, b)", "INSERT INTO long VALUES (1, printf('%.*c', 1048577, 'x'))",
            "CREATE VIEW wide AS SELECT "
                + (1...9).map { "printf('%.*c', 1000000, 'x') AS c\($0)" }.joined(separator: ", "))
        func failure(_ table: String) -> RegisterError? {
            registerError { _ = try records(SQLiteReader(path: path, table: table)) }
        }
        #expect(failure("nul") == RegisterError(.nulByte, file: path, row: 2, column: "b"))
        #expect(failure("bad") == RegisterError(.invalidUTF8, file: path, row: 1, column: "b"))
        #expect(failure("long") == RegisterError(.fieldTooLong(byteLimit: 1 << 20), file: path, row: 1, column: "b"))
        #expect(failure("wide")?.kind == .recordTooLong(byteLimit: 8 << 20))
    }

    @Test func readsDatabasesInUTF16() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "PRAGMA encoding = 'UTF-16le'", "CREATE TABLE t (n TEXT)", "INSERT INTO t VALUES ('äö€😀')")
        #expect(try records(SQLiteReader(path: path, table: "t")) == [[.text("äö€😀")]])
    }
}
