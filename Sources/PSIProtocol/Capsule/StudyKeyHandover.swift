public import Agreement
public import Crypto
internal import Foundation
public import Values

/// A study key on its way from a holder that leaves to its successor: for whom, under which agreement, and sealed.
/// [P-85]
public struct StudyKeyHandover: Sendable, Equatable {
    /// Of a file, at most.
    public static let byteLimit = 4_096

    /// The amendment that names the successor.
    public let agreement: AgreementID
    public let leaver: ParticipantID
    public let successor: ParticipantID
    /// Encapsulation, ciphertext and tag; 1,168 bytes.
    public let sealed: [UInt8]

    /// Seals a key.
    ///
    /// - Parameters:
    ///   - key: s_j, 32 secret bytes.
    ///   - study: its id.
    ///   - successor: with the HPKE key that the amendment pins.
    public init(
        _ key: SymmetricKey, study: String, agreement: AgreementID, leaver: ParticipantID, successor: Participant
    ) throws {
        self.agreement = agreement
        self.leaver = leaver
        self.successor = successor.id
        sealed = try SealedSecret.seal(
            SecretBytes(key), to: successor.hpkeKey,
            info: Self.info(study: study, agreement: agreement, leaver: leaver, successor: successor.id))
    }

    private static func info(
        study: String, agreement: AgreementID, leaver: ParticipantID, successor: ParticipantID
    ) -> [UInt8] {
        Label.studyKey.bytes + agreement.bytes + [study, leaver, successor].flatMap { Array($0.utf8) + [0] }
    }

    /// s_j, if it is the one whose public key is known.
    ///
    /// - Parameters:
    ///   - key: the successor's.
    ///   - expected: S_j of the leaver, 32 bytes.
    /// - Throws: `SealedSecretError.doesNotOpen`; `.malformed` for another key than the leaver's.
    public func open(
        study: String, key: XWingMLKEM768X25519.PrivateKey, expected: [UInt8]
    ) throws(SealedSecretError) -> SymmetricKey {
        let info = Self.info(study: study, agreement: agreement, leaver: leaver, successor: successor)
        guard let secret = SealedSecret.open(sealed, info: info, key: key) else { throw .doesNotOpen }
        guard StudyKey.isScalar(secret.key), StudyKey.point(of: secret.key) == expected else { throw .malformed }
        return secret.key
    }

    // MARK: File

    private struct File: Codable {
        var version = 1
        var agreement: HexBytes
        var from: String
        var to: String
        var sealed: HexBytes

        enum CodingKeys: String, CodingKey {
            case version = "sidos_study_key"
            case agreement, from, to, sealed
        }
    }

    /// One line of canonical JSON and a line feed.
    public var file: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            let content = File(
                agreement: HexBytes(agreement.bytes), from: leaver, to: successor, sealed: HexBytes(sealed))
            return Array(try encoder.encode(content)) + [UInt8(ascii: "\n")]
        }
    }

    /// Reads a file; nil for anything but what `file` writes.
    public init?(file bytes: [UInt8]) {
        guard bytes.count <= Self.byteLimit,
            let content = try? JSONDecoder().decode(File.self, from: Data(bytes)), content.version == 1,
            let agreement = AgreementID(hex: Hex.encode(content.agreement.bytes)),
            [content.from, content.to].allSatisfy(IdentifierForm.party.allows),
            content.sealed.bytes.count == SealedSecret.byteCount
        else { return nil }
        self.agreement = agreement
        leaver = content.from
        successor = content.to
        sealed = content.sealed.bytes
        guard (try? file) == bytes else { return nil }
    }
}
