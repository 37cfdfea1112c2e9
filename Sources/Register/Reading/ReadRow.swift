public import Values

/// A row of somebody who may be recognised. Secret.
public struct ReadRow: Sendable, CustomReflectable {
    /// What the row's identity code says, or why it is not used.
    public let code: Result<IdentityReading, RefusalReason>
    /// The owner's own name for the person, if the source has a column for it.
    let localPerson: [UInt8]?
    /// The register's match fields, in the agreement's order.
    let fields: [NormalisedField?]
    /// The declared columns' values in order, as they are released; none if the agreement's `rows` leave the row out.
    public let values: [FieldValue]
    let quality: QualityValues
    /// Whom each column of type `person` names, in the columns' order; none if the agreement's `rows` leave the row
    /// out.
    public var relations: [RowRelation] = []
    public var fate = RowFate.kept

    /// Without children, so that no reflection prints a row.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
