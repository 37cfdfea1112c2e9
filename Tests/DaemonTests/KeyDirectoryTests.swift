import Crypto
import Files
import Foundation
import Glibc
import PSIProtocol
import TestDirectories
import Testing
import X509

@testable import Agreement
@testable import Daemon

@Suite("Key directory")
struct KeyDirectoryTests {
    private static let openssl = "/usr/bin/openssl"

    private func make(
        _ place: TemporaryDirectory, _ folder: String = "keys", role: ParticipantRole = .coordinator,
        days: Int = 30, now: Date = Date()
    ) throws -> KeyDirectory {
        try KeyDirectory.create(
            at: place.file(folder), id: "omnia", name: "Omnia \"Skills\" Centre, Espoo – Åbo", role: role,
            alternativeNames: ["link.example.fi", "192.0.2.7", "2001:db8::1"], validityDays: days, now: now)
    }

    @Test("Makes all files with mode 0600 and opens them again")
    func createsAndOpens() throws {
        let place = try TemporaryDirectory()
        let made = try make(place)
        let names = ["hpke.key", "participant.yaml", "signing.key", "state.key", "tls.crt", "tls.csr", "tls.key"]
        #expect(try FileManager.default.contentsOfDirectory(atPath: made.path).sorted() == names)
        for name in names { #expect(try place.mode("keys/" + name) == 0o600) }
        let opened = try KeyDirectory.open(at: made.path)
        #expect(opened.participant == made.participant)
        #expect(opened.name == "Omnia \"Skills\" Centre, Espoo – Åbo")
        #expect(opened.stateKey == made.stateKey)
        #expect(opened.signingKeyText == made.signingKeyText)
        #expect(opened.participant.signingKey.count == 32)
        #expect(opened.participant.hpkeKey.count == 1216)
        #expect(opened.signingKeyText == "ed25519:" + Data(opened.participant.signingKey).base64EncodedString())
        #expect(opened.hpkeKeyText == "xwing:" + Data(opened.participant.hpkeKey).base64EncodedString())
        #expect(opened.tlsPinText == "sha256:" + Data(opened.tlsPin).base64EncodedString())
        let suite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256
        var sender = try HPKE.Sender(
            recipientKey: XWingMLKEM768X25519.PublicKey(rawRepresentation: made.participant.hpkeKey),
            ciphersuite: suite,
            info: Data())
        let sealed = try sender.seal(Data("to omnia".utf8))
        var recipient = try HPKE.Recipient(
            privateKey: opened.hpkeKey, ciphersuite: suite, info: Data(), encapsulatedKey: sender.encapsulatedKey)
        #expect(try recipient.open(sealed) == Data("to omnia".utf8))
    }

    @Test("Two directories share nothing")
    func freshKeys() throws {
        let place = try TemporaryDirectory()
        let (one, two) = (try make(place, "a"), try make(place, "b"))
        #expect(one.participant.signingKey != two.participant.signingKey)
        #expect(one.participant.hpkeKey != two.participant.hpkeKey)
        #expect(one.tlsPin != two.tlsPin)
        #expect(one.stateKey != two.stateKey)
    }

    @Test("Shows no key in any description")
    func redacted() throws {
        let place = try TemporaryDirectory()
        let keys = try make(place)
        var dumped = ""
        dump(keys, to: &dumped)
        for text in ["\(keys)", String(reflecting: keys), dumped] {
            #expect(!text.contains("PRIVATE") && !text.contains("SymmetricKey") && !text.contains("BEGIN"))
        }
    }

    @Test("Never overwrites, not even one file")
    func refusesToOverwrite() throws {
        let place = try TemporaryDirectory()
        let keys = try make(place)
        #expect(throws: KeyError.exists(path: keys.path + "/signing.key")) { try make(place) }
        try #require(mkdir(place.file("partly"), 0o700) == 0)
        try place.write("", to: "partly/tls.crt")
        #expect(throws: KeyError.exists(path: place.file("partly/tls.crt"))) { try make(place, "partly") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.file("partly")) == ["tls.crt"])
    }

    @Test("The certificate's fields, as OpenSSL reads them")
    func certificateFields() throws {
        let place = try TemporaryDirectory()
        let now = Date(timeIntervalSince1970: 1_795_000_000)
        let keys = try make(place, days: 90, now: now)
        #expect(keys.certificateNotAfter == now.addingTimeInterval(90 * 86_400))
        #expect(keys.certificateNotBefore == now.addingTimeInterval(-3600))
        let certificate = try Certificate(pemEncoded: keys.tlsCertificatePEM)
        #expect(certificate.version == .v3)
        #expect(certificate.issuer == certificate.subject)
        #expect(certificate.publicKey.isValidSignature(certificate.signature, for: certificate))
        let names = try #require(try certificate.extensions.subjectAlternativeNames)
        #expect(names.count == 3 && names.contains(.dnsName("link.example.fi")))
        let (status, output) = try run(Self.openssl, ["x509", "-in", keys.path + "/tls.crt", "-noout", "-text"])
        let text = String(decoding: output, as: UTF8.self)
        #expect(status == 0)
        for wanted in [
            "prime256v1", "CN = omnia", "CA:FALSE", "Digital Signature", "TLS Web Server Authentication",
            "TLS Web Client Authentication", "DNS:link.example.fi", "IP Address:192.0.2.7",
            "IP Address:2001:DB8:0:0:0:0:0:1", "ecdsa-with-SHA256",
        ] {
            #expect(text.contains(wanted), "\(wanted) is not in\n\(text)")
        }
        let verified = try run(
            Self.openssl,
            ["verify", "-attime", "1795000100", "-CAfile", keys.path + "/tls.crt", keys.path + "/tls.crt"])
        #expect(verified.status == 0, "\(String(decoding: verified.output, as: UTF8.self))")
    }

    @Test("The pin is what OpenSSL computes")
    func pin() throws {
        let place = try TemporaryDirectory()
        let keys = try make(place)
        let publicKey = try run(Self.openssl, ["x509", "-in", keys.path + "/tls.crt", "-pubkey", "-noout"]).output
        let der = try run(Self.openssl, ["pkey", "-pubin", "-outform", "der"], input: publicKey).output
        let digest = try run(Self.openssl, ["dgst", "-sha256", "-binary"], input: der).output
        #expect(digest.count == 32)
        #expect(digest == keys.tlsPin)
    }

    @Test("The certificate request verifies and asks for the same names")
    func request() throws {
        let place = try TemporaryDirectory()
        let keys = try make(place)
        let (status, output) = try run(
            Self.openssl, ["req", "-verify", "-in", keys.path + "/tls.csr", "-noout", "-text"])
        let text = String(decoding: output, as: UTF8.self)
        #expect(status == 0)
        #expect(text.contains("verify OK"))
        #expect(text.contains("DNS:link.example.fi") && text.contains("IP Address:192.0.2.7"))
        #expect(try keys.certificateRequestPEM() == String(decoding: place.read("keys/tls.csr"), as: UTF8.self))
    }

    /// A certificate for `key`, by an authority of its own.
    private func issue(
        for key: Certificate.PublicKey, days: Double = 10, from start: Date = Date(),
        usages: [ExtendedKeyUsage.Usage] = [.clientAuth, .serverAuth], order: [Int] = [0, 1]
    ) throws -> [UInt8] {
        let authorityKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let authorityName = try DistinguishedName { CommonName("Test authority") }
        let authority = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: authorityKey.publicKey,
            notValidBefore: start.addingTimeInterval(-60), notValidAfter: start.addingTimeInterval(1e7),
            issuer: authorityName, subject: authorityName,
            extensions: try .init { Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0)) },
            issuerPrivateKey: authorityKey)
        let own = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key, notValidBefore: start.addingTimeInterval(-60),
            notValidAfter: start.addingTimeInterval(days * 86_400), issuer: authorityName,
            subject: try DistinguishedName { CommonName("omnia") },
            extensions: try .init { try ExtendedKeyUsage(usages) }, issuerPrivateKey: authorityKey)
        let chain = [own, authority]
        return Array(try order.map { try chain[$0].serializeAsPEM().pemString }.joined(separator: "\n").utf8)
    }

    @Test("A certification authority's certificate takes the place of the first one; the pin stays")
    func replacesCertificate() throws {
        let place = try TemporaryDirectory()
        let keys = try make(place)
        let request = try CertificateSigningRequest(pemEncoded: keys.certificateRequestPEM())
        let chain = try issue(for: request.publicKey)
        let renewed = try keys.replacingCertificate(with: chain, from: "new.pem")
        #expect(renewed.tlsPin == keys.tlsPin)
        #expect(Array(renewed.tlsCertificatePEM.utf8) == chain)
        #expect(renewed.certificateNotAfter != keys.certificateNotAfter)
        #expect(try place.mode("keys/tls.crt") == 0o600)
        #expect(try KeyDirectory.open(at: keys.path).certificateNotAfter == renewed.certificateNotAfter)
    }

    @Test("Unfit certificates are refused and the old one stays")
    func refusesCertificates() throws {
        let place = try TemporaryDirectory()
        let keys = try make(place)
        let before = try place.read("keys/tls.crt")
        let key = try Certificate(pemEncoded: keys.tlsCertificatePEM).publicKey
        let other = Certificate.PrivateKey(P256.Signing.PrivateKey()).publicKey
        let now = Date()
        let table: [(String, [UInt8], String)] = [
            ("another key", try issue(for: other), "for another key"),
            ("wrong order", try issue(for: key, order: [1, 0]), "must come first"),
            ("broken chain", try issue(for: key, order: [0, 0]), "out of order"),
            ("client only", try issue(for: key, usages: [.clientAuth]), "TLS server authentication"),
            ("expired", try issue(for: key, days: 1, from: now.addingTimeInterval(-10 * 86_400)), "expired at"),
            ("early", try issue(for: key, from: now.addingTimeInterval(86_400)), "valid only from"),
            ("not PEM", Array("hello".utf8), "not a certificate in PEM form"),
            ("not UTF-8", [0xFF, 0xFE], "not a certificate in PEM form"),
            ("a key", Array(P256.Signing.PrivateKey().pemRepresentation.utf8), "something else than X.509"),
            ("too large", [UInt8](repeating: 65, count: 70_000), "larger than"),
            ("long chain", try issue(for: key, order: [0] + [Int](repeating: 1, count: 9)), "more than 8"),
        ]
        for (label, pem, words) in table {
            let error = #expect(throws: KeyError.self, "\(label)") {
                try keys.replacingCertificate(with: pem, from: "new.pem")
            }
            #expect(error?.description.contains(words) == true, "\(label): \(String(describing: error))")
            #expect(error?.description.contains("new.pem") == true)
        }
        #expect(try place.read("keys/tls.crt") == before)
    }

    @Test("An expired certificate opens, and is named when checked")
    func expiry() throws {
        let place = try TemporaryDirectory()
        let made = Date(timeIntervalSince1970: 1_600_000_000)
        let keys = try make(place, days: 10, now: made)
        try keys.checkCertificate(at: made)
        let error = #expect(throws: KeyError.self) { try keys.checkCertificate() }
        #expect(error == .certificateExpired(path: keys.path + "/tls.crt", notAfter: made.addingTimeInterval(864_000)))
        #expect(throws: KeyError.self) { try keys.checkCertificate(at: made.addingTimeInterval(-7200)) }
    }

    @Test("A loose mode, a missing, damaged or foreign file is named")
    func strictOpening() throws {
        let place = try TemporaryDirectory()
        _ = try make(place, "other")
        for name in ["signing.key", "hpke.key", "state.key", "tls.key"] {
            let keys = try make(place, name)
            let path = keys.path + "/" + name
            try #require(chmod(path, 0o640) == 0)
            #expect(throws: KeyError.file(.looseMode(path: path, mode: 0o640, wanted: 0o600))) {
                try KeyDirectory.open(at: keys.path)
            }
            try #require(chmod(path, 0o600) == 0)
            let sound = try place.read(name + "/" + name)
            for damaged in [[], Array(sound.dropLast(9)), sound + [0], Array("x".utf8) + sound.dropFirst()] {
                try place.overwrite(name + "/" + name, damaged)
                let error = #expect(throws: KeyError.self) { try KeyDirectory.open(at: keys.path) }
                if case .malformed(path, _) = error {
                } else if name != "tls.key" || damaged != sound + [0] {
                    Issue.record("\(name): \(String(describing: error))")
                }
            }
            if name != "state.key" {
                try place.overwrite(name + "/" + name, try place.read("other/" + name))
                #expect(throws: KeyError.otherKey(path: path, participant: keys.path + "/participant.yaml")) {
                    try KeyDirectory.open(at: keys.path)
                }
            }
            try #require(unlink(path) == 0)
            #expect(throws: KeyError.missing(path: path)) { try KeyDirectory.open(at: keys.path) }
        }
        let keys = try make(place, "rest")
        for name in ["tls.crt", "participant.yaml"] {
            let sound = try place.read("rest/" + name)
            try place.overwrite("rest/" + name, Array("nonsense".utf8))
            let error = #expect(throws: KeyError.self) { try KeyDirectory.open(at: keys.path) }
            #expect(error?.description.contains(keys.path + "/" + name) == true)
            try #require(unlink(keys.path + "/" + name) == 0)
            #expect(throws: KeyError.missing(path: keys.path + "/" + name)) { try KeyDirectory.open(at: keys.path) }
            try AtomicFile.write(sound, to: keys.path + "/" + name)
        }
        #expect(throws: KeyError.file(.notFound(path: place.file("none")))) {
            try KeyDirectory.open(at: place.file("none"))
        }
    }

    @Test(
        "Ids, names and alternative names that no certificate or agreement can hold are refused before any file is made"
    )
    func refusesArguments() throws {
        let place = try TemporaryDirectory()
        func error(
            _ id: String = "omnia", _ name: String = "Omnia", _ alternatives: [String] = [], _ days: Int = 30
        ) -> KeyError? {
            do throws(KeyError) {
                _ = try KeyDirectory.create(
                    at: place.file("k"), id: id, name: name, role: .authority, alternativeNames: alternatives,
                    validityDays: days)
                return nil
            } catch { return error }
        }
        for id in ["", "Omnia", "1a", "a b", String(repeating: "a", count: 33), "å"] {
            #expect(error(id) == .badParticipantID(id))
        }
        for name in ["", "  ", "a\nb", String(repeating: "a", count: 201)] { #expect(error("omnia", name) == .badName) }
        for bad in ["", "a..b", "-a.fi", "a_b.fi", "300.1.1.1", "a b", String(repeating: "a", count: 64) + ".fi", "*"] {
            #expect(error("omnia", "Omnia", [bad]) == .badSubjectAlternativeName(bad))
        }
        for days in [0, -1, 3651, Int.max] { #expect(error("omnia", "Omnia", [], days) == .badValidity(days: days)) }
        #expect(try place.contents() == [])
    }
}
