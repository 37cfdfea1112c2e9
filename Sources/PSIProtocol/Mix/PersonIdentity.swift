/// What is hashed to the group for one person under one value of a match key. Secret; it shows nothing of itself.
/// [P-23]
public struct PersonIdentity: Sendable, Hashable, CustomReflectable {
    /// Of a code the scheme's label, 0x1F, for codes of one owner the owner's identifier and 0x1F, and the code, in
    /// UTF-8 [P-22]; of a recipe what it makes of the person's fields.
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Without children, so that no reflection prints the person.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
