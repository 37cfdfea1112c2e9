/// A table of people who are never to be released: who has objected, or whose data is protected.
public struct NeverReleaseSource: Sendable, Equatable {
    public var location: RegisterSource.Location
    /// Name of the column of identity codes.
    public var identityColumn: String

    public init(_ location: RegisterSource.Location, identityColumn: String) {
        self.location = location
        self.identityColumn = identityColumn
    }
}
