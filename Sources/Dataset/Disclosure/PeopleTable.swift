internal import Agreement
internal import Values

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
    ///   - isNoRowsKnown: whether the report tells elsewhere how many people there are without rows.
    init(
        _ table: DisclosedTable, of people: [(row: String, column: String)], isNoRowsKnown: Bool = false,
        gate: DisclosureGate
    ) throws(DatasetError) {
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
        columns = values
        let known = isNoRowsKnown ? rows.firstIndex(of: Self.noRows) : nil
        lines = zip(rows + ["all"], Self.shown(counts, knownLine: known, gate)).map { Line(value: $0, counts: $1) }
    }

    /// What the table says of people who have no rows in the register.
    static let noRows = "no rows"

    /// Counts with totals last, of which the sum of all is the cohort's size and told elsewhere.
    static func shown(_ counts: [[Int]], knownLine: Int? = nil, _ gate: DisclosureGate) -> [[ReportCount]] {
        var cells = ReportCells(gate: gate)
        let (last, width) = (counts.count - 1, (counts.first?.count ?? 1) - 1)
        let places = counts.enumerated().map { line, numbers in
            numbers.enumerated().map { column, number in
                let isKnown = column == width && (line == last || line == knownLine)
                return cells.place(
                    number, isKnown ? .known : .told, rank: (line == last ? 1 : 0) + (column == width ? 1 : 0))
            }
        }
        if width > 0 { for line in places { cells.relate(Array(line[..<width]), equals: [line[width]]) } }
        for column in 0...width { cells.relate(places[..<last].map { $0[column] }, equals: [places[last][column]]) }
        cells.decide()
        return places.map { $0.map(cells.shown) }
    }
}
