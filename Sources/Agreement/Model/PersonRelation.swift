public import Values

/// What the agreement says of a column of type `person`, whose values name other people.
public struct PersonRelation: Sendable, Equatable {
    /// Whether every row has to name somebody.
    public var isRequired: Bool
    /// The owner refuses to declare more named people than this; nil: than the register may have people.
    public var maxPeople: Int?
    /// The owner refuses a named person whose links need more cells than this; nil: than a person of the register may
    /// have.
    public var maxCellsPerPerson: Int?

    public init(isRequired: Bool = false, maxPeople: Int? = nil, maxCellsPerPerson: Int? = nil) {
        self.isRequired = isRequired
        self.maxPeople = maxPeople
        self.maxCellsPerPerson = maxCellsPerPerson
    }
}

extension ColumnDeclaration {
    /// A column that names people. In the dataset a value may always be missing: not everybody is in it.
    public static func person(
        name: String, title: String, source: String? = nil, relation: PersonRelation = PersonRelation()
    ) -> ColumnDeclaration {
        var column = ColumnDeclaration(name: name, type: .person, nullable: true, title: title, source: source)
        column.relation = relation
        return column
    }
}

extension RegisterDeclaration {
    /// The one column of a register of named people: the links by which their relations are found.
    public static let linkColumn = ColumnDeclaration(name: "link", type: .person, nullable: false, title: "Link")

    /// What stands between the names of a register and of its column in the id of the people whom the column names.
    /// Ids of registers and columns have none, so no register is called so, and no cohort can name it.
    static let namedSeparator = "-"

    /// Whether the register is one that the agreement's file declares, and not of people whom a column names.
    public var isDeclared: Bool { namedIn == nil }

    /// The id of the register of people whom a column names.
    public func namedID(_ column: String) -> RegisterID { id + Self.namedSeparator + column }

    /// For each column that names people a register of them, with the same owner and released for the same cohorts.
    ///
    public var namedRegisters: [RegisterDeclaration] {
        guard isDeclared else { return [] }
        return columns.compactMap { column in
            guard let relation = column.relation else { return nil }
            var named = RegisterDeclaration(
                id: namedID(column.name), title: column.title, owner: owner, releasedFor: releasedFor,
                maxPeople: relation.maxPeople ?? maxPeople,
                maxCellsPerPerson: relation.maxCellsPerPerson ?? maxCellsPerPerson, columns: [Self.linkColumn])
            named.minPeople = 0
            named.usableCodesPercent = usableCodesPercent
            named.namedIn = ColumnReference(id, column.name)
            return named
        }
    }
}

extension Agreement {
    /// The registers that the agreement's file declares.
    public var declaredRegisters: [RegisterDeclaration] { registers.filter(\.isDeclared) }

    /// The register whose column names the people of this one; nil for a register that is declared.
    public func naming(_ register: RegisterDeclaration) -> RegisterDeclaration? {
        register.namedIn.flatMap { named in registers.first { $0.id == named.register } }
    }

    /// Declared registers, then those of people whom their columns name.
    static func withNamed(_ registers: [RegisterDeclaration]) -> [RegisterDeclaration] {
        let declared = registers.filter(\.isDeclared)
        return declared + declared.flatMap(\.namedRegisters)
    }
}
