internal import PSIProtocol

/// A table of a cohort's people by what the dataset shows of one or two columns, small counts withheld.
struct PeopleTable: Encodable, Equatable {
    static let lineLimit = 200
    static let columnLimit = 50

    struct Line: Encodable, Equatable {
        let value: String
        /// By column, then in all.
        let counts: [ReportCount]
    }

    let title: String
    let cohort: CohortID
    /// What lines and columns are about: `register.column`.
    let rowsAre: String
    let columnsAre: String?
    /// Values of the columns; none where people are counted by one column only.
    let columns: [String]
    /// The last is the total.
    let lines: [Line]

    /// - Parameters:
    ///   - table: as the agreement declares it.
    ///   - people: of each person of the cohort, the line's value and the column's.
    init(_ table: DisclosedTable, of people: [(row: String, column: String)], gate: DisclosureGate)
        throws(DatasetError)
    {
        title = table.title
        cohort = table.cohort
        rowsAre = table.rows.description
        columnsAre = table.columns?.description
        let rows = Set(people.map(\.row)).sorted()
        let values = table.columns == nil ? [] : Set(people.map(\.column)).sorted()
        guard rows.count <= Self.lineLimit, values.count <= Self.columnLimit else {
            throw .tableTooLarge(
                title: table.title, limit: rows.count > Self.lineLimit ? Self.lineLimit : Self.columnLimit)
        }
        let width = values.count + 1
        var counts = Array(repeating: Array(repeating: 0, count: width), count: rows.count + 1)
        let line = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
        let column = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
        for person in people {
            let row = line[person.row] ?? 0
            for line in [row, rows.count] {
                counts[line][width - 1] += 1
                if let column = column[person.column] { counts[line][column] += 1 }
            }
        }
        let exact = counts.map { $0.map(gate.disclose) }
        let cells = values.isEmpty ? Self.suppressed(exact.map { $0[0] }).map { [$0] } : TableSuppression(exact).cells
        columns = values
        lines = zip(rows + ["all"], cells).map { Line(value: $0, counts: $1) }
    }

    /// Numbers and their sum, which is the cohort's size and told elsewhere.
    private static func suppressed(_ cells: [ReportCount]) -> [ReportCount] {
        var cells = cells
        ComplementaryWithholding.apply(to: &cells, sums: [Array(cells.indices.dropLast())])
        return cells
    }
}
