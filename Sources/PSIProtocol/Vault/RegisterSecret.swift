public import Agreement
public import Crypto
internal import Foundation
public import Values

/// The secret s_iR that a register's owner shares with the research environment, 32 bytes. [P-44]
public enum RegisterSecret {
    static let byteCount = 32

    /// - Returns: the secret, and the encapsulation that goes on the board.
    public static func encapsulate(
        register: RegisterID, round: RoundID, to research: Participant
    ) throws -> EncapsulatedSecret {
        let key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: research.hpkeKey)
        let sender = try HPKE.Sender(
            recipientKey: key, ciphersuite: SealedSecret.ciphersuite, info: info(register: register, round: round))
        let secret = try sender.exportSecret(context: Data(Label.vault.bytes), outputByteCount: byteCount)
        return EncapsulatedSecret(secret: SecretBytes(secret), encapsulation: Array(sender.encapsulatedKey))
    }

    public static func decapsulate(
        _ encapsulation: [UInt8], register: RegisterID, round: RoundID, key: XWingMLKEM768X25519.PrivateKey
    ) throws -> SecretBytes {
        let recipient = try HPKE.Recipient(
            privateKey: key, ciphersuite: SealedSecret.ciphersuite, info: info(register: register, round: round),
            encapsulatedKey: Data(encapsulation))
        return SecretBytes(
            try recipient.exportSecret(context: Data(Label.vault.bytes), outputByteCount: byteCount))
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
