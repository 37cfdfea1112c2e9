internal import Crypto

/// A participant's new keys, signed by the former one. Nothing in it is secret.
public enum KeyRotation {
    /// The label and a zero byte, before what is signed.
    static let label = Array("SIDOS-V1 rotated keys".utf8) + [0]

    /// What the former key signs: the label, the participant's id and a zero byte, the three former values and the
    /// three new ones: signing key (32 bytes), SHA-256 of the X-Wing key (32), TLS pin (32).
    ///
    /// No study and no agreement is named: keys are a participant's in all its studies.
    public static func message(from former: Participant, to new: Participant) -> [UInt8] {
        label + Array(new.id.utf8) + [0] + values(former) + values(new)
    }

    private static func values(_ participant: Participant) -> [UInt8] {
        participant.signingKey + Array(SHA256.hash(data: participant.hpkeKey)) + participant.tlsPin
    }

    /// Whether the former signing key has signed the new keys.
    ///
    /// - Parameter signature: 64 bytes; any other number is no signature.
    static func isSigned(_ signature: [UInt8], from former: Participant, to new: Participant) -> Bool {
        guard former.id == new.id, signature.count == 64,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: former.signingKey)
        else { return false }
        return key.isValidSignature(signature, for: message(from: former, to: new))
    }
}
