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

/// What follows the text of a batch that was cut out of a file.
enum TextEnding: Sendable {
    /// Another record, or nothing.
    case recordEnd
    /// Nothing: the last record may lack its line's end.
    case fileEnd
    /// The last record's rest could not be read.
    case failure(RegisterError)
    /// More of a record that is too long already.
    case recordTooLong
}
