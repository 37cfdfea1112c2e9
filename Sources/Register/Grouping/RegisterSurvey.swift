public import PSIProtocol

/// What a register holds, in numbers. They stay with its owner until the agreement's caps have been checked.
public struct RegisterSurvey: Sendable, Equatable {
    public var rowsRead = 0
    /// Rows with an identity.
    public var rowsKept = 0
    /// Rows left out, by reason; without reasons that didn't occur.
    public var refused: [RefusalReason: Int] = [:]
    public var people = 0
    /// The largest number of rows that one person has; 0 when there is nobody.
    public var mostRowsOfPerson = 0
    /// The largest number of bytes that one person's rows take in the sort's encoding.
    public var mostBytesOfPerson = 0

    public init() {}

    public var rowsRefused: Int { refused.values.reduce(0, +) }
}

/// One person and all the rows there are of them. Secret; reflection shows no content.
public struct PersonRows: Sendable, Equatable, CustomReflectable {
    /// What is hashed for the person, see `PersonIdentity`.
    public let identity: [UInt8]
    /// The declared columns' values, in an order that says nothing of the source's; equal rows are all there.
    public let rows: [[FieldValue]]

    public init(identity: [UInt8], rows: [[FieldValue]]) {
        self.identity = identity
        self.rows = rows
    }

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
