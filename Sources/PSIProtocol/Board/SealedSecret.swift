public import Agreement
public import Crypto
internal import Foundation
public import Values

/// X-Wing HPKE, by which small secrets travel over the board. [P-28]
enum SealedSecret {
    static let ciphersuite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256
    static let encapsulationByteCount = 1_120
}

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

/// The secret s_iR that a register's owner shares with the research environment, 32 bytes. [P-44]
public enum RegisterSecret {
    /// - Returns: the secret, and the encapsulation that goes on the board.
    public static func encapsulate(
        register: RegisterID, round: RoundID, to research: Participant
    ) throws -> EncapsulatedSecret {
        let key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: research.hpkeKey)
        let sender = try HPKE.Sender(
            recipientKey: key, ciphersuite: SealedSecret.ciphersuite, info: info(register: register, round: round))
        let secret = try sender.exportSecret(context: Data(Label.vault.bytes), outputByteCount: 32)
        return EncapsulatedSecret(secret: SecretBytes(secret), encapsulation: Array(sender.encapsulatedKey))
    }

    public static func decapsulate(
        _ encapsulation: [UInt8], register: RegisterID, round: RoundID, key: XWingMLKEM768X25519.PrivateKey
    ) throws -> SecretBytes {
        let recipient = try HPKE.Recipient(
            privateKey: key, ciphersuite: SealedSecret.ciphersuite, info: info(register: register, round: round),
            encapsulatedKey: Data(encapsulation))
        return SecretBytes(
            try recipient.exportSecret(context: Data(Label.vault.bytes), outputByteCount: 32))
    }

    private static func info(register: RegisterID, round: RoundID) -> Data {
        Data(Label.vault.bytes + round.bytes + Array(register.utf8))
    }
}

/// A secret with what carries it to its receiver.
public struct EncapsulatedSecret: ~Copyable, Sendable {
    public let secret: SecretBytes
    /// 1,120 bytes, public.
    public let encapsulation: [UInt8]
}

extension PublishedLinkage {
    /// JSON is padded with spaces to this length, so that its size says nothing.
    private static let paddedByteCount = 8_192
    static let sealedByteCount = SealedSecret.encapsulationByteCount + paddedByteCount + 16

    /// Encapsulation ‖ ciphertext, so that of the participants only the research environment reads it.
    func sealed(to research: Participant, round: RoundID) throws -> [UInt8] {
        var json = try CanonicalJSON.encode(self)
        guard json.count <= Self.paddedByteCount else { throw VaultError.sealingFailed }
        json += [UInt8](repeating: 0x20, count: Self.paddedByteCount - json.count)
        let key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: research.hpkeKey)
        var sender = try HPKE.Sender(
            recipientKey: key, ciphersuite: SealedSecret.ciphersuite, info: Data(Label.linkage.bytes + round.bytes))
        let sealed = try sender.seal(Data(json))
        return Array(sender.encapsulatedKey) + Array(sealed)
    }

    /// Opens what the coordinator sealed.
    ///
    /// - Throws: `ProtocolViolation(.selectionWrong)` for anything that is not about this agreement.
    public init(
        sealed bytes: [UInt8], agreement: Agreement, round: RoundID, key: XWingMLKEM768X25519.PrivateKey
    ) throws(ProtocolViolation) {
        guard bytes.count == Self.sealedByteCount,
            var recipient = try? HPKE.Recipient(
                privateKey: key, ciphersuite: SealedSecret.ciphersuite, info: Data(Label.linkage.bytes + round.bytes),
                encapsulatedKey: Data(bytes[..<SealedSecret.encapsulationByteCount])),
            let json = try? recipient.open(bytes[SealedSecret.encapsulationByteCount...]),
            let linkage = CanonicalJSON.decodePadded(PublishedLinkage.self, from: json), linkage.fits(agreement)
        else { throw ProtocolViolation(.selectionWrong) }
        self = linkage
    }
}
