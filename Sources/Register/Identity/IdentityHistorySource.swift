/// Where the pairs of former and current codes are: a table of two columns, or more of which two are used.
public struct IdentityHistorySource: Sendable, Equatable {
    public var location: RegisterSource.Location
    /// Name of the column of codes that were replaced.
    public var formerColumn: String
    /// Name of the column of codes that replaced them.
    public var currentColumn: String

    public init(_ location: RegisterSource.Location, formerColumn: String, currentColumn: String) {
        self.location = location
        self.formerColumn = formerColumn
        self.currentColumn = currentColumn
    }
}
