internal import Agreement
internal import Crypto
internal import Foundation
internal import Values

/// X-Wing HPKE, by which small secrets travel over the board. [P-28]
enum SealedSecret {
    static let ciphersuite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256
    static let encapsulationByteCount = 1_120
    static let secretByteCount = 32
    /// Of a sealed secret of 32 bytes: encapsulation, ciphertext, tag.
    static let byteCount = encapsulationByteCount + secretByteCount + 16

    /// Seals 32 bytes to one participant.
    ///
    /// - Parameter label: what the secret is.
    static func seal(
        _ secret: borrowing SecretBytes, _ label: Label, from: ParticipantID, to recipient: Participant, round: RoundID
    ) throws -> [UInt8] {
        try seal(secret, to: recipient.hpkeKey, info: info(label, from: from, to: recipient.id, round: round))
    }

    /// Seals 32 bytes to an HPKE key.
    ///
    /// - Parameter info: begins with a label.
    static func seal(_ secret: borrowing SecretBytes, to hpkeKey: [UInt8], info: [UInt8]) throws -> [UInt8] {
        let key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: hpkeKey)
        var sender = try HPKE.Sender(recipientKey: key, ciphersuite: ciphersuite, info: Data(info))
        let sealed = try secret.withUnsafeBytes { try sender.seal(Data($0)) }
        return Array(sender.encapsulatedKey) + Array(sealed)
    }

    /// Nil for what does not open here.
    static func open(
        _ sealed: [UInt8], _ label: Label, from: ParticipantID, to: ParticipantID, round: RoundID,
        key: XWingMLKEM768X25519.PrivateKey
    ) -> SecretBytes? {
        open(sealed, info: info(label, from: from, to: to, round: round), key: key)
    }

    static func open(_ sealed: [UInt8], info: [UInt8], key: XWingMLKEM768X25519.PrivateKey) -> SecretBytes? {
        guard sealed.count == byteCount,
            var recipient = try? HPKE.Recipient(
                privateKey: key, ciphersuite: ciphersuite, info: Data(info),
                encapsulatedKey: Data(sealed[..<encapsulationByteCount])),
            let secret = try? recipient.open(sealed[encapsulationByteCount...]), secret.count == secretByteCount
        else { return nil }
        return SecretBytes(SymmetricKey(data: secret))
    }

    /// What stands on the board, so that all get the same secret.
    static func digest(
        _ secret: borrowing SecretBytes, _ label: Label, of participant: ParticipantID, round: RoundID
    ) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: label.bytes + round.bytes + Array(participant.utf8) + [0])
        secret.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return Array(hash.finalize())
    }

    private static func info(_ label: Label, from: ParticipantID, to: ParticipantID, round: RoundID) -> [UInt8] {
        label.bytes + round.bytes + Array(from.utf8) + [0] + Array(to.utf8)
    }
}

/// Why something that travels sealed over the board cannot be sealed or opened.
public enum SealedSecretError: Error, Equatable {
    /// It says more than the one length that all of its kind have can hold.
    case tooLong
    /// It was altered, or sealed under another key or for another place.
    case doesNotOpen
    /// It opens to something that nobody writes who follows the protocol.
    case malformed
}
