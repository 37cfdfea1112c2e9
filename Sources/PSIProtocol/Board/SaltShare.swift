internal import Agreement
internal import Crypto
internal import Foundation
internal import Values

/// A node's share of the exit salt on its way to another node.
enum SaltShare {
    static let byteCount = 32
    /// Encapsulation, ciphertext, tag.
    static let sealedByteCount = SealedSecret.encapsulationByteCount + byteCount + 16

    static func seal(
        _ share: borrowing SecretBytes, from: ParticipantID, to recipient: Participant, round: RoundID
    ) throws -> [UInt8] {
        let key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: recipient.hpkeKey)
        var sender = try HPKE.Sender(
            recipientKey: key, ciphersuite: SealedSecret.ciphersuite,
            info: info(from: from, to: recipient.id, round: round))
        let sealed = try share.withUnsafeBytes { try sender.seal(Data($0)) }
        return Array(sender.encapsulatedKey) + Array(sealed)
    }

    static func open(
        _ sealed: [UInt8], from: ParticipantID, to: ParticipantID, round: RoundID,
        key: XWingMLKEM768X25519.PrivateKey
    ) throws(ProtocolViolation) -> SecretBytes {
        guard sealed.count == sealedByteCount,
            var recipient = try? HPKE.Recipient(
                privateKey: key, ciphersuite: SealedSecret.ciphersuite, info: info(from: from, to: to, round: round),
                encapsulatedKey: Data(sealed[..<SealedSecret.encapsulationByteCount])),
            let share = try? recipient.open(sealed[SealedSecret.encapsulationByteCount...]), share.count == byteCount
        else { throw ProtocolViolation(.badSaltShare, by: from) }
        return SecretBytes(SymmetricKey(data: share))
    }

    static func digest(_ share: borrowing SecretBytes, of participant: ParticipantID, round: RoundID) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Label.saltShare.bytes + round.bytes + Array(participant.utf8) + [0])
        share.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return Array(hash.finalize())
    }

    private static func info(from: ParticipantID, to: ParticipantID, round: RoundID) -> Data {
        Data(Label.saltShare.bytes + round.bytes + Array(from.utf8) + [0] + Array(to.utf8))
    }
}
