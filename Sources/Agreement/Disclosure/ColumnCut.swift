internal import StrictYAML
public import Values

/// Values beyond a limit become the limit.
public struct ColumnCut: Sendable, Equatable {
    public var column: ColumnReference
    /// Values below become it; of the column's type.
    public var bottom: FieldValue?
    /// Values above become it; of the column's type.
    public var top: FieldValue?

    public init(_ column: ColumnReference, bottom: FieldValue? = nil, top: FieldValue? = nil) {
        self.column = column
        self.bottom = bottom
        self.top = top
    }
}

extension ColumnCut: DisclosureForm {
    static let limit = 256
    static let fields = ["cuts"]

    static func read(_ section: DisclosureReader) -> [DisclosureRule] {
        section.items("cuts", limit: limit, ["column", "bottom", "top"]) { item in
            readCut(item, section).map { .cut($0) }
        }
    }

    static func check(_ rules: DisclosureRules, _ section: DisclosureReader) {
        section.checkOnce("cuts", rules.cuts.map(\.column))
    }

    private static func readCut(_ item: MappingReader, _ section: DisclosureReader) -> ColumnCut? {
        guard let (reference, column) = section.reference(item) else { return nil }
        guard [.integer, .decimal, .date].contains(column.type) else {
            item.fail("column", "\(reference) is of type \(column.type.rawValue); only numbers and dates can be cut.")
            return nil
        }
        guard item.has("bottom") || item.has("top") else {
            item.fail("column", "Write bottom or top, the limit beyond which values become it.")
            return nil
        }
        var cut = ColumnCut(reference)
        if item.has("bottom") {
            guard let bottom = readLimit(item, "bottom", column.type) else { return nil }
            cut.bottom = bottom
        }
        if item.has("top") {
            guard let top = readLimit(item, "top", column.type) else { return nil }
            cut.top = top
        }
        if let bottom = cut.bottom, let top = cut.top, !ValueOrder.isBefore(bottom, top) {
            item.fail("top", "The top must be above the bottom. Write a higher one.")
            return nil
        }
        return cut
    }

    private static func readLimit(_ item: MappingReader, _ key: String, _ type: ColumnType) -> FieldValue? {
        let what =
            type == .date ? "a day as YYYY-MM-DD" : type == .integer ? "a whole number" : "a number such as 99.50"
        guard let value = item.optional(key), let text = item.scalar(value, item.path(of: key), what) else {
            return nil
        }
        let limit: FieldValue? =
            switch type {
            case .date: CalendarDate(iso: text.value).map(FieldValue.date)
            case .integer: Int64(text.value).map(FieldValue.integer)
            default: ExactDecimal(text.value).map(FieldValue.decimal)
            }
        if limit == nil {
            item.mistakes.add(text.place, text.path, "\(MappingReader.shown(text.value)) does not fit. Write \(what).")
        }
        return limit
    }
}
