/// Names of tables and columns in SQL.
enum SQLIdentifier {
    /// By Unicode scalars: of a quotation mark and a combining one after it, a `Character` would hide the first.
    static func quoted(_ name: String) -> String {
        "\"" + name.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }
}
