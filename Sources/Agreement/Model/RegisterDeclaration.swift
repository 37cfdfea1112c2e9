public import Values

/// A register as the agreement names it.
public struct RegisterDeclaration: Sendable, Equatable {
    public var id: RegisterID
    public var title: String
    public var owner: ParticipantID
    /// Cohorts whose people's rows are released from this register; empty: it only defines cohorts.
    public var releasedFor: [CohortID]
    /// The owner refuses to declare more people than this.
    public var maxPeople: Int
    /// The owner refuses to declare fewer people than this: it has read less than the register.
    public var minPeople = 1
    /// Percent of the rows that must have a usable code, at least.
    public var usableCodesPercent = RegisterDeclaration.standardUsableCodes
    /// The owner refuses a person whose rows need more cells than this.
    public var maxCellsPerPerson: Int
    /// Columns released, in the dataset's order; empty when `releasedFor` is.
    public var columns: [ColumnDeclaration]
    /// Names of the match fields that this register has; the owner needs a column for each.
    public var matchFields: [String]
    /// By which of its columns the register's quality is reported.
    public var quality: QualityColumns
    /// Which rows the study is about; nil: all.
    public var rows: RowSelection?
    /// The declared column whose values name the register's people; nil for a register that is declared.
    public var namedIn: ColumnReference?
    /// How datasets of several rounds are made of its rows.
    public var increments = Increments.replace

    public init(
        id: RegisterID, title: String, owner: ParticipantID, releasedFor: [CohortID], maxPeople: Int,
        maxCellsPerPerson: Int, columns: [ColumnDeclaration], matchFields: [String] = [],
        quality: QualityColumns = QualityColumns(), rows: RowSelection? = nil
    ) {
        self.id = id
        self.title = title
        self.owner = owner
        self.releasedFor = releasedFor
        self.maxPeople = maxPeople
        self.maxCellsPerPerson = maxCellsPerPerson
        self.columns = columns
        self.matchFields = matchFields
        self.quality = quality
        self.rows = rows
    }
}

extension RegisterDeclaration {
    /// Where an agreement doesn't say: fewer codes are only usable where a register is read wrongly.
    public static let standardUsableCodes = 50
}
