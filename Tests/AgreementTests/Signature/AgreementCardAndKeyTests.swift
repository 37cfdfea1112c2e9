import Crypto
import Foundation
import Testing

@testable import Agreement
@testable import Values

struct AgreementCardAndKeyTests {
    @Test func cardPrintsAndParses() throws {
        for name in ["Omnia", "Espoon kaupunki: \"sote\" \\ & *x*", "- a # b", "Ä & !ö"] {
            let card = ParticipantCard(try AgreementSample.participant("omnia", .authority, name: name))
            #expect(try ParticipantCard.parse(Array(card.yaml.utf8)) == card)
            #expect(card.yaml.split(separator: "\n").count == 6)
        }
    }

    @Test func cardIsStrict() throws {
        let yaml = ParticipantCard(try AgreementSample.participant("omnia", .authority)).yaml
        for (old, new, path, line) in [
            ("id: omnia", "id: Omnia", "id", 1), ("role: authority", "role: authorty", "role", 3),
            ("tls_pin:", "tls_pins:", "tls_pins", 6), ("signing_key: ed25519", "signing_key: xwing", "signing_key", 4),
        ] {
            do throws(AgreementError) {
                _ = try ParticipantCard.parse(Array(yaml.replacing(old, with: new).utf8))
                Issue.record("accepted \(new)")
            } catch {
                #expect(error.document == .participantCard)
                #expect(error.mistakes.contains { $0.path == path && $0.line == line }, "\(error)")
            }
        }
    }

    @Test func base64() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ 7) }
            let text = StrictBase64.encode(bytes)
            #expect(text == Data(bytes).base64EncodedString())
            #expect(StrictBase64.decode(Array(text.utf8)) == bytes)
        }
        for text in ["A", "AA", "AAA", "AA=A", "A===", "AB==", "AAB=", "AA==AAAA", "AA\n=", "AA-_", "====", "AAAA="] {
            #expect(StrictBase64.decode(Array(text.utf8)) == nil, "\(text)")
        }
    }

    @Test func realSigningKeysAreUsable() {
        for _ in 0..<40 {
            let key = Array(Curve25519.Signing.PrivateKey().publicKey.rawRepresentation)
            #expect(Ed25519Encoding.isUsablePublicKey(key))
        }
    }

    /// Points of order 1, 2, 4 and 8, with either sign, and encodings of y ≥ p.
    @Test func weakSigningKeysAreRefused() throws {
        let small = [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ]
        for hex in small {
            var bytes = try #require(Hex.decode(hex))
            #expect(!Ed25519Encoding.isUsablePublicKey(bytes), "\(hex)")
            bytes[31] |= 0x80
            #expect(!Ed25519Encoding.isUsablePublicKey(bytes), "\(hex) with the other sign")
        }
        #expect(!Ed25519Encoding.isUsablePublicKey([]))
        // The base point, 4/5; and y = 2, which is on no point.
        let base = "5866666666666666666666666666666666666666666666666666666666666666"
        #expect(Ed25519Encoding.isUsablePublicKey(try #require(Hex.decode(base))))
        #expect(!Ed25519Encoding.isUsablePublicKey([2] + [UInt8](repeating: 0, count: 31)))
    }

    /// Half of all y have a point; a check that took or refused all would be far from that.
    @Test func aboutHalfOfRandomBytesAreKeys() {
        var random = SeededNumbers(9)
        let usable = (0..<400).count { _ in
            Ed25519Encoding.isUsablePublicKey((0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
        #expect((150...250).contains(usable))
    }
}
