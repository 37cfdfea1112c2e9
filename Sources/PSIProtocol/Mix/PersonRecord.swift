/// What an owner declares of one person of a register. Secret; reflection shows no content.
public struct PersonRecord: Sendable, CustomReflectable {
    /// What is hashed for each value of each match key, in the agreement's order; nil where the person lacks the key's
    /// parts or has fewer values.
    public let identities: [PersonIdentity?]
    /// The identity of the person's official code, from which a pseudonym that lasts follows; nil without one. [P-81]
    public let lastingIdentity: PersonIdentity?
    /// Of each group of features that tokens are made of, in the agreement's order, what the person has; empty without
    /// tokens.
    public let features: [[[UInt8]]]
    /// Rows encoded by `RowCodec`, one after the other; empty when nothing is released from the register.
    public let rows: [UInt8]
    public let rowCount: Int
    /// Whether the person is never to be released: their item is like others', and their cell a dummy's.
    public let isWithheld: Bool

    public init(
        identities: [PersonIdentity?], lastingIdentity: PersonIdentity? = nil, features: [[[UInt8]]] = [],
        rows: [UInt8], rowCount: Int, isWithheld: Bool = false
    ) {
        self.identities = identities
        self.lastingIdentity = lastingIdentity
        self.features = features
        self.rows = rows
        self.rowCount = rowCount
        self.isWithheld = isWithheld
    }

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// People of a register who were read together, and are made into records on whichever core asks for them. Secret.
public struct PeoplePiece: Sendable, CustomReflectable {
    public let count: Int
    /// What the people take, roughly.
    public let byteCount: Int
    private let make: @Sendable () throws -> [PersonRecord]

    /// - Parameter records: makes the `count` records, on any thread.
    public init(count: Int, byteCount: Int, records: @escaping @Sendable () throws -> [PersonRecord]) {
        self.count = count
        self.byteCount = byteCount
        make = records
    }

    /// Of people whose records there are.
    public init(_ people: [PersonRecord]) {
        self.init(count: people.count, byteCount: people.reduce(0) { $0 + $1.rows.count }) { people }
    }

    public var isEmpty: Bool { count == 0 }

    public func records() throws -> [PersonRecord] { try make() }

    /// The same people with other records.
    public func map(_ change: @escaping @Sendable (PersonRecord) -> PersonRecord) -> PeoplePiece {
        PeoplePiece(count: count, byteCount: byteCount) { [make] in try make().map(change) }
    }

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
