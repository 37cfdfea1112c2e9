internal import Agreement
internal import Values

/// A disclosure rule that changes a column, as the codebook tells of it.
protocol ColumnRule: Sendable {
    /// What it does to the column, in sentences.
    var notes: [String] { get }

    /// Makes the column's declaration what it is once the rule was carried out.
    func declare(_ column: inout ColumnDeclaration)
}

/// A rule that changes values of a column one by one, whoever has them.
protocol ValueRule: ColumnRule {
    /// What the report's table of changed values calls it.
    var name: String { get }

    /// A value as it is shown; a missing one stays missing.
    func shown(_ value: FieldValue) -> FieldValue
}
