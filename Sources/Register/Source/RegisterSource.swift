/// Where a register's rows are and what its columns are called there: one entry of a node's configuration.
public struct RegisterSource: Sendable {
    public var table: any TableSource
    /// Name in the source of the column that holds the personal identity code; nil if it has none.
    public var identityColumn: String?
    /// Name in the source of the column by which the owner itself tells people apart, such as a client number; rows of
    /// people without an identity code are gathered by it.
    public var personColumn: String?
    /// The source's column for each of the agreement's match fields that the register has, by the field's name.
    public var matchColumns: [String: String]
    /// Codes that people had before, if the owner keeps them.
    public var history: IdentityHistorySource?
    /// The source's name for a column of the agreement where the two differ, by the agreement's name.
    public var columnNames: [String: String]
    /// Lists of people who are never to be released; read anew whenever the register is.
    public var neverRelease: [NeverReleaseSource] = []
    /// Who has withdrawn from the study: never released, too.
    public var withdrawn = WithdrawnCodes()
    /// The column that marks rows of people who are never to be released.
    public var neverReleaseColumn: NeverReleaseColumn?

    public init(
        _ table: any TableSource, identityColumn: String?, columnNames: [String: String] = [:],
        personColumn: String? = nil, matchColumns: [String: String] = [:], history: IdentityHistorySource? = nil
    ) {
        self.table = table
        self.identityColumn = identityColumn
        self.columnNames = columnNames
        self.personColumn = personColumn
        self.matchColumns = matchColumns
        self.history = history
    }

    /// Whether somebody may have to be left out.
    public var screensPeople: Bool {
        !neverRelease.isEmpty || neverReleaseColumn != nil || !withdrawn.isEmpty
    }

    /// For messages: the file, or what stands for it, such as server, database and table.
    public var name: String { table.name }
}
