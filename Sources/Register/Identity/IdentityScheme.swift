public import Values

/// How a country writes its personal identity codes. Another country's code is another type that conforms, in a file of
/// its own, and a case of `IdentitySchemeID`.
public protocol IdentityScheme: Sendable {
    /// Reads a code and says what identifies its person across registers.
    ///
    /// - Parameters:
    ///   - text: valid UTF-8 as the source has it. Secret.
    ///   - owner: the register's owner, which bounds the codes that an authority issues for itself.
    /// - Throws: why the code is not used.
    func read(_ text: ArraySlice<UInt8>, owner: ParticipantID) throws(RefusalReason) -> IdentityReading
}

extension IdentityScheme {
    /// What is hashed for the code's person; see `read`.
    public func identity(of text: ArraySlice<UInt8>, owner: ParticipantID) throws(RefusalReason) -> PersonIdentity {
        try read(text, owner: owner).identity
    }

    /// The one rule by which columns of codes are read, in registers, histories and lists alike: numbers by their digits.
    func read(_ field: SourceField, owner: ParticipantID) throws(RefusalReason) -> IdentityReading {
        switch field {
        case .null: throw .missing
        case .characters(let text), .text(let text): try read(text, owner: owner)
        case .integer(let number): try read(Array(String(number).utf8)[...], owner: owner)
        case .real, .binary: throw .malformed
        }
    }
}

/// What a scheme makes of a code that it accepts. Secret but for its class; reflection shows no code.
public struct IdentityReading: Sendable, Hashable {
    public let identity: PersonIdentity
    public let codeClass: CodeClass
    /// Whether the source's text had more to be changed than white space at its ends and the case of letters.
    public let isRepaired: Bool

    public init(identity: PersonIdentity, codeClass: CodeClass, isRepaired: Bool) {
        self.identity = identity
        self.codeClass = codeClass
        self.isRepaired = isRepaired
    }
}

/// How far a code that is used identifies, for statistics.
public enum CodeClass: String, CaseIterable, Sendable {
    /// The same person in every register.
    case official
    /// The same person only in the registers of one owner: an authority issued the code for its own use.
    case temporary
}

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
