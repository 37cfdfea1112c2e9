internal import Values

/// Whom a column of a row names, and the link that the row has in place of the code. Secret.
public struct RowRelation: Sendable, CustomReflectable {
    /// What the column's code says, or why it is not used; `missing` where it names nobody.
    public let code: Result<IdentityReading, RefusalReason>
    /// 16 random bytes, which nothing else has; of no use where the code has none.
    let link: [UInt8]

    init(_ code: Result<IdentityReading, RefusalReason>) {
        self.code = code
        guard case .success = code else {
            link = []
            return
        }
        link = Self.freshLink()
    }

    /// The value that is released in the code's place.
    var value: FieldValue { link.isEmpty ? .null : .person(link) }

    /// From the system's secure generator.
    static func freshLink() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        var link: [UInt8] = []
        link.reserveCapacity(FieldValue.personByteCount)
        for _ in 0..<(FieldValue.personByteCount / 8) {
            withUnsafeBytes(of: generator.next()) { link.append(contentsOf: $0) }
        }
        return link
    }

    /// Without children, so that no reflection prints a code.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
