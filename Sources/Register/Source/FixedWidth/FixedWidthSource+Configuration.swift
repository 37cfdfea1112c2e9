public import StrictYAML

extension FixedWidthSource {
    public static var field: String { "fixed_width" }

    public init(_ mapping: StrictMapping) {
        let standard = mapping.enumeration("trim", FixedWidthTrim.self, default: .both)
        let layout = mapping.list("layout", count: 1...RecordLimit.columnCount) { column in
            FixedWidthColumn(
                name: column.string("name"), start: column.int("start", in: 1...Self.longestLine),
                length: column.int("length", in: 1...Self.longestLine),
                trim: column.enumeration("trim", FixedWidthTrim.self, default: standard))
        }
        self.init(
            file: TextFile(mapping), layout: layout,
            lineLength: mapping.optionalInt("line_length", in: 1...Self.longestLine),
            skippedLineCount: mapping.int("skip_lines", in: 0...1000, default: 0),
            empty: mapping.enumeration("empty", FixedWidthEmpty.self, default: .missing),
            decimalComma: mapping.bool("decimal_comma", default: false), nullText: mapping.optionalString("null_text"))
        check(mapping)
    }

    private func check(_ mapping: StrictMapping) {
        var names: Set<String> = []
        for column in layout where !names.insert(column.name).inserted {
            mapping.reject("layout", "Two columns have one name. Give each its own.")
            return
        }
        if layout.contains(where: { $0.name.isEmpty }) {
            mapping.reject("layout", "A column has no name. Write the name by which it is asked for.")
        }
        let end = layout.map(\.end).max() ?? 0
        if end > Self.longestLine {
            mapping.reject(
                "layout", "A column ends behind the character \(Self.longestLine). Correct start and length.")
        }
        if let lineLength, lineLength < end {
            mapping.reject(
                "line_length", "The layout's last column ends with the character \(end). Write that number or a larger."
            )
        }
    }
}
