public import PSIProtocol

/// One person and all the rows there are of them. Secret; reflection shows no content.
public struct PersonRows: Sendable, CustomReflectable {
    /// Of the person's code; nil if they have none that can be used.
    public let identity: PersonIdentity?
    /// Codes that the person had before, the most recent first.
    public let former: [PersonIdentity]
    /// The register's match fields in the agreement's order.
    let fields: [NormalisedField?]
    /// What `RowCodec` makes of the rows, in an order that says nothing of the source's; equal rows are all there.
    public let rows: [UInt8]
    public let rowCount: Int
    /// Whether the person is never to be released: they have no rows here.
    public let isWithheld: Bool

    init(
        identity: PersonIdentity?, former: [PersonIdentity] = [], fields: [NormalisedField?] = [], rows: [UInt8] = [],
        rowCount: Int = 0, isWithheld: Bool = false
    ) {
        self.identity = identity
        self.former = former
        self.fields = fields
        self.rows = rows
        self.rowCount = rowCount
        self.isWithheld = isWithheld
    }

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
