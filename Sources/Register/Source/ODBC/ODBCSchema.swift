/// Finds out which columns a table has, and of what types.
enum ODBCSchema {
    /// What stands after FROM, and the columns in order.
    typealias Found = (relation: String, columns: [ODBCColumn])

    /// Begins the transaction and finds the table; one whose name the database writes with other code points will do.
    static func read(_ source: ODBCSource, on connection: ODBCConnection) throws(RegisterError) -> Found {
        if let found = try begin(source, on: connection) { return found }
        connection.rollBack()
        let names = connection.tables(schema: source.schema)
        connection.rollBack()
        let there = names.filter { name in source.schema.map { $0 == name.schema } ?? true }.map(\.name)
        if let same = SameName.of(source.table, among: there), !same.utf8.elementsEqual(source.table.utf8) {
            var respelt = source
            respelt.table = same
            if let found = try begin(respelt, on: connection) { return found }
        }
        throw RegisterError(missing(source, among: there), file: source.name)
    }

    /// - Returns: nil if there is no such table.
    private static func begin(
        _ source: ODBCSource, on connection: ODBCConnection
    ) throws(RegisterError) -> Found? {
        do throws(ODBCFailure) {
            try connection.begin(source)
            return try find(source, on: connection)
        } catch {
            throw RegisterError(odbc: error, file: source.name)
        }
    }

    private static func find(
        _ source: ODBCSource, on connection: ODBCConnection
    ) throws(ODBCFailure) -> Found? {
        let schema = try source.schema.map { (schema) throws(ODBCFailure) in try connection.quoted(schema) + "." }
        let relation = try (schema ?? "") + connection.quoted(source.table)
        let described: [(name: String, type: Int16, typeName: String)]
        do throws(ODBCFailure) {
            guard let columns = try describe(relation, source, connection) else { return nil }
            described = columns
        } catch .tableMissing {
            return nil
        }
        var many: [String: String] = [:]
        if let query = connection.dialect.manyValues(relation: relation) {
            for row in try connection.rows(query, columns: 2) {
                if let name = row[0] { many[name] = row[1] ?? "" }
            }
        }
        var columns: [ODBCColumn] = []
        for column in described {
            columns.append(
                ODBCColumn(
                    name: column.name, quoted: try connection.quoted(column.name), type: column.type,
                    typeName: column.typeName, manyValuesType: many[column.name], dialect: connection.dialect))
        }
        if connection.dialect.firstStatements(statementTimeout: 1, lockTimeout: 1).isEmpty {
            try readOne(relation, source, connection)
        }
        return (relation, columns)
    }

    /// Prepares, without running it, what would read all columns.
    private static func describe(
        _ relation: String, _ source: ODBCSource, _ connection: ODBCConnection
    ) throws(ODBCFailure) -> [(name: String, type: Int16, typeName: String)]? {
        // SQLite has one code for every mistake.
        if connection.dialect == .sqlite, try !isThere(source.table, connection) { return nil }
        let statement = try connection.statement()
        try statement.prepare("SELECT * FROM \(relation)")
        let count = try statement.columnCount()
        if count > RecordLimit.columnCount { throw .tooManyColumns(limit: RecordLimit.columnCount) }
        var columns: [(name: String, type: Int16, typeName: String)] = []
        for number in 0..<count { columns.append(try statement.column(number + 1)) }
        return columns
    }

    private static func isThere(_ table: String, _ connection: ODBCConnection) throws(ODBCFailure) -> Bool {
        try connection.rows("SELECT name FROM main.sqlite_master WHERE type IN ('table', 'view')", columns: 1)
            .contains { $0[0]?.utf8.elementsEqual(table.utf8) == true }
    }

    /// Reads one row, with which the transaction has its moment.
    private static func readOne(
        _ relation: String, _ source: ODBCSource, _ connection: ODBCConnection
    ) throws(ODBCFailure) {
        let statement = try connection.statement()
        statement.limit(rows: 1)
        statement.limit(seconds: source.statementTimeout)
        try statement.prepare("SELECT 1 FROM \(relation)")
        try statement.execute()
        _ = try statement.fetch()
    }

    private static func missing(_ source: ODBCSource, among names: [String]) -> RegisterError.Kind {
        let name = { (table: String) in (source.schema.map { $0 + "." } ?? "") + table }
        guard case .missingTable(_, let near, let others) = RegisterError.Kind.missingTable(source.table, among: names)
        else { return .missingTable(name: name(source.table), suggestion: nil) }
        return .missingTable(name: name(source.table), suggestion: near.map(name), others: others.map(name))
    }
}
