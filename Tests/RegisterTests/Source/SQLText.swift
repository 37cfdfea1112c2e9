/// Text in SQL.
enum SQLText {
    /// `'it''s'`, or NULL.
    static func literal(_ text: String?) -> String {
        guard let text else { return "NULL" }
        // Long texts of the tests have none, and are not taken apart.
        guard text.utf8.contains(UInt8(ascii: "'")) else { return "'" + text + "'" }
        // By scalars: a line break and a quotation mark can be one character to Swift.
        return "'" + text.unicodeScalars.map { $0 == "'" ? "''" : String($0) }.joined() + "'"
    }

    /// Makes the table `t` with columns of text.
    static func table(_ columns: [String]) -> String {
        let columns = columns.map { "\"" + $0.replacing("\"", with: "\"\"") + "\" text" }
        return "CREATE TABLE t (\(columns.joined(separator: ", ")));"
    }
}
