/// Why SQLite gave no rows. Its messages can hold values, so only its result code is kept.
public enum SQLiteFailure: SourceFailure {
    case notADatabase
    case locked
    case corrupt
    /// It keeps its latest changes in a second file (WAL), which cannot be read without writing beside it.
    case walNeedsFolder
    /// SQLite's result code.
    case failed(code: Int32)

    public var mayPass: Bool { self == .locked }

    public var sentence: String {
        switch self {
        case .notADatabase:
            "this is not an SQLite database. Check the path, and that the file is not encrypted."
        case .locked:
            "another program holds the database locked. Let it finish, or read from a copy."
        case .corrupt:
            "SQLite says that the database is damaged. Restore it from its source."
        case .walNeedsFolder:
            "the database is in WAL mode and has changes in its -wal file, which SQLite reads only where it may write "
                + "beside it. Let its owner run PRAGMA wal_checkpoint(TRUNCATE) and close it, or PRAGMA "
                + "journal_mode=DELETE, or give a copy; or let the node write in the folder (ReadWritePaths= of its "
                + "service)."
        case .failed(let code):
            "SQLite failed with result code \(code). Try the table or view with the sqlite3 program."
        }
    }
}

extension RegisterError.Kind {
    static func sqlite(_ failure: SQLiteFailure) -> RegisterError.Kind { .source(AnySourceFailure(failure)) }
}
