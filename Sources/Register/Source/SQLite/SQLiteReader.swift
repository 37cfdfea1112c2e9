internal import GRDB
internal import GRDBSQLite

/// Reads a table or a view of an SQLite database: read-only, in one transaction, so that all rows are of one moment.
///
/// A writer in the same database may have to wait until the reader is at its end or gone.
final class SQLiteReader: SourceReader {
    let columns: [String]
    private let path: String
    private let table: String
    private let queue: DatabaseQueue
    /// Held where the database is read without locks: it must not be written to meanwhile.
    private let watched: FileBlocks?
    private var selected: [Int]
    private var statement: Statement?
    private var collector: RecordCollector
    private var isAtEnd = false
    var cursor = RecordCursor()

    /// - Parameter patience: seconds to wait for a lock of another program.
    init(path: String, table: String, patience: Double = 5) throws(RegisterError) {
        // For a clear error before SQLite's "unable to open".
        var block = [UInt8](repeating: 0, count: 100)
        let file = try FileBlocks(path: path)
        if try file.read(into: &block) == 0 { throw RegisterError(.emptyFile, file: path) }

        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(patience)
        // The transaction stays open between batches.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { db in
            if let connection = db.sqliteConnection {
                sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, Int32(RecordLimit.recordByteCount))
            }
            // The file may come from elsewhere: its views may call nothing that reaches beyond the database.
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        let opened: Opened
        do {
            do {
                opened = try Self.open(path, table: table, path: path, configuration)
                watched = nil
            } catch let error as DatabaseError where Self.needsFolder(error) && SQLiteLog.isUsed(by: block) {
                // In WAL mode SQLite writes beside the database even to read it. Where it may not, and nothing is left
                // in the log, the database itself has everything, as long as nobody writes.
                guard SQLiteLog.isEmpty(besides: path) else {
                    throw RegisterError(.sqlite(.walNeedsFolder), file: path)
                }
                opened = try Self.open(SQLiteLog.unlockedURI(path), table: table, path: path, configuration)
                watched = file
            }
        } catch {
            throw Self.registerError(error, path: path)
        }
        (queue, columns, self.table) = (opened.queue, opened.columns, opened.table)
        self.path = path
        selected = Array(columns.indices)
        collector = RecordCollector(file: path, columnCount: columns.count)
        if columns.count > RecordLimit.columnCount {
            throw RegisterError(.tooManyColumns(limit: RecordLimit.columnCount), file: path)
        }
    }

    deinit { close() }

    private struct Opened {
        let queue: DatabaseQueue
        let columns: [String]
        /// As the database has the name.
        let table: String
    }

    /// Opens the database and begins the transaction in which it is read.
    private static func open(
        _ location: String, table: String, path: String, _ configuration: Configuration
    ) throws -> Opened {
        let queue = try DatabaseQueue(path: location, configuration: configuration)
        return try queue.inDatabase { db in
            try db.execute(sql: "BEGIN DEFERRED TRANSACTION")
            let name = try Self.name(of: table, in: db, path: path)
            let columns = try db.makeStatement(sql: "SELECT * FROM main.\(quoted(name)) LIMIT 0").columnNames
            return Opened(queue: queue, columns: columns, table: name)
        }
    }

    private static func needsFolder(_ error: DatabaseError) -> Bool {
        [.SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM].contains(error.resultCode)
    }

    func select(_ columns: Set<Int>) {
        selected = self.columns.indices.filter(columns.contains)
    }

    func nextBatch() throws(RegisterError) -> (any RecordBatch)? {
        if isAtEnd { return nil }
        do {
            try queue.inDatabase(readBatch)
        } catch {
            isAtEnd = true
            close()
            return collector.batch(endingIn: Self.registerError(error, path: path))
        }
        let batch: SplitRecords?
        if isAtEnd {
            close()
            batch = collector.batch(endingIn: changed())
        } else {
            batch = collector.batch()
        }
        return batch
    }

    /// That the database was written to while it was read without locks; nil if it was not.
    private func changed() -> RegisterError? {
        guard let watched else { return nil }
        do throws(RegisterError) { try watched.checkUnchanged() } catch { return error }
        return SQLiteLog.isEmpty(besides: path) ? nil : RegisterError(.fileChanged, file: path)
    }

    /// Ends the transaction, so that writers go on.
    private func close() {
        queue.inDatabase { db in
            statement = nil
            if db.isInsideTransaction { try? db.execute(sql: "ROLLBACK") }
        }
    }

    /// The table's name as the database has it: letters can be written with other code points than in the
    /// configuration.
    private static func name(of table: String, in db: Database, path: String) throws -> String {
        let names = try String.fetchAll(
            db, sql: "SELECT name FROM main.sqlite_master WHERE type IN ('table', 'view') ORDER BY name")
        if let name = SameName.of(table, among: names) { return name }
        throw RegisterError(.missingTable(table, among: names.filter { !$0.hasPrefix("sqlite_") }), file: path)
    }

    private func readBatch(_ db: Database) throws {
        if statement == nil {
            // With no column needed, rows are still counted.
            let list = selected.isEmpty ? "NULL" : selected.map { Self.quoted(columns[$0]) }.joined(separator: ", ")
            statement = try db.makeStatement(sql: "SELECT \(list) FROM main.\(Self.quoted(table))")
        }
        guard let handle = statement?.sqliteStatement else { return }
        while !collector.isFull {
            let code = sqlite3_step(handle)
            if code == SQLITE_DONE {
                isAtEnd = true
                return
            }
            guard code == SQLITE_ROW else {
                if code & 0xFF == SQLITE_TOOBIG {
                    throw RegisterError(
                        .recordTooLong(byteLimit: RecordLimit.recordByteCount), file: path, row: collector.place.row)
                }
                throw DatabaseError(resultCode: ResultCode(rawValue: code))
            }
            try readRecord(handle)
        }
    }

    private func readRecord(_ handle: OpaquePointer) throws(RegisterError) {
        collector.begin()
        for (position, index) in selected.enumerated() {
            let column = Int32(position)
            switch sqlite3_column_type(handle, column) {
            case SQLITE_INTEGER: collector.set(index, .integer(sqlite3_column_int64(handle, column)))
            case SQLITE_FLOAT: collector.set(index, .real(sqlite3_column_double(handle, column)))
            case SQLITE_BLOB: collector.set(index, .binary)
            case SQLITE_TEXT:
                // The text first, then its length: SQLite may convert it from UTF-16.
                let start = collector.bytes.count
                if let text = sqlite3_column_text(handle, column) {
                    let text = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(handle, column)))
                    try check(byteCount: text.count, columns[index])
                    if text.contains(0) { throw RegisterError(.nulByte, at: collector.place, column: columns[index]) }
                    if !UTF8Validity.isValid(text) {
                        throw RegisterError(.invalidUTF8, at: collector.place, column: columns[index])
                    }
                    collector.bytes.append(contentsOf: text)
                }
                collector.set(index, .text(start: Int32(start), end: Int32(collector.bytes.count)))
            default: break
            }
        }
        collector.end()
    }

    private func check(byteCount: Int, _ column: String) throws(RegisterError) {
        if byteCount > RecordLimit.fieldByteCount {
            throw RegisterError(
                .fieldTooLong(byteLimit: RecordLimit.fieldByteCount), at: collector.place, column: column)
        }
        if collector.recordByteCount + byteCount > RecordLimit.recordByteCount {
            throw RegisterError(.recordTooLong(byteLimit: RecordLimit.recordByteCount), at: collector.place)
        }
    }

    private static func quoted(_ name: String) -> String {
        SQLIdentifier.quoted(name)
    }

    /// SQLite's messages can hold values, so only its result code is kept.
    static func registerError(_ error: any Error, path: String) -> RegisterError {
        if let error = error as? RegisterError { return error }
        guard let error = error as? DatabaseError else { return RegisterError(.sqlite(.failed(code: 1)), file: path) }
        let kind: RegisterError.Kind =
            switch error.resultCode {
            case .SQLITE_NOTADB: .sqlite(.notADatabase)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .sqlite(.locked)
            case .SQLITE_CORRUPT: .sqlite(.corrupt)
            case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_READONLY: .permissionDenied
            case .SQLITE_TOOBIG: .recordTooLong(byteLimit: RecordLimit.recordByteCount)
            default: .sqlite(.failed(code: error.extendedResultCode.rawValue))
            }
        return RegisterError(kind, file: path)
    }
}
