public import PSIProtocol
public import Values

/// One person and all the rows there are of them. Secret; reflection shows no content.
public struct PersonRows: Sendable, CustomReflectable {
    /// Of the person's code; nil if they have none that can be used.
    public let identity: PersonIdentity?
    /// Codes that the person had before, the most recent first.
    public let former: [PersonIdentity]
    /// The register's match fields in the agreement's order.
    let fields: [NormalisedField?]
    /// The declared columns' values, in an order that says nothing of the source's; equal rows are all there.
    public let rows: [[FieldValue]]
    /// Whether the person is never to be released: they have no rows here.
    public let isWithheld: Bool

    init(
        identity: PersonIdentity?, former: [PersonIdentity] = [], fields: [NormalisedField?] = [], rows: [[FieldValue]],
        isWithheld: Bool = false
    ) {
        self.identity = identity
        self.former = former
        self.fields = fields
        self.rows = rows
        self.isWithheld = isWithheld
    }

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
