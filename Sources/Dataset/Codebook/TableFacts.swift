internal import Agreement
internal import Values

/// What the programs that load a table must know of its values, gathered while the rows are written.
///
/// Everything here can be read from the table itself; counts are exact and are shown only as the gate discloses them.
struct TableFacts {
    struct Column {
        /// Whether a `""` occurs, which many readers take for a missing value.
        var hasEmptyText = false
        /// Largest distance from 0 among integers.
        var integerMagnitude: UInt64 = 0
        /// Whether all codes are integers in plain digits that Stata can hold as numbers with labels.
        var areCodesNumbers = true
        /// Rows whose value has no label although the column has labels.
        var unlabelledRowCount = 0
        /// Rows that name somebody who is not in the dataset, and rows that name nobody.
        var elsewhereRowCount = 0
        var nobodyRowCount = 0
    }

    private(set) var rowCount = 0
    private(set) var columns: [Column]
    /// Values that have labels, and their bytes, as equal texts of Swift may differ in them; nil where the column has
    /// no labels.
    private let labelled: [[String: [UInt8]]?]

    init(_ columns: [ColumnDeclaration]) {
        self.columns = columns.map { _ in Column() }
        labelled = columns.map { column in
            guard !column.values.isEmpty else { return nil }
            return Dictionary(column.values.map { ($0.value, Array($0.value.utf8)) }) { first, _ in first }
        }
    }

    /// A row as it is disclosed.
    mutating func note(_ row: [FieldValue]) {
        rowCount += 1
        for (index, value) in row.enumerated() where columns.indices.contains(index) {
            switch value {
            case .integer(let number):
                columns[index].integerMagnitude = max(columns[index].integerMagnitude, number.magnitude)
                if let labels = labelled[index], labels[String(number)] == nil {
                    columns[index].unlabelledRowCount += 1
                }
            case .code(let text):
                if text.isEmpty { columns[index].hasEmptyText = true }
                guard let labels = labelled[index] else { break }
                if columns[index].areCodesNumbers { columns[index].areCodesNumbers = StataName.isNumber(text) }
                if labels[text]?.elementsEqual(text.utf8) != true { columns[index].unlabelledRowCount += 1 }
            case .text(let text):
                if text.isEmpty { columns[index].hasEmptyText = true }
            case .null, .decimal, .date, .boolean, .person: break
            }
        }
    }

    /// A row of a column that names people, as it came.
    ///
    /// - Parameter isShown: whether who is named is in the dataset.
    mutating func note(person value: FieldValue, inColumn index: Int, isShown: Bool) {
        if value == .null {
            columns[index].nobodyRowCount += 1
        } else if !isShown {
            columns[index].elsewhereRowCount += 1
        }
    }

    /// A row of which nothing but its being there matters.
    mutating func noteRow() { rowCount += 1 }
}
