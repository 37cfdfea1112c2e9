/// Where the pairs of former and current codes are: a table of two columns, or more of which two are used.
public struct IdentityHistorySource: Sendable {
    public var table: any TableSource
    /// Name of the column of codes that were replaced.
    public var formerColumn: String
    /// Name of the column of codes that replaced them.
    public var currentColumn: String

    /// Name of the column of the days on which codes were replaced; nil if there is none.
    public var replacedColumn: String?

    public init(
        _ table: any TableSource, formerColumn: String, currentColumn: String, replacedColumn: String? = nil
    ) {
        self.table = table
        self.formerColumn = formerColumn
        self.currentColumn = currentColumn
        self.replacedColumn = replacedColumn
    }
}
