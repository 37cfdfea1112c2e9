/// How a participant comes to have other keys than in the agreement that is amended.
public enum KeyChange: Sendable, Equatable {
    /// Its former signing key has signed the new keys: 64 bytes, Ed25519, of `KeyRotation.message`.
    case rotated([UInt8])
    /// The former signing key was lost, so nothing but the signers' own knowledge says whose the new keys are.
    case lost
}
