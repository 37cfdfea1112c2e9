public import Values

/// A released column of a register: `residents.birth_year`.
public struct ColumnReference: Sendable, Hashable, CustomStringConvertible {
    public var register: RegisterID
    public var column: String

    public init(_ register: RegisterID, _ column: String) {
        self.register = register
        self.column = column
    }

    public var description: String { "\(register).\(column)" }
}
