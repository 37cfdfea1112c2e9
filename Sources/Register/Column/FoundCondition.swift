internal import Agreement
internal import Values

/// A condition on rows, and where its column is.
struct FoundCondition {
    let index: Int
    /// The source's name.
    let name: String
    private let condition: RowCondition
    var type: ColumnType { condition.type }
    private let parser: ColumnParser

    init(_ condition: RowCondition, index: Int, name: String) {
        self.condition = condition
        self.index = index
        self.name = name
        parser = ColumnParser(
            declaration: ColumnDeclaration(name: condition.column, type: condition.type, nullable: true, title: ""),
            hasDecimalComma: false)
    }

    func holds(of field: SourceField) throws(RegisterError.Kind) -> Bool {
        if condition.type == .code, case .integer(let number) = field {
            return condition.holds(of: .code(String(number)))
        }
        return condition.holds(of: try parser.value(of: field))
    }
}
