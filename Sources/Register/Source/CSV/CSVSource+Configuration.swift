public import StrictYAML

extension CSVSource {
    public static var field: String { "csv" }

    public init(_ mapping: StrictMapping) {
        self.init(
            file: TextFile(mapping),
            delimiter: mapping.enumeration("delimiter", CSVDelimiter.self, default: .detect),
            decimalComma: mapping.bool("decimal_comma", default: false), nullText: mapping.optionalString("null_text"),
            quotedNull: mapping.bool("quoted_null", default: false))
    }
}
