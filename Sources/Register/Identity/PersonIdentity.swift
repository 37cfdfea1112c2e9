internal import Values

/// What is hashed to the group for one person under the match key `identity_code`. Secret; it shows nothing of itself.
public struct PersonIdentity: Sendable, Hashable, CustomReflectable {
    /// The scheme's label, 0x1F, for codes of one owner the owner's identifier and 0x1F, and the code. UTF-8.
    public let bytes: [UInt8]

    static let separator: UInt8 = 0x1F

    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Whether it identifies within the registers of one owner only: what its label says.
    var isTemporary: Bool {
        bytes.prefix { $0 != Self.separator }.reversed().starts(with: "-temporary".utf8.reversed())
    }

    /// - Parameter owner: for codes that identify within one owner's registers only.
    init(label: String, owner: ParticipantID?, code: some Collection<UInt8>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(label.utf8.count + (owner?.utf8.count ?? 0) + code.count + 2)
        bytes.append(contentsOf: label.utf8)
        if let owner {
            bytes.append(Self.separator)
            bytes.append(contentsOf: owner.utf8)
        }
        bytes.append(Self.separator)
        bytes.append(contentsOf: code)
        self.bytes = bytes
    }

    /// Without children, so that no reflection prints the code.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
