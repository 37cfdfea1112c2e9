public import Values

/// A participant and the public keys pinned for it.
public struct Participant: Sendable, Equatable {
    public var id: ParticipantID
    public var name: String
    public var role: ParticipantRole
    /// Ed25519 public key, 32 bytes.
    public var signingKey: [UInt8]
    /// X-Wing (ML-KEM-768 with X25519) public key, 1,216 bytes.
    public var hpkeKey: [UInt8]
    /// SHA-256 of the TLS certificate's SubjectPublicKeyInfo, 32 bytes.
    public var tlsPin: [UInt8]
    /// Why the keys are others than in the agreement that is amended; nil where they are the same.
    public var keyChange: KeyChange?

    public init(
        id: ParticipantID, name: String, role: ParticipantRole, signingKey: [UInt8], hpkeKey: [UInt8], tlsPin: [UInt8],
        keyChange: KeyChange? = nil
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.signingKey = signingKey
        self.hpkeKey = hpkeKey
        self.tlsPin = tlsPin
        self.keyChange = keyChange
    }

    /// Whether the same three keys are pinned.
    func hasKeys(of other: Participant) -> Bool {
        signingKey == other.signingKey && hpkeKey == other.hpkeKey && tlsPin == other.tlsPin
    }
}
