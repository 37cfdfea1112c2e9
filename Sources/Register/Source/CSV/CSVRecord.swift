/// One record's characters without quotation marks and delimiters, and where its fields end.
struct CSVRecord {
    var bytes: [UInt8]
    var fields: [Field] = []

    struct Field {
        var end: Int
        var isQuoted: Bool
    }
}
