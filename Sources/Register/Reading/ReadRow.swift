public import Values

/// A row of somebody who may be recognised. Secret.
public struct ReadRow: Sendable, CustomReflectable {
    /// What the row's identity code says, or why it is not used.
    public let code: Result<IdentityReading, RefusalReason>
    /// The owner's own name for the person, if the source has a column for it.
    let localPerson: [UInt8]?
    /// The register's match fields, in the agreement's order.
    let fields: [NormalisedField?]
    /// The declared columns' values in order, as they are released; none if the row is not kept.
    public let values: [FieldValue]
    let quality: QualityValues
    /// Whether the agreement's `rows` keep it; else it only tells who is in the register.
    public var isKept = true
    /// Whether it says that its person is never to be released.
    var isMarked = false
    /// Whether the agreement's `rows` leave the row's person out, as far as the row is concerned.
    var isOutside = false

    /// Without children, so that no reflection prints a row.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
