internal import Agreement
internal import StrictYAML

/// Rows and derivations as a draft writes them.
extension AgreementDraft {
    /// The lines of a register's `rows`, without indentation.
    static func lines(_ rows: RowSelection) -> [String] {
        ["rows:", "  people: \(rows.people.rawValue)", "  where:"]
            + rows.conditions.map { "    - \(text($0))" }
    }

    /// `{column: "start", type: date, from: 2009-01-01}`.
    static func text(_ condition: RowCondition) -> String {
        var fields = ["column: \(YAMLText.quoted(condition.column))", "type: \(condition.type.rawValue)"]
        switch condition.test {
        case .dates(let from, let until):
            fields += from.map { ["from: \($0)"] } ?? []
            fields += until.map { ["until: \($0)"] } ?? []
        case .integers(let from, let until):
            fields += from.map { ["from: \($0)"] } ?? []
            fields += until.map { ["until: \($0)"] } ?? []
        case .codes(let codes): fields.append("in: [\(list(codes.sorted()))]")
        case .codesBut(let codes): fields.append("not_in: [\(list(codes.sorted()))]")
        case .boolean(let flag): fields.append("is: \(flag)")
        }
        if condition.keepsMissing { fields.append("missing: keep") }
        return "{\(fields.joined(separator: ", "))}"
    }

    /// The fields of a column's derivation, each with a comma and a space before it; empty without one.
    static func fields(_ column: ColumnDeclaration) -> String {
        var fields = column.source.map { ["from: \(YAMLText.quoted($0))"] } ?? []
        switch column.derivation {
        case .coarsen(let period)?: fields.append("coarsen: \(period.rawValue)")
        case .map(let mapping)?:
            let entries = mapping.codes.sorted { $0.key < $1.key }
                .map { "\(YAMLText.quoted($0.key)): \(YAMLText.quoted($0.value))" }
            fields.append("map: {\(entries.joined(separator: ", "))}")
            switch mapping.otherwise {
            case .refused: break
            case .missing: fields.append("otherwise: missing")
            case .code(let code): fields.append("otherwise: \(YAMLText.quoted(code))")
            }
        case .bands(let bands)?:
            let limits = "[\(bands.limits.map(\.digits).joined(separator: ", "))]"
            let isStandard = bands.labels == NumberBands.standardLabels(bands.limits)
            fields.append("bands: " + (isStandard ? limits : "{limits: \(limits), labels: [\(list(bands.labels))]}"))
        case .round(let step)?: fields.append("round_to: \(step)")
        case nil: break
        }
        fields += column.relation?.maxPeople.map { ["max_people: \($0)"] } ?? []
        fields += column.relation?.maxCellsPerPerson.map { ["max_cells_per_person: \($0)"] } ?? []
        return fields.map { ", " + $0 }.joined()
    }

    /// Whether the register's rows may lack the value.
    static func mayLack(_ column: ColumnDeclaration) -> Bool {
        column.relation.map { !$0.isRequired } ?? column.nullable
    }

    private static func list(_ texts: [String]) -> String { texts.map(YAMLText.quoted).joined(separator: ", ") }
}

extension ColumnDeclaration {
    /// The field `values` as a draft writes it; nil where the column has none.
    var valuesYAML: String? {
        guard !values.isEmpty else { return nil }
        let entries = values.map { "\(YAMLText.quoted($0.value)): \(YAMLText.quoted($0.label))" }
        return "{\(entries.joined(separator: ", "))}"
    }
}
