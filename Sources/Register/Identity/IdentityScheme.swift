public import PSIProtocol

/// How a country writes its personal identity codes. Another country's code is another type that conforms.
public protocol IdentityScheme: Sendable {
    /// Reads a code and says what identifies its person across registers.
    ///
    /// - Parameters:
    ///   - text: valid UTF-8 as the source has it. Secret.
    ///   - owner: the register's owner, which bounds the codes that an authority issues for itself.
    /// - Throws: why the code is not used.
    func identity(of text: ArraySlice<UInt8>, owner: ParticipantID) throws(RefusalReason) -> PersonIdentity

    /// Whether the text is, or has as a whole word, a code that could be a person's. Such text is never released.
    func containsCode(_ text: ArraySlice<UInt8>) -> Bool
}

/// What is hashed to the group for one person under the match key `identity_code`. Secret; it shows nothing of itself.
public struct PersonIdentity: Sendable, Hashable, CustomReflectable {
    /// The scheme's label, 0x1F, for codes of one owner the owner's identifier and 0x1F, and the code. UTF-8.
    public let bytes: [UInt8]

    static let separator: UInt8 = 0x1F

    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Without children, so that no reflection prints the code.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
