public import Foundation
internal import NIOSSL

/// A program's own certificate, the chain that goes with it, and its private key.
///
/// Self-signed and issued certificates serve alike: the pin decides, not the issuer.
public struct TLSIdentity: Sendable {
    /// The own certificate's pin, as agreements state it.
    public let pin: TLSPin
    public let notBefore: Date
    public let notAfter: Date

    let chain: [NIOSSLCertificate]
    let privateKey: NIOSSLPrivateKey

    /// - Parameter certificateChainPEM: the own certificate first, then those of its issuers, if any.
    /// - Parameter privateKeyPEM: its key, unencrypted: P-256, P-384, Ed25519 or RSA. Secret.
    public init(certificateChainPEM: String, privateKeyPEM: String) throws(TLSRefusal) {
        let own = try PeerCertificate(pem: certificateChainPEM)
        pin = own.pin
        notBefore = own.notBefore
        notAfter = own.notAfter
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(Array(certificateChainPEM.utf8)), !chain.isEmpty,
            chain.count <= 8
        else { throw .unreadable(reason: "the certificate chain") }
        guard let privateKey = try? NIOSSLPrivateKey(bytes: Array(privateKeyPEM.utf8), format: .pem) else {
            throw .unreadable(reason: "the private key")
        }
        self.chain = chain
        self.privateKey = privateKey
        // BoringSSL compares the two when it makes a context.
        guard (try? NIOSSLContext(configuration: PinnedTLS.client(self))) != nil else { throw .keyDoesNotFit }
    }

    /// Throws unless the own certificate is within its dates: a program says so at its start instead of failing later.
    public func checkValidity(at date: Date = Date()) throws(TLSRefusal) {
        guard date >= notBefore else { throw .notYetValid(notBefore: notBefore) }
        guard date <= notAfter else { throw .expired(notAfter: notAfter) }
    }
}
