/// Reads a table, a view or a query of a PostgreSQL database by a cursor: in one read-only transaction of isolation
/// level REPEATABLE READ, so that all rows are of one moment, and row by row, so that what is held is bounded.
final class PostgreSQLReader: SourceReader {
    let columns: [String]
    private let forms: [PostgreSQLColumn]
    private let place: String
    /// What stands after FROM.
    private let relation: String
    private let rowsPerFetch: Int
    private let connection: PostgreSQLConnection
    private var selected: [Int]
    private var collector: RecordCollector
    var cursor = RecordCursor()
    private var rowsOfFetch = 0
    private var state = State.opened

    private enum State { case opened, betweenFetches, inFetch, atEnd }

    /// - Parameter rowsPerFetch: how many rows the server is asked for at once; each time it has `statement_timeout`.
    init(_ source: PostgreSQLSource, rowsPerFetch: Int = 4096) throws(RegisterError) {
        place = source.name
        self.rowsPerFetch = rowsPerFetch
        do throws(PostgreSQLFailure) {
            connection = try PostgreSQLConnection(source.server)
            try Self.begin(source.server, on: connection)
        } catch {
            throw RegisterError(error, file: source.name)
        }
        if let found = try PostgreSQLSchema.read(source, on: connection) {
            (relation, forms) = found
        } else {
            // The transaction is over.
            let names = PostgreSQLSchema.names(connection)
            let missing = RegisterError(PostgreSQLSchema.missing(source, among: names), file: place)
            guard let respelt = PostgreSQLSchema.respelt(source, among: names) else { throw missing }
            do throws(PostgreSQLFailure) { try Self.begin(source.server, on: connection) } catch {
                throw RegisterError(error, file: source.name)
            }
            guard let found = try PostgreSQLSchema.read(respelt, on: connection) else { throw missing }
            (relation, forms) = found
        }
        columns = forms.map(\.name)
        selected = Array(columns.indices)
        collector = RecordCollector(file: place, columnCount: columns.count)
    }

    private static func begin(
        _ server: PostgreSQLServer, on connection: PostgreSQLConnection
    ) throws(PostgreSQLFailure) {
        try connection.execute("SET default_transaction_read_only = on")
        try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        var settings = server.settings
        // Such a database may hold any bytes. As they are, they can be judged with their place.
        if connection.serverEncoding == "SQL_ASCII" { settings.append(("client_encoding", "SQL_ASCII")) }
        let calls = settings.indices.map { "pg_catalog.set_config($\(2 * $0 + 1), $\(2 * $0 + 2), true)" }
        do throws(PostgreSQLFailure) {
            // With it the transaction gets its snapshot.
            try connection.execute(
                "SELECT " + calls.joined(separator: ", "), settings.flatMap { [$0.name, $0.value] })
        } catch .valueInvalid {
            throw .unknownTimeZone
        }
    }

    func select(_ columns: Set<Int>) {
        selected = self.columns.indices.filter(columns.contains)
    }

    func nextBatch() throws(RegisterError) -> (any RecordBatch)? {
        do throws(RegisterError) {
            while !collector.isFull {
                guard let answer = try nextAnswer() else {
                    connection.close()
                    break
                }
                try readRecord(answer)
            }
            return collector.batch()
        } catch {
            state = .atEnd
            connection.close()
            return collector.batch(endingIn: error)
        }
    }

    private func nextAnswer() throws(RegisterError) -> PostgreSQLAnswer? {
        if state == .opened {
            for index in selected {
                if case .unsupported(let type) = forms[index].form {
                    throw RegisterError(.postgreSQL(.unsupportedType(name: type)), file: place, column: columns[index])
                }
            }
        }
        do throws(PostgreSQLFailure) {
            while true {
                switch state {
                case .opened:
                    // With no column needed, rows are still counted.
                    let list =
                        selected.isEmpty ? "NULL" : selected.map { forms[$0].expression }.joined(separator: ", ")
                    try connection.execute("DECLARE sidos NO SCROLL CURSOR FOR SELECT \(list) FROM \(relation)")
                    state = .betweenFetches
                case .betweenFetches:
                    try connection.stream("FETCH FORWARD \(rowsPerFetch) FROM sidos")
                    rowsOfFetch = 0
                    state = .inFetch
                case .inFetch:
                    if let answer = try connection.nextRow() {
                        rowsOfFetch += 1
                        return answer
                    }
                    state = rowsOfFetch < rowsPerFetch ? .atEnd : .betweenFetches
                case .atEnd: return nil
                }
            }
        } catch {
            throw RegisterError(error, file: place)
        }
    }

    private func readRecord(_ answer: PostgreSQLAnswer) throws(RegisterError) {
        collector.begin()
        for (position, index) in selected.enumerated() {
            guard let value = answer.bytes(0, position) else { continue }
            if value.count > RecordLimit.fieldByteCount {
                throw RegisterError(
                    .fieldTooLong(byteLimit: RecordLimit.fieldByteCount), at: collector.place, column: columns[index])
            }
            if collector.recordByteCount + value.count > RecordLimit.recordByteCount {
                throw RegisterError(.recordTooLong(byteLimit: RecordLimit.recordByteCount), at: collector.place)
            }
            guard let cell = forms[index].cell(value, &collector.bytes) else {
                throw RegisterError(.invalidUTF8, at: collector.place, column: columns[index])
            }
            collector.set(index, cell)
        }
        collector.end()
    }
}

extension PostgreSQLColumn {
    /// The field that the server wrote so; text goes to the end of `bytes`. Nil if it is no UTF-8, which a database of
    /// the encoding SQL_ASCII can hold.
    fileprivate func cell(_ value: UnsafeRawBufferPointer, _ bytes: inout [UInt8]) -> SplitRecords.Cell? {
        func text(_ value: some Collection<UInt8>) -> SplitRecords.Cell? {
            let start = bytes.count
            bytes.append(contentsOf: value)
            guard UTF8Validity.isValid(bytes[start...]) else { return nil }
            return .text(start: Int32(start), end: Int32(bytes.count))
        }
        switch form {
        case .binary, .unsupported: return .binary
        case .boolean: return text(value.first == UInt8(ascii: "t") ? "true".utf8 : "false".utf8)
        case .integer, .number: return ColumnParser.integer(Array(value)[...]).map { .integer($0) } ?? text(value)
        case .real: return Double(String(decoding: value, as: UTF8.self)).map { .real($0) } ?? text(value)
        case .text: return text(value)
        }
    }
}

extension RegisterError {
    init(_ failure: PostgreSQLFailure, file: String) { self.init(.postgreSQL(failure), file: file) }
}
