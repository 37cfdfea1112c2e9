public import PSIProtocol
public import Values

/// What identifies a code's person, and how far. Secret but for its class; it shows nothing of itself.
public struct CodeIdentity: Sendable, Hashable, CustomReflectable {
    public let person: PersonIdentity
    public let codeClass: CodeClass

    /// What stands between an identity's parts.
    private static let separator: UInt8 = 0x1F

    init(_ person: PersonIdentity, _ codeClass: CodeClass) {
        self.person = person
        self.codeClass = codeClass
    }

    /// - Parameters:
    ///   - label: the scheme's; another one for codes that identify within one owner's registers only.
    ///   - owner: for such codes, their owner; else nil.
    ///   - code: as its scheme writes it, UTF-8.
    public init(label: String, owner: ParticipantID?, code: some Collection<UInt8>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(label.utf8.count + (owner?.utf8.count ?? 0) + code.count + 2)
        bytes.append(contentsOf: label.utf8)
        if let owner {
            bytes.append(Self.separator)
            bytes.append(contentsOf: owner.utf8)
        }
        bytes.append(Self.separator)
        bytes.append(contentsOf: code)
        self.init(PersonIdentity(bytes: bytes), owner == nil ? .official : .temporary)
    }

    /// What identities of a scheme's official codes begin with, and no others: those of temporary codes have another
    /// label. [P-22]
    static func officialPrefix(label: String) -> [UInt8] { Array(label.utf8) + [separator] }

    /// Without children, so that no reflection prints the code.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
