extension CSVSource {
    public static var field: String { "csv" }

    public init(_ fields: some SourceFields) {
        self.init(
            path: fields.path("file"), delimiter: fields.enumeration("delimiter", CSVDelimiter.self, default: .detect),
            decimalComma: fields.bool("decimal_comma", default: false), nullText: fields.optionalString("null_text"),
            quotedNull: fields.bool("quoted_null", default: false))
    }
}
