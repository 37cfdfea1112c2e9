/// Records that a reader cut off together: to be split into fields on any core. Secret.
public protocol RecordBatch: Sendable, CustomReflectable {
    /// Bytes that it takes, roughly.
    var byteCount: Int { get }

    /// The records, up to the first that cannot be read.
    func split() -> SplitRecords
}

extension RecordBatch {
    /// Without children, so that no reflection prints a record.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
