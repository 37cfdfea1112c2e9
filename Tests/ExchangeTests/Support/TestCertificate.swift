import Crypto
import Exchange
import Foundation
import PSIProtocol
import SwiftASN1
import X509

/// A certificate and key made for a test.
struct TestCertificate {
    var certificatePEM: String
    var privateKeyPEM: String
    var subjectPublicKeyInfo: [UInt8]

    static func selfSigned(
        _ name: String = "test", from: Date = Date(timeIntervalSinceNow: -3_600),
        until: Date = Date(timeIntervalSinceNow: 86_400), ed25519: Bool = false
    ) throws -> TestCertificate {
        let subject = try DistinguishedName { CommonName(name) }
        if ed25519 {
            let key = Curve25519.Signing.PrivateKey()
            return try make(
                subject, issuer: subject, Certificate.PublicKey(key.publicKey), signer: Certificate.PrivateKey(key),
                privateKeyPEM: try Certificate.PrivateKey(key).serializeAsPEM().pemString, from, until)
        }
        let key = P256.Signing.PrivateKey()
        return try make(
            subject, issuer: subject, Certificate.PublicKey(key.publicKey), signer: Certificate.PrivateKey(key),
            privateKeyPEM: key.pemRepresentation, from, until)
    }

    /// A certificate for another's key, issued by a made-up authority, with the authority's own certificate behind it.
    static func issued(_ name: String = "test", authority: String = "authority") throws -> TestCertificate {
        let authorityKey = P256.Signing.PrivateKey()
        let authorityName = try DistinguishedName { CommonName(authority) }
        let from = Date(timeIntervalSinceNow: -3_600)
        let until = Date(timeIntervalSinceNow: 86_400)
        let authority = try make(
            authorityName, issuer: authorityName, Certificate.PublicKey(authorityKey.publicKey),
            signer: Certificate.PrivateKey(authorityKey), privateKeyPEM: "", from, until)
        let key = P256.Signing.PrivateKey()
        var own = try make(
            try DistinguishedName { CommonName(name) }, issuer: authorityName, Certificate.PublicKey(key.publicKey),
            signer: Certificate.PrivateKey(authorityKey), privateKeyPEM: key.pemRepresentation, from, until)
        own.certificatePEM += "\n" + authority.certificatePEM
        return own
    }

    private static func make(
        _ subject: DistinguishedName, issuer: DistinguishedName, _ key: Certificate.PublicKey,
        signer: Certificate.PrivateKey, privateKeyPEM: String, _ from: Date, _ until: Date
    ) throws -> TestCertificate {
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key, notValidBefore: from, notValidAfter: until,
            issuer: issuer, subject: subject, extensions: Certificate.Extensions(), issuerPrivateKey: signer)
        var serializer = DER.Serializer()
        try serializer.serialize(key)
        return TestCertificate(
            certificatePEM: try certificate.serializeAsPEM().pemString, privateKeyPEM: privateKeyPEM,
            subjectPublicKeyInfo: serializer.serializedBytes)
    }

    func identity() throws -> TLSIdentity {
        try TLSIdentity(certificateChainPEM: certificatePEM, privateKeyPEM: privateKeyPEM)
    }
}
