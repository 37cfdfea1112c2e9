internal import Agreement
internal import Values

extension ColumnCut: ValueRule {
    var name: String { "cut" }

    var notes: [String] {
        [
            bottom.map { "Values below \($0.plainText) are shown as \($0.plainText)." },
            top.map { "Values above \($0.plainText) are shown as \($0.plainText)." },
        ].compactMap { $0 }
    }

    func declare(_ column: inout ColumnDeclaration) {}

    func shown(_ value: FieldValue) -> FieldValue {
        guard value != .null else { return value }
        if let bottom, ValueOrder.isBefore(value, bottom) { return bottom }
        if let top, ValueOrder.isBefore(top, value) { return top }
        return value
    }
}
