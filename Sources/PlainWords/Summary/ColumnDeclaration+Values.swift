internal import Agreement
internal import StrictYAML

extension ColumnDeclaration {
    /// `1 = Employed, 2 = Unemployed`, for the agreement's readers.
    var valuesInWords: String { values.map { "\($0.value) = \($0.label)" }.joined(separator: ", ") }

    /// The field `values` as a draft writes it; nil where the column has none.
    var valuesYAML: String? {
        guard !values.isEmpty else { return nil }
        let entries = values.map { "\(YAMLText.quoted($0.value)): \(YAMLText.quoted($0.label))" }
        return "{\(entries.joined(separator: ", "))}"
    }
}
