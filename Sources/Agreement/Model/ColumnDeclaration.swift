public import Values

public struct ColumnDeclaration: Sendable, Equatable {
    public var name: String
    /// Of what is released.
    public var type: ColumnType
    /// Whether a row may lack the value.
    public var nullable: Bool
    /// For the codebook.
    public var title: String
    /// What disclosure control does to the column before a researcher sees it.
    public var disclosure: ColumnDisclosure
    /// What values of the column mean, in the agreement's order; empty where it doesn't say.
    public var values: [ValueLabel]
    /// The register's column that it is made of, where that has another name; see `sourceName`.
    public var source: String?
    /// What its owner makes of the register's value before it leaves; nil: the value itself.
    public var derivation: ColumnDerivation?
    /// Whether its numbers are something else than identity codes, though they may look so; see `LocalPolicy`.
    public var numbersAreNoCodes = false
    /// What is agreed of a column of type `person`; nil for all others.
    public var relation: PersonRelation?

    public init(
        name: String, type: ColumnType, nullable: Bool, title: String, disclosure: ColumnDisclosure = .asIs,
        values: [ValueLabel] = [], source: String? = nil, derivation: ColumnDerivation? = nil
    ) {
        self.name = name
        self.type = type
        self.nullable = nullable
        self.title = title
        self.disclosure = disclosure
        self.values = values
        self.source = source
        self.derivation = derivation
    }

    /// The register's column, by the name that a configuration maps.
    public var sourceName: String { source ?? name }
}
