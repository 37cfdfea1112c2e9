/// The kinds of source that there are. A further one is a line here.
public enum TableSources {
    static let kinds: [any TableSource.Type] = [CSVSource.self, SQLiteSource.self, PostgreSQLSource.self]

    /// The one table that a register, a history or a list is read from, by the fields of its entry.
    public static func read(_ fields: some SourceFields) -> any TableSource {
        let given = kinds.filter { fields.has($0.field) }
        let tables = kinds.compactMap { kind in fields.optionalMapping(kind.field).map { kind.init($0) } }
        for other in given.dropFirst() { fields.reject(other.field, "a table is read from one source: \(names)") }
        if !kinds.contains(where: { fields.names.contains($0.field) }) {
            fields.reject(kinds[0].field, "is missing: a table is read from \(names)")
        }
        // Stands in for what was rejected.
        return tables.first ?? CSVSource(path: "")
    }

    /// Such as `csv, sqlite or postgresql`.
    private static var names: String {
        let names = kinds.map { $0.field }
        return names.dropLast().joined(separator: ", ") + " or " + names.suffix(1).joined()
    }
}
