internal import StrictYAML
public import Values

/// A table, in the dataset's report, of a cohort's people by one or two columns of a register.
public struct DisclosedTable: Sendable, Equatable {
    public var title: String
    public var cohort: CohortID
    public var rows: ColumnReference
    public var columns: ColumnReference?

    public init(title: String, cohort: CohortID, rows: ColumnReference, columns: ColumnReference? = nil) {
        self.title = title
        self.cohort = cohort
        self.rows = rows
        self.columns = columns
    }

    /// Whether both count people by the same column.
    public func sharesColumn(with other: DisclosedTable) -> Bool {
        !Set([rows, columns].compactMap(\.self)).isDisjoint(with: [other.rows, other.columns].compactMap(\.self))
    }
}

extension DisclosedTable: DisclosureForm {
    static let limit = 64
    static let fields = ["tables"]

    static func read(_ section: DisclosureReader) -> [DisclosureRule] {
        var tables: [DisclosedTable] = []
        return section.items("tables", limit: limit, ["title", "cohort", "rows", "columns"]) { item in
            guard let table = readTable(item, section) else { return nil }
            if let other = tables.first(where: { $0.cohort == table.cohort && $0.sharesColumn(with: table) }) {
                item.fail(
                    "rows",
                    "The table '\(other.title)' counts the same cohort by one of these columns, so one could be "
                        + "subtracted from the other. Write one table of both columns, or name other columns.")
            }
            tables.append(table)
            return .table(table)
        }
    }

    /// Tables are judged one by one as they are read, for the place of the one at fault.
    static func check(_ rules: DisclosureRules, _ section: DisclosureReader) {}

    private static func readTable(_ item: MappingReader, _ section: DisclosureReader) -> DisclosedTable? {
        let title = item.text("title", "what the table shows", limit: 200)
        let cohort = item.identifier("cohort", .name)
        let cohorts = section.cohorts.map(\.id)
        if let cohort, !cohorts.contains(cohort.value) {
            section.mistakes.add(
                cohort.place, cohort.path,
                "No cohort has the id \(cohort.value)\(NearName.hint(cohort.value, among: cohorts)).")
            return nil
        }
        let rows = section.valueReference(item, "rows")
        let columns = item.has("columns") ? section.valueReference(item, "columns") : nil
        guard let title, let cohort, let rows else { return nil }
        if item.has("columns"), columns == nil { return nil }
        for named in [rows, columns].compactMap({ $0 }) where !section.isReleased(named.reference, for: cohort.value) {
            item.fail(
                "cohort",
                "\(named.reference) is not released for \(cohort.value). Name a cohort it is released for.")
            return nil
        }
        return DisclosedTable(
            title: title.value, cohort: cohort.value, rows: rows.reference, columns: columns?.reference)
    }
}
