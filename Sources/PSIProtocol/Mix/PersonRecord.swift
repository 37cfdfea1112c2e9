/// What an owner declares of one person of a register. Secret; reflection shows no content.
public struct PersonRecord: Sendable, CustomReflectable {
    /// What is hashed for each value of each match key, in the agreement's order; nil where the person lacks the key's
    /// parts or has fewer values.
    public let identities: [PersonIdentity?]
    /// Of each group of features that tokens are made of, in the agreement's order, what the person has; empty without
    /// tokens.
    public let features: [[[UInt8]]]
    /// Rows encoded by `RowCodec`, one after the other; empty when nothing is released from the register.
    public let rows: [UInt8]
    public let rowCount: Int
    /// Whether the person is never to be released: their item is like others', and their cell a dummy's.
    public let isWithheld: Bool

    public init(
        identities: [PersonIdentity?], features: [[[UInt8]]] = [], rows: [UInt8], rowCount: Int,
        isWithheld: Bool = false
    ) {
        self.identities = identities
        self.features = features
        self.rows = rows
        self.rowCount = rowCount
        self.isWithheld = isWithheld
    }

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
