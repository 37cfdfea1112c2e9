public import Agreement
public import Values

/// What the dataset of an agreement looks like: which cohorts and registers are in it, under names that files and
/// tables can carry. Made before a round begins, so that an agreement whose dataset could not be written is refused
/// early.
public struct DatasetLayout: Sendable, Equatable {
    /// A cohort that some register is released for. Others only help to define these; who belongs to them is not
    /// released.
    public struct Cohort: Sendable, Equatable {
        public let id: CohortID
        public let title: String
        /// Its place among all the agreement's cohorts, which is its bit in a person's mask. 0…63.
        public let bit: Int
    }

    /// A register whose rows are released.
    public struct Register: Sendable, Equatable {
        public let id: RegisterID
        public let title: String
        /// As its owner sends them.
        public let columns: [ColumnDeclaration]
        /// The same as researchers get them, once the agreement's disclosure rules were carried out.
        public let released: [ColumnDeclaration]
        /// Per column, what these rules do to it, in sentences.
        public let notes: [[String]]
        /// The bits of the cohorts it is released for.
        public let cohortMask: UInt64
        /// Its place among all the agreement's registers.
        let declaredIndex: Int
    }

    /// A column that names people.
    struct Relation: Sendable, Equatable {
        /// Of the register in `registers`, and of its column.
        let register: Int
        let column: Int
        /// Of the register of the people whom it names, in `stored`.
        let named: Int
    }

    /// In the agreement's order.
    public let cohorts: [Cohort]
    /// In the agreement's order.
    public let registers: [Register]
    /// `registers`, then those of people whom their columns name, which hold links and are in no dataset.
    let stored: [Register]
    /// Columns that name people.
    let relations: [Relation]
    /// Cohorts the agreement declares, released or not.
    let declaredCohortCount: Int
    /// In which ways records can be joined, strongest first.
    public let linkNames: [String]
    /// Whether tables have the column `link_key`: only where people are recognised in several ways.
    public let hasLinkColumn: Bool
    /// Every register of the agreement, released or not: records of all of them are linked.
    let declaredRegisters: [RegisterID]

    /// Whether the table of people says whose pseudonym is the same in all rounds of the study.
    public let hasLastingColumn: Bool
    /// The column that says so.
    static let lastingColumn = "pseudonym_lasts"

    /// The column that says what first joined a record to another.
    static let linkColumn = "link_key"

    /// The bits of every released cohort.
    var releasedMask: UInt64 { registers.reduce(0) { $0 | $1.cohortMask } }

    static let largestColumnCount = 1_000

    public init(_ agreement: Agreement) throws(DatasetError) {
        guard agreement.cohorts.count <= 64 else {
            throw .unusableName(agreement.cohorts[64].id, reason: .tooMany)
        }
        let released =
            agreement.release == .rows ? agreement.registers.enumerated().filter { !$1.releasedFor.isEmpty } : []
        guard !released.isEmpty else { throw .nothingReleased }

        var cohortNames = TakenNames(reserved: ["person", Self.linkColumn, Self.lastingColumn])
        for cohort in agreement.cohorts {
            guard Self.isIdentifier(cohort.id, allowingHyphen: true) else {
                throw .unusableName(cohort.id, reason: .form)
            }
            try cohortNames.take(cohort.id)
        }
        var registerNames = TakenNames(reserved: ["persons", "person", Self.linkColumn])
        var registers: [Register] = []
        for (declaredIndex, register) in released where register.isDeclared {
            guard Self.isIdentifier(register.id, allowingHyphen: false) else {
                throw .unusableName(register.id, reason: .form)
            }
            if register.id.hasPrefix("sqlite_") { throw .unusableName(register.id, reason: .reserved) }
            try registerNames.take(register.id)
            guard register.columns.count <= Self.largestColumnCount else {
                throw .unusableName(register.id, reason: .tooMany)
            }
            var columnNames = TakenNames(reserved: ["person", Self.linkColumn])
            for column in register.columns {
                guard Self.isColumnName(column.name) else { throw .unusableName(column.name, reason: .form) }
                try columnNames.take(column.name)
            }
            let mask = try Self.mask(of: register, in: agreement)
            let rules = register.columns.map { ColumnRules(agreement.disclosure, of: $0, in: register.id) }
            registers.append(
                Register(
                    id: register.id, title: register.title, columns: register.columns,
                    released: zip(register.columns, rules).map { $1.released($0) }, notes: rules.map(\.notes),
                    cohortMask: mask, declaredIndex: declaredIndex))
        }
        let releasedMask = registers.reduce(0) { $0 | $1.cohortMask }
        self.registers = registers
        (stored, relations) = try Self.withNamed(registers, released, agreement)
        self.cohorts = agreement.cohorts.enumerated().compactMap { bit, cohort in
            releasedMask >> UInt64(bit) & 1 == 1 ? Cohort(id: cohort.id, title: cohort.title, bit: bit) : nil
        }
        self.declaredCohortCount = agreement.cohorts.count
        self.linkNames = agreement.linkNames
        self.hasLinkColumn = agreement.linksInSeveralWays
        self.hasLastingColumn = agreement.pseudonyms.isLasting
        self.declaredRegisters = agreement.registers.map(\.id)
    }

    private static func mask(
        of register: RegisterDeclaration, in agreement: Agreement
    ) throws(DatasetError) -> UInt64 {
        var mask: UInt64 = 0
        for cohort in register.releasedFor {
            guard let bit = agreement.cohorts.firstIndex(where: { $0.id == cohort }) else {
                throw .unusableName(cohort, reason: .undeclared)
            }
            mask |= 1 << UInt64(bit)
        }
        return mask
    }

    /// Adds the registers of people whom columns name.
    private static func withNamed(
        _ registers: [Register], _ released: [(offset: Int, element: RegisterDeclaration)], _ agreement: Agreement
    ) throws(DatasetError) -> ([Register], [Relation]) {
        var stored = registers
        var relations: [Relation] = []
        for (declaredIndex, named) in released {
            guard let source = named.namedIn,
                let register = registers.firstIndex(where: { $0.id == source.register }),
                let column = registers[register].columns.firstIndex(where: { $0.name == source.column })
            else { continue }
            relations.append(Relation(register: register, column: column, named: stored.count))
            stored.append(
                Register(
                    id: named.id, title: named.title, columns: named.columns, released: named.columns,
                    notes: named.columns.map { _ in [] }, cohortMask: try mask(of: named, in: agreement),
                    declaredIndex: declaredIndex))
        }
        return (stored, relations)
    }

    /// 1…64 of a–z, 0–9, `_` (and `-`), beginning with a letter: safe as a file's name.
    private static func isIdentifier(_ name: String, allowingHyphen: Bool) -> Bool {
        guard let first = name.utf8.first, (97...122).contains(first), name.utf8.count <= 64 else { return false }
        return name.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || byte == 95 || (allowingHyphen && byte == 45)
        }
    }

    /// Anything an agreement may call a column, except control characters and blanks at the ends.
    private static func isColumnName(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 128, name.first != " ", name.last != " " else { return false }
        return name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}

/// Names taken so far within one table or directory; SQLite and some file systems see no difference in case.
private struct TakenNames {
    private let reserved: Set<String>
    private var names: Set<String> = []

    init(reserved: Set<String>) { self.reserved = reserved }

    mutating func take(_ name: String) throws(DatasetError) {
        let folded = name.lowercased()
        if reserved.contains(folded) { throw .unusableName(name, reason: .reserved) }
        guard names.insert(folded).inserted else { throw .unusableName(name, reason: .repeated) }
    }
}
