/// The header line of a CSV file.
enum CSVHeader {
    static func names(of record: CSVRecord, file: String, line: Int) throws(RegisterError) -> [String] {
        var names: [String] = []
        var start = 0
        for field in record.fields {
            let bytes = record.bytes[start..<field.end]
            start = field.end
            // A file without a header must not have a person's code shown as a column's name.
            if CodeGuard.holdsCode(bytes) {
                throw RegisterError(.identityCodeInHeader, file: file, line: line, column: "#\(names.count + 1)")
            }
            names.append(String(decoding: bytes, as: UTF8.self))
        }
        return names
    }
}
