public import Crypto

/// Signs messages with one Ed25519 key, wherever it is kept: in memory or in a security module.
public protocol MessageSigner: Sendable {
    /// Ed25519 over the message (RFC 8032), 64 bytes.
    ///
    /// - Throws: why the key cannot be used now.
    func sign(_ message: [UInt8]) throws -> [UInt8]
}

extension Curve25519.Signing.PrivateKey: MessageSigner {
    public func sign(_ message: [UInt8]) throws -> [UInt8] { Array(try signature(for: message)) }
}
