internal import Crypto
internal import Files
internal import Foundation
internal import PSIProtocol
internal import Values

/// The long-lived key of a host's agent, by which a node knows that a key of a round is that host's.
public struct AgentIdentity: Sendable {
    let key: Curve25519.Signing.PrivateKey

    private static let label = Array("SIDOS-V1 agent identity\n".utf8)

    /// What a node's configuration has under `engine.agents`: 64 hexadecimal digits.
    public var publicText: String { Hex.encode(Array(key.publicKey.rawRepresentation)) }

    /// Makes a key and the file that keeps it; only its owner can read it.
    ///
    /// - Throws: `FileError`, of which `.exists`: no key is ever replaced.
    public static func create(at path: String) throws -> AgentIdentity {
        let key = Curve25519.Signing.PrivateKey()
        var secret = key.rawRepresentation
        defer { secret.withUnsafeMutableBytes { WipedBuffer.wipe($0) } }
        let whole = SecretBytes(joining: [label, Array(secret)])
        try whole.withUnsafeBytes { try AtomicFile.write(contentsOf: $0, to: path, replacing: false) }
        // The key made here may share the memory that is wiped.
        return try AgentIdentity(at: path)
    }

    /// - Throws: `FileError`, of which `.altered` for a file that is none of `create`.
    public init(at path: String) throws {
        key = try SecretFile.read(path, maxByteCount: 4_096) { bytes in
            guard bytes.count == Self.label.count + 32, bytes.prefix(Self.label.count).elementsEqual(Self.label),
                let key = try? Curve25519.Signing.PrivateKey(
                    rawRepresentation: UnsafeRawBufferPointer(rebasing: bytes[Self.label.count...]))
            else { throw FileError.altered(path: path) }
            return key
        }
    }
}
