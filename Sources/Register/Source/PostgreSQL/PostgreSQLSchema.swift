/// Finds out which columns a relation has, and of what types.
enum PostgreSQLSchema {
    /// How many names are looked through for one that is near.
    private static let nameLimit = 10_000

    /// - Returns: what stands after FROM, and its columns in order; nil if there is no such table.
    static func read(
        _ source: PostgreSQLSource, on connection: PostgreSQLConnection
    ) throws(RegisterError) -> (relation: String, columns: [PostgreSQLColumn])? {
        let relation: String
        let description: PostgreSQLAnswer
        let types: [UInt32: PostgreSQLType]
        do throws(PostgreSQLFailure) {
            switch source.relation {
            case .table(let table, let schema):
                relation = (schema.map { PostgreSQLName.quoted($0) + "." } ?? "") + PostgreSQLName.quoted(table)
                description = try connection.describe("SELECT * FROM \(relation)")
            case .query(let query):
                let statement = withoutEnd(query)
                // By itself first: what is one whole statement cannot reach out of the parentheses.
                description = try connection.describe(statement)
                relation = "(\n\(statement)\n) AS source"
                try checkIsSelect(description, relation, connection)
            }
            types = try self.types(of: description, connection)
        } catch {
            switch (error, source.relation) {
            case (.queryInvalid(sqlState: "42P01"), .table), (.queryInvalid(sqlState: "3F000"), .table): return nil
            default: throw RegisterError(error, file: source.name)
            }
        }
        let count = description.columnCount
        if count > RecordLimit.columnCount {
            throw RegisterError(.tooManyColumns(limit: RecordLimit.columnCount), file: source.name)
        }
        var columns: [PostgreSQLColumn] = []
        for index in 0..<count {
            let name = description.columnName(index)
            let type = description.typeID(index)
            columns.append(
                PostgreSQLColumn(
                    name: name, typeID: type, modifier: description.typeModifier(index), type: types[type]))
        }
        return (relation, columns)
    }

    /// Without the semicolon that ends it.
    private static func withoutEnd(_ query: String) -> String {
        var rest = query[...]
        while let last = rest.last, last.isWhitespace || last == ";" { rest.removeLast() }
        return String(rest)
    }

    private static func checkIsSelect(
        _ description: PostgreSQLAnswer, _ relation: String, _ connection: PostgreSQLConnection
    ) throws(PostgreSQLFailure) {
        guard description.columnCount > 0, description.parameterCount == 0 else { throw .notOneSelect }
        do throws(PostgreSQLFailure) { _ = try connection.describe("SELECT * FROM \(relation)") } catch .queryInvalid {
            throw .notOneSelect
        }
    }

    private static func types(
        of description: PostgreSQLAnswer, _ connection: PostgreSQLConnection
    ) throws(PostgreSQLFailure) -> [UInt32: PostgreSQLType] {
        let numbers = Set((0..<description.columnCount).map(description.typeID)).map(String.init)
        let answer = try connection.execute(
            """
            SELECT oid, typtype IN ('c', 'p', 'r', 'm') OR typcategory = 'A', pg_catalog.format_type(oid, NULL)
            FROM pg_catalog.pg_type WHERE oid = ANY ($1::pg_catalog.oid[])
            """, ["{\(numbers.joined(separator: ","))}"])
        var types: [UInt32: PostgreSQLType] = [:]
        for row in 0..<answer.rowCount {
            guard let number = answer.text(row, 0).flatMap(UInt32.init) else { continue }
            types[number] = PostgreSQLType(
                name: answer.text(row, 2) ?? String(number), isManyValues: answer.text(row, 1) == "t")
        }
        return types
    }

    /// A table or a view, by the server's names.
    typealias Name = (schema: String, table: String)

    /// The tables and views that the role can see, in order; none if the server does not say. The transaction is over
    /// then.
    static func names(_ connection: PostgreSQLConnection) -> [Name] {
        let query = """
            SELECT s.nspname, c.relname
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p')
                AND s.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
            ORDER BY 1, 2 LIMIT \(nameLimit)
            """
        guard (try? connection.execute("ROLLBACK")) != nil, let answer = try? connection.execute(query) else {
            return []
        }
        return (0..<answer.rowCount).map { (answer.text($0, 0) ?? "", answer.text($0, 1) ?? "") }
    }

    /// The same table as the server has its name, if that differs in nothing but the code points of its characters.
    static func respelt(_ source: PostgreSQLSource, among names: [Name]) -> PostgreSQLSource? {
        guard case .table(let table, let schema) = source.relation else { return nil }
        let found = names.filter { name in name.table == table && (schema.map { $0 == name.schema } ?? true) }
        guard let only = found.first, found.count == 1,
            !only.table.utf8.elementsEqual(table.utf8)
                || schema.map({ !$0.utf8.elementsEqual(only.schema.utf8) }) ?? false
        else { return nil }
        var source = source
        source.relation = .table(only.table, schema: schema == nil ? nil : only.schema)
        return source
    }

    /// What is said of a table that is not there.
    static func missing(_ source: PostgreSQLSource, among names: [Name]) -> RegisterError.Kind {
        guard case .table(let table, let schema) = source.relation else { return .postgreSQL(.notOneSelect) }
        let found = names.first {
            ($0.table == table || $0.schema + "." + $0.table == table) && $0.schema != schema
        }
        if let found {
            return .postgreSQL(.tableElsewhere(name: found.table, schema: found.schema))
        }
        let name = { (table: String) in (schema.map { $0 + "." } ?? "") + table }
        let there = names.filter { schema == nil || $0.schema == schema }.map(\.table)
        guard case .missingTable(_, let near, let others) = RegisterError.Kind.missingTable(table, among: there) else {
            return .missingTable(name: name(table), suggestion: nil)
        }
        return .missingTable(name: name(table), suggestion: near.map(name), others: others.map(name))
    }
}
