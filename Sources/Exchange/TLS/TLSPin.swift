internal import Crypto
internal import Foundation
internal import NIOSSL

/// SHA-256 of a TLS certificate's SubjectPublicKeyInfo in DER: who a peer is, whoever issued the certificate.
public struct TLSPin: Sendable, Hashable, CustomStringConvertible {
    /// 32 bytes, public.
    public let bytes: [UInt8]

    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// The pin of the first certificate of a PEM file.
    public init(certificatePEM: String) throws(TLSRefusal) {
        self = try PeerCertificate(pem: certificatePEM).pin
    }

    init(subjectPublicKeyInfo: some Sequence<UInt8>) {
        bytes = Array(SHA256.hash(data: Array(subjectPublicKeyInfo)))
    }

    /// `sha256:` and base64, as agreements write it.
    public var description: String { "sha256:" + Data(bytes).base64EncodedString() }
}
