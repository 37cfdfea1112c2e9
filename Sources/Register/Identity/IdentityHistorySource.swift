/// Where the pairs of former and current codes are: a table of two columns, or more of which two are used.
public struct IdentityHistorySource: Sendable {
    public var table: any TableSource
    /// Name of the column of codes that were replaced.
    public var formerColumn: String
    /// Name of the column of codes that replaced them.
    public var currentColumn: String

    public init(_ table: any TableSource, formerColumn: String, currentColumn: String) {
        self.table = table
        self.formerColumn = formerColumn
        self.currentColumn = currentColumn
    }
}
