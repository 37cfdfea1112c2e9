internal import Agreement
internal import Values

/// Rare values of a column, once they were found. Secret: which they are tells of few people.
struct RareGrouping: ValueRule {
    private let rule: RareValues
    private let values: Set<String>

    init(_ rule: RareValues, values: Set<String>) {
        self.rule = rule
        self.values = values
    }

    var name: String { "rare values grouped" }

    var notes: [String] {
        ["Values that fewer than \(rule.people) people have are shown as \(rule.replacement)."]
    }

    /// The one value says what it is, where values have labels.
    func declare(_ column: inout ColumnDeclaration) {
        guard !column.values.isEmpty, !column.values.contains(where: { $0.value == rule.replacement }) else { return }
        column.values.append(ValueLabel(rule.replacement, rule.replacement))
    }

    func shown(_ value: FieldValue) -> FieldValue {
        switch value {
        case .code(let text) where values.contains(text): .code(rule.replacement)
        case .text(let text) where values.contains(text): .text(rule.replacement)
        default: value
        }
    }
}
