import NIOSSL
import Testing

@testable import Exchange

@Suite struct KnownCertificatesTests {
    @Test func eachCertificateIsReadOnce() throws {
        let known = KnownCertificates()
        let certificates = try (0..<2).map { _ in
            try NIOSSLCertificate(bytes: Array(TestCertificate.selfSigned().certificatePEM.utf8), format: .pem)
        }
        for _ in 0..<3 {
            for certificate in certificates { #expect(try known.read(certificate) == PeerCertificate(certificate)) }
        }
        #expect(known.count == 2)
        #expect(throws: TLSRefusal.unreadable(reason: "the certificate")) { try known.read(der: [0x30, 0x00]) }
        #expect(known.count == 2)
    }

    @Test func fewAreRemembered() throws {
        let known = KnownCertificates()
        let der = try NIOSSLCertificate(
            bytes: Array(TestCertificate.selfSigned().certificatePEM.utf8), format: .pem
        ).toDERBytes()
        // The last bytes are the signature's, which is not looked at here: so many certificates, each another.
        for number: UInt8 in 0...200 {
            _ = try known.read(der: der.dropLast() + [number])
            #expect(known.count <= 128)
        }
        #expect(known.count == 73)
    }
}
