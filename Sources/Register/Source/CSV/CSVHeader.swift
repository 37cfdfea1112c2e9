/// The header line of a CSV file.
enum CSVHeader {
    static func names(of fields: [ArraySlice<UInt8>], file: String, line: Int) throws(RegisterError) -> [String] {
        var names: [String] = []
        for field in fields {
            // A file without a header must not have a person's code shown as a column's name.
            if CodeGuard.holdsCode(field) {
                throw RegisterError(.identityCodeInHeader, file: file, line: line, column: "#\(names.count + 1)")
            }
            names.append(String(decoding: field, as: UTF8.self))
        }
        return names
    }
}
