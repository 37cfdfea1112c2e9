public import StrictYAML

/// The kinds of source that there are. A further one is a line here.
public enum TableSources {
    static let kinds: [any TableSource.Type] = [
        CSVSource.self, FixedWidthSource.self, SQLiteSource.self, PostgreSQLSource.self, ODBCSource.self,
    ]

    /// The one table that a register, a history or a list is read from, by the fields of its entry.
    public static func read(_ mapping: StrictMapping) -> any TableSource {
        let given = kinds.filter { mapping.has($0.field) }
        let tables = kinds.compactMap { kind in mapping.optionalMapping(kind.field).map { kind.init($0) } }
        for other in given.dropFirst() {
            mapping.reject(other.field, "A table is read from one source. Keep one of \(names).")
        }
        if !kinds.contains(where: { mapping.names.contains($0.field) }) {
            mapping.reject(kinds[0].field, "This field is missing. A table is read from one source: write \(names).")
        }
        // Stands in for what was rejected.
        return tables.first ?? CSVSource(path: "")
    }

    /// Such as `csv, fixed_width, sqlite, postgresql or odbc`.
    private static var names: String {
        let names = kinds.map { $0.field }
        return names.dropLast().joined(separator: ", ") + " or " + names.suffix(1).joined()
    }
}
