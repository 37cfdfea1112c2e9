public import Values

/// A named group of people, by set algebra over registers.
public struct CohortDeclaration: Sendable, Equatable {
    public var id: CohortID
    public var title: String
    public var expression: CohortExpression
    /// No more than this many people are released; dummies that pad a register count too.
    public var maxPeople: Int

    public init(id: CohortID, title: String, expression: CohortExpression, maxPeople: Int) {
        self.id = id
        self.title = title
        self.expression = expression
        self.maxPeople = maxPeople
    }
}
