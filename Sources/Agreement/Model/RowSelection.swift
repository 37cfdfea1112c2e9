public import Values

/// Which rows of a register a study is about; the others never leave their owner.
public struct RowSelection: Sendable, Equatable {
    /// Whether somebody with no row that is kept is in the register all the same.
    public enum People: String, Sendable, CaseIterable {
        /// They are, without rows: they are found in matching and belong to the cohorts.
        case keep
        /// They are not: it is as if the register had only the rows that are kept.
        case leaveOut = "leave_out"
    }

    /// A row is kept if all hold; at least one.
    public var conditions: [RowCondition]
    public var people: People

    public init(conditions: [RowCondition], people: People) {
        self.conditions = conditions
        self.people = people
    }
}

/// What must hold of a row's value in one of the register's columns, which need not be a released one.
public struct RowCondition: Sendable, Equatable {
    public enum Test: Sendable, Equatable {
        /// First and last day, both included; at least one is there.
        case dates(from: CalendarDate?, until: CalendarDate?)
        /// First and last number, both included; at least one is there.
        case integers(from: Int64?, until: Int64?)
        case codes(Set<String>)
        case codesBut(Set<String>)
        case boolean(Bool)
    }

    /// The register's column, by the name that a configuration maps.
    public var column: String
    public var test: Test
    /// Whether a row without the value is kept.
    public var keepsMissing: Bool

    public init(column: String, test: Test, keepsMissing: Bool = false) {
        self.column = column
        self.test = test
        self.keepsMissing = keepsMissing
    }

    /// What the column's values are read as.
    public var type: ColumnType {
        switch test {
        case .dates: .date
        case .integers: .integer
        case .codes, .codesBut: .code
        case .boolean: .boolean
        }
    }

    /// Whether the value, of `type` or missing, lets the row be kept.
    public func holds(of value: FieldValue) -> Bool {
        switch (test, value) {
        case (_, .null): keepsMissing
        case (.dates(let from, let until), .date(let date)):
            from.map { $0 <= date } ?? true && until.map { date <= $0 } ?? true
        case (.integers(let from, let until), .integer(let number)):
            from.map { $0 <= number } ?? true && until.map { number <= $0 } ?? true
        case (.codes(let codes), .code(let code)): codes.contains(code)
        case (.codesBut(let codes), .code(let code)): !codes.contains(code)
        case (.boolean(let wanted), .boolean(let flag)): wanted == flag
        default: false
        }
    }
}
