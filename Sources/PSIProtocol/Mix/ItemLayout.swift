public import Agreement

/// The layout of an item on its way round the ring: encoded elements, then when rows are released a capsule, then where
/// pseudonyms last a study capsule. [P-30] [P-81]
public struct ItemLayout: Sendable, Equatable, Codable {
    public let elementByteCount: Int
    /// Elements of an item.
    public let elementCount: Int
    public let hasCapsule: Bool
    public let hasStudyCapsule: Bool

    public init<S: Suite>(_: S.Type, agreement: Agreement) {
        elementByteCount = S.elementByteCount
        elementCount = agreement.elementCount
        hasCapsule = agreement.release == .rows
        hasStudyCapsule = agreement.pseudonyms.isLasting
    }

    /// Capsules of an item: none, or the one of its cells, or that and the study's.
    public var capsuleCount: Int { (hasCapsule ? 1 : 0) + (hasStudyCapsule ? 1 : 0) }
    public var capsuleByteCount: Int { capsuleCount * Capsule.byteCount }
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

extension ItemLayout {
    /// Whether it can be one of an agreement in this suite, wherever it came from.
    func isPlausible<S: Suite>(for _: S.Type) -> Bool {
        elementByteCount == S.elementByteCount && (1...4_096).contains(elementCount) && (hasCapsule || !hasStudyCapsule)
    }
}
