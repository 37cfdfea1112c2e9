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
    private var batch: [SourceRecord] = []
    private var batchPosition = 0
    private var row = 0
    private var isAtEnd = false

    /// A batch of records ends when it has this many or this many bytes.
    private static let batchRecordCount = 256
    private static let batchByteCount = 1 << 20

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

    func next() throws(RegisterError) -> SourceRecord? {
        if batchPosition == batch.count {
            if isAtEnd { return nil }
            do {
                try queue.inDatabase(readBatch)
            } catch {
                isAtEnd = true
                close()
                throw Self.registerError(error, path: path)
            }
            if isAtEnd {
                close()
                if let watched {
                    try watched.checkUnchanged()
                    guard SQLiteLog.isEmpty(besides: path) else { throw RegisterError(.fileChanged, file: path) }
                }
            }
            if batch.isEmpty { return nil }
        }
        defer { batchPosition += 1 }
        return batch[batchPosition]
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
        batch.removeAll(keepingCapacity: true)
        batchPosition = 0
        var byteCount = 0
        while batch.count < Self.batchRecordCount, byteCount < Self.batchByteCount {
            let code = sqlite3_step(handle)
            if code == SQLITE_DONE {
                isAtEnd = true
                return
            }
            guard code == SQLITE_ROW else {
                if code & 0xFF == SQLITE_TOOBIG {
                    throw RegisterError(
                        .recordTooLong(byteLimit: RecordLimit.recordByteCount), file: path, row: row + 1)
                }
                throw DatabaseError(resultCode: ResultCode(rawValue: code))
            }
            row += 1
            batch.append(try record(handle, &byteCount))
        }
    }

    private func record(_ handle: OpaquePointer, _ byteCount: inout Int) throws(RegisterError) -> SourceRecord {
        let place = RecordPlace(file: path, row: row, line: nil)
        var bytes: [UInt8] = []
        var cells = Array(repeating: SourceRecord.Cell.null, count: columns.count)
        for (position, index) in selected.enumerated() {
            let column = Int32(position)
            switch sqlite3_column_type(handle, column) {
            case SQLITE_INTEGER: cells[index] = .integer(sqlite3_column_int64(handle, column))
            case SQLITE_FLOAT: cells[index] = .real(sqlite3_column_double(handle, column))
            case SQLITE_BLOB: cells[index] = .binary
            case SQLITE_TEXT:
                // The text first, then its length: SQLite may convert it from UTF-16.
                let start = bytes.count
                if let text = sqlite3_column_text(handle, column) {
                    let count = Int(sqlite3_column_bytes(handle, column))
                    try Self.check(byteCount: count, recordByteCount: start + count, place, columns[index])
                    bytes.append(contentsOf: UnsafeBufferPointer(start: text, count: count))
                }
                if bytes[start...].contains(0) { throw RegisterError(.nulByte, at: place, column: columns[index]) }
                if !UTF8Validity.isValid(bytes[start...]) {
                    throw RegisterError(.invalidUTF8, at: place, column: columns[index])
                }
                cells[index] = .text(start: Int32(start), end: Int32(bytes.count))
            default: break
            }
        }
        byteCount += bytes.count + cells.count * MemoryLayout<SourceRecord.Cell>.stride
        return SourceRecord(place: place, bytes: bytes, cells: cells)
    }

    private static func check(
        byteCount: Int, recordByteCount: Int, _ place: RecordPlace, _ column: String
    ) throws(RegisterError) {
        if byteCount > RecordLimit.fieldByteCount {
            throw RegisterError(.fieldTooLong(byteLimit: RecordLimit.fieldByteCount), at: place, column: column)
        }
        if recordByteCount > RecordLimit.recordByteCount {
            throw RegisterError(.recordTooLong(byteLimit: RecordLimit.recordByteCount), at: place)
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
