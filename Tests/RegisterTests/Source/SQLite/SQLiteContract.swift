import GRDB

@testable import Register

extension SourceContract {
    static let sqlite = SourceContract(
        description: "sqlite", hasMoments: true,
        table: { columns, rows in
            let folder = try TemporaryFolder()
            let path = folder.path + "/register.sqlite"
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction { db in _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") }
            try queue.write { db in
                try db.execute(sql: SQLText.table(columns))
                try insert(rows, db)
            }
            try queue.close()
            return SourceUnderTest(
                location: SQLiteSource(path: path, table: "t"), folder: folder,
                change: {
                    try DatabaseQueue(path: path).write { try $0.execute(sql: "UPDATE t SET tunnus = 'changed'") }
                },
                isFree: {
                    try DatabaseQueue(path: path).writeWithoutTransaction { db in
                        // Not before every reader has gone.
                        _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE")
                        try db.execute(sql: "BEGIN EXCLUSIVE; COMMIT")
                    }
                    return try OpenFiles.paths().allSatisfy { !$0.hasPrefix(path) }
                })
        },
        invalidText: {
            let folder = try TemporaryFolder()
            let path = try folder.database(
                "CREATE TABLE t (a, b)", "INSERT INTO t VALUES ('1', 'x'), ('2', CAST(x'ff' AS TEXT))")
            return SourceUnderTest(location: SQLiteSource(path: path, table: "t"), folder: folder)
        },
        forms: [
            Form(description: "SQLite table") { try typed($0, "t", $1) },
            Form(description: "SQLite view") { try typed($0, "v", $1) },
        ])

    private static func insert(_ rows: [[String?]], _ db: Database) throws {
        for row in rows {
            let marks = row.map { _ in "?" }.joined(separator: ", ")
            try db.execute(sql: "INSERT INTO t VALUES (\(marks))", arguments: StatementArguments(row))
        }
    }

    private static func typed(
        _ rows: [[String?]], _ table: String, _ folder: TemporaryFolder
    ) throws -> SQLiteSource {
        let path = folder.path + "/register.sqlite"
        try DatabaseQueue(path: path).write { db in
            try db.execute(
                sql: """
                    CREATE TABLE t (tunnus TEXT, alku TEXT, eur TEXT, kpl INTEGER, voimassa INTEGER, kunta TEXT,
                        selite TEXT);
                    CREATE VIEW v AS SELECT selite, kunta, voimassa, kpl, eur, alku, tunnus, 1 AS other FROM t;
                    """)
            try insert(rows, db)
        }
        return SQLiteSource(path: path, table: table)
    }
}
