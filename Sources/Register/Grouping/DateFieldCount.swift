/// How many rows have a date in a match field, and how many of these can be read.
public struct DateFieldCount: Sendable, Equatable {
    public let name: String
    public var present = 0
    public var readable = 0

    public init(name: String) { self.name = name }
}
