/// A table of people who are never to be released: who has objected, or whose data is protected.
public struct NeverReleaseSource: Sendable {
    public var table: any TableSource
    /// Name of the column of identity codes.
    public var identityColumn: String

    public init(_ table: any TableSource, identityColumn: String) {
        self.table = table
        self.identityColumn = identityColumn
    }
}
