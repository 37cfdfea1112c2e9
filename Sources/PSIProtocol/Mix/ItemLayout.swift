public import Agreement

/// The layout of an item on its way round the ring: encoded elements, then a capsule when rows are released. [P-30]
public struct ItemLayout: Sendable, Equatable {
    public let elementByteCount: Int
    /// Elements of an item.
    public let elementCount: Int
    public let hasCapsule: Bool

    public init<S: Suite>(_: S.Type, agreement: Agreement) {
        elementByteCount = S.elementByteCount
        elementCount = agreement.elementCount
        hasCapsule = agreement.release == .rows
    }

    public var capsuleByteCount: Int { hasCapsule ? Capsule.byteCount : 0 }
    public var elementsByteCount: Int { elementCount * elementByteCount }
    /// An item between hops.
    public var itemByteCount: Int { elementsByteCount + capsuleByteCount }
    public var tagsByteCount: Int { elementCount * ExitSalt.tagByteCount }
    /// An item after the exit, where tags stand for elements.
    public var taggedItemByteCount: Int { tagsByteCount + capsuleByteCount }
}

extension ItemLayout {
    /// The layout in the agreement's suite.
    public init(_ agreement: Agreement) { self.init(agreement.suite.type, agreement: agreement) }
}
