/// One row of a register as the agreement declares it. Secret.
public enum RegisterRow: Sendable, CustomReflectable {
    case row(ReadRow)
    /// Nothing in the row says who it is about; nothing else of it was looked at but what its quality is reported by.
    case refused(RefusalReason, quality: QualityValues)
    /// The agreement's `rows` leave the row out, or it says of nobody that they are never to be released.
    case leftOut

    /// Without children, so that no reflection prints a row.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
