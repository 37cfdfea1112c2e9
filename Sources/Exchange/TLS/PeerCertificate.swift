internal import Foundation
internal import NIOSSL
internal import SwiftASN1
internal import X509

/// What matters of a certificate here: its key's pin and its validity. Issuer, names and extensions don't, save that an
/// issuer tells an operator who opens connections on the way.
struct PeerCertificate: Sendable, Equatable {
    /// Longest certificate looked at, 16 KiB.
    static let byteCountLimit = 16_384

    let pin: TLSPin
    let notBefore: Date
    let notAfter: Date
    /// Who signed it, as it says: what a stranger wrote, without what could move a cursor. Nil where it is
    /// self-signed.
    let issuer: String?
    static let issuerLimit = 128

    init(pem: String) throws(TLSRefusal) {
        do {
            guard pem.utf8.count <= 8 * Self.byteCountLimit,
                let document = try PEMDocument.parseMultiple(pemString: pem).first(where: {
                    $0.discriminator == "CERTIFICATE"
                })
            else { throw TLSRefusal.unreadable(reason: "the certificate") }
            try self.init(der: document.derBytes)
        } catch let error as TLSRefusal {
            throw error
        } catch {
            throw .unreadable(reason: "the certificate")
        }
    }

    init(_ certificate: NIOSSLCertificate) throws(TLSRefusal) {
        guard let bytes = try? certificate.toDERBytes() else { throw .unreadable(reason: "the peer's certificate") }
        try self.init(der: bytes)
    }

    /// Reads DER strictly. The pin covers the key's exact bytes, so a key of a kind that isn't known here has one too.
    init(der bytes: [UInt8]) throws(TLSRefusal) {
        guard bytes.count <= Self.byteCountLimit else { throw .certificateTooLarge(limit: Self.byteCountLimit) }
        do {
            let certificate = try Certificate(derEncoded: bytes)
            notBefore = certificate.notValidBefore
            notAfter = certificate.notValidAfter
            issuer = certificate.issuer == certificate.subject ? nil : Self.plain(certificate.issuer.description)
            pin = TLSPin(subjectPublicKeyInfo: try Self.subjectPublicKeyInfo(bytes))
        } catch {
            throw .unreadable(reason: "the certificate")
        }
    }

    private static func plain(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(issuerLimit).filter { (0x20...0x7E).contains($0.value) }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Throws unless the certificate is within its dates.
    func checkValidity(at date: Date) throws(TLSRefusal) {
        guard date >= notBefore else { throw .notYetValid(notBefore: notBefore) }
        guard date <= notAfter else { throw .expired(notAfter: notAfter) }
    }

    /// The seventh field of TBSCertificate (RFC 5280, section 4.1), or the sixth when the version is left out.
    private static func subjectPublicKeyInfo(_ der: [UInt8]) throws -> ArraySlice<UInt8> {
        let tbs = try fields(of: try DER.parse(der)).first
        guard let tbs else { throw TLSRefusal.unreadable(reason: "the certificate") }
        let nodes = try fields(of: tbs)
        let hasVersion = nodes.first?.identifier == ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
        let index = hasVersion ? 6 : 5
        guard nodes.indices.contains(index), nodes[index].identifier == .sequence else {
            throw TLSRefusal.unreadable(reason: "the certificate")
        }
        return nodes[index].encodedBytes
    }

    private static func fields(of node: ASN1Node) throws -> [ASN1Node] {
        guard case .constructed(let nodes) = node.content else {
            throw TLSRefusal.unreadable(reason: "the certificate")
        }
        return Array(nodes)
    }
}
