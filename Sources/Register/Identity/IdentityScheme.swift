public import PSIProtocol
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

    /// The one rule by which columns of codes are read, in registers, histories and lists alike: numbers by their
    /// digits.
    func read(_ field: SourceField, owner: ParticipantID) throws(RefusalReason) -> IdentityReading {
        switch field {
        case .null: throw .missing
        case .characters(let text), .text(let text): try read(text, owner: owner)
        case .integer(let number): try read(Array(String(number).utf8)[...], owner: owner)
        case .real, .binary: throw .malformed
        }
    }
}
