/// Encoded group elements, one after the other: the unit in which everything is blinded and sent.
///
/// `bytes` holds `count` × `S.elementByteCount` bytes. Elements on the wire are public to their receiver; whether they
/// are valid is checked by the operation that takes them.
public struct ElementBatch<S: Suite>: Sendable, Equatable {
    public let bytes: [UInt8]

    /// Nil unless `bytes` holds whole encodings.
    public init?(bytes: [UInt8]) {
        guard bytes.count.isMultiple(of: S.elementByteCount) else { return nil }
        self.bytes = bytes
    }

    /// For bytes that an operation has just made.
    init(trusted bytes: [UInt8]) { self.bytes = bytes }

    public var count: Int { bytes.count / S.elementByteCount }

    /// One encoding.
    public subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[(index * S.elementByteCount)..<((index + 1) * S.elementByteCount)]
    }
}

public enum GroupError: Error, Equatable {
    /// The encoding at this index is not canonical, not in the group, or the identity.
    case invalidElement(index: Int)
    /// A library under the suite could not allocate or refused to work.
    case backendFailed
}
