internal import Crypto
internal import Files
internal import Foundation
internal import PSIProtocol
internal import StrictYAML
internal import Values

/// A host's key of a round, as its agent shows it: an HPKE key that lives in the agent's memory, signed with the key
/// that the node's configuration pins.
struct HostOffer {
    static let mostBytes = 8_192
    static func name(host: String) -> String { "agent." + host }

    /// X-Wing, 1,216 bytes.
    let key: [UInt8]

    private struct Form: Codable {
        var host: String
        var key: HexBytes
        var round: String
        var sidos: Int
        var signature: HexBytes
    }

    private static func message(_ key: [UInt8], host: String, round: RoundID) -> Data {
        Data(Array("SIDOS-V1 agent key\0".utf8) + round.bytes + Array(host.utf8) + [0] + key)
    }

    /// What an agent writes.
    static func signed(
        _ key: [UInt8], host: String, round: RoundID, by identity: Curve25519.Signing.PrivateKey
    ) throws -> [UInt8] {
        let signature = Array(try identity.signature(for: message(key, host: host, round: round)))
        return try CanonicalJSON.encode(
            Form(
                host: host, key: HexBytes(key), round: "\(round)", sidos: Ticket.version,
                signature: HexBytes(signature)))
    }

    /// - Parameter identity: the agent's public key, 32 bytes.
    /// - Throws: `EngineError.otherVersion`, `.wrongAgentKey`.
    init(_ bytes: [UInt8], host: String, round: RoundID, identity: [UInt8], path: String) throws {
        guard let form = CanonicalJSON.decodeExactly(Form.self, from: bytes) else {
            throw StepCode.version(of: String(decoding: bytes, as: UTF8.self)) == Ticket.version
                ? EngineError.wrongAgentKey(host: host, path: path) : EngineError.otherVersion(what: "agent on \(host)")
        }
        guard form.sidos == Ticket.version else { throw EngineError.otherVersion(what: "agent on \(host)") }
        guard form.host == host, form.round == "\(round)",
            let pinned = try? Curve25519.Signing.PublicKey(rawRepresentation: identity),
            pinned.isValidSignature(
                form.signature.bytes, for: Self.message(form.key.bytes, host: host, round: round))
        else { throw EngineError.wrongAgentKey(host: host, path: path) }
        key = form.key.bytes
    }
}

/// A step's keys on their way to one host: HPKE with X-Wing, bound to round, step and host.
enum HostSeal {
    private static let suite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256
    private static let encapsulationByteCount = 1_120

    private static func info(_ round: RoundID, _ job: JobID, _ host: String) -> Data {
        Data(Array("SIDOS-V1 step keys\0".utf8) + round.bytes + job.bytes + Array(host.utf8))
    }

    static func seal(_ keys: JobKeys, to offer: HostOffer, _ round: RoundID, _ job: JobID, host: String) throws
        -> [UInt8]
    {
        let key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: offer.key)
        var sender = try HPKE.Sender(recipientKey: key, ciphersuite: suite, info: info(round, job, host))
        let sealed = try keys.serialized().withUnsafeBytes { try sender.seal(Data($0)) }
        return Array(sender.encapsulatedKey) + Array(sealed)
    }

    /// - Throws: `EngineError.noKeys` for what is not sealed to this key for this step and host.
    static func open(
        _ sealed: [UInt8], _ round: RoundID, _ job: JobID, host: String, key: XWingMLKEM768X25519.PrivateKey
    ) throws -> SecretBytes {
        guard sealed.count > encapsulationByteCount,
            var recipient = try? HPKE.Recipient(
                privateKey: key, ciphersuite: suite, info: info(round, job, host),
                encapsulatedKey: Data(sealed[..<encapsulationByteCount])),
            var opened = try? recipient.open(sealed[encapsulationByteCount...])
        else { throw EngineError.noKeys }
        defer { opened.withUnsafeMutableBytes { WipedBuffer.wipe($0) } }
        return SecretBytes(SymmetricKey(data: opened))
    }
}
