import Crypto
import Foundation
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import Values

/// A study key on its way to a successor. [P-85]
@Suite("Study keys that are handed over")
struct StudyKeyHandoverTests {
    let sealing: XWingMLKEM768X25519.PrivateKey
    let successor: Participant
    let key = StudyKey.random()
    let agreement = AgreementID(ofFile: [1])

    init() throws {
        sealing = try XWingMLKEM768X25519.PrivateKey()
        successor = Participant(
            id: "x", name: "X", role: .mixer, signingKey: [], hpkeKey: Array(sealing.publicKey.rawRepresentation),
            tlsPin: [])
    }

    private func sealed(_ key: SymmetricKey? = nil) throws -> StudyKeyHandover {
        try StudyKeyHandover(key ?? self.key, study: "study", agreement: agreement, leaver: "a", successor: successor)
    }

    /// The file with these fields changed.
    private func changed(_ changes: [String: Any]) throws -> StudyKeyHandover? {
        var fields = try #require(
            try JSONSerialization.jsonObject(with: Data(sealed().file)) as? [String: Any])
        fields.merge(changes) { $1 }
        return StudyKeyHandover(
            file: Array(try JSONSerialization.data(withJSONObject: fields, options: .sortedKeys)) + [10])
    }

    @Test("It opens to the successor, by way of a file that has nothing of the key in it")
    func opens() throws {
        let file = try sealed().file
        #expect(file.count < StudyKeyHandover.byteLimit && file.last == 10)
        let hex = key.withUnsafeBytes { Hex.encode(Array($0)) }
        #expect(!String(decoding: file, as: UTF8.self).contains(hex))
        let read = try #require(StudyKeyHandover(file: file))
        #expect(read.leaver == "a" && read.successor == "x" && read.agreement == agreement)
        #expect(try read.open(study: "study", key: sealing, expected: StudyKey.point(of: key)) == key)
    }

    @Test("It opens for nothing else: another study, agreement, leaver, successor or key")
    func bound() throws {
        let point = StudyKey.point(of: key)
        #expect(throws: SealedSecretError.doesNotOpen) {
            try sealed().open(study: "other", key: sealing, expected: point)
        }
        #expect(throws: SealedSecretError.doesNotOpen) {
            try sealed().open(study: "study", key: XWingMLKEM768X25519.PrivateKey(), expected: point)
        }
        // Each of these seals anew, so the fields alone are changed here.
        for changes in [["agreement": String(repeating: "00", count: 32)], ["from": "b"], ["to": "y"]] {
            let other = try #require(try changed(changes))
            #expect(throws: SealedSecretError.doesNotOpen) {
                try other.open(study: "study", key: sealing, expected: point)
            }
        }
    }

    @Test("A key that is not the leaver's is found, and so is what is no key at all")
    func otherKeys() throws {
        let point = StudyKey.point(of: key)
        // s + q gives the same S, and is no scalar.
        let order = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ]
        var carry = 0
        let above = zip(key.withUnsafeBytes { Array($0) }, order).map { byte, digit in
            let sum = Int(byte) + digit + carry
            carry = sum >> 8
            return UInt8(sum & 255)
        }
        #expect(carry == 0 && StudyKey.point(of: SymmetricKey(data: above)) == point)
        for wrong in [
            StudyKey.random(), SymmetricKey(data: above), SymmetricKey(data: [UInt8](repeating: 0, count: 32)),
        ] {
            #expect(throws: SealedSecretError.malformed) {
                try sealed(wrong).open(study: "study", key: sealing, expected: point)
            }
        }
    }

    @Test("A file that is not byte for byte what is written is refused")
    func files() throws {
        let file = try sealed().file
        for index in stride(from: 0, to: file.count, by: 37) {
            var altered = file
            altered[index] ^= 0x20
            if let read = StudyKeyHandover(file: altered) {
                #expect(throws: SealedSecretError.self) {
                    try read.open(study: "study", key: sealing, expected: StudyKey.point(of: key))
                }
            }
        }
        for wrong in [
            [], Array(file.dropLast()), file + [10], [32] + file, [UInt8](repeating: 32, count: 5_000),
            Array("{}\n".utf8),
        ] { #expect(StudyKeyHandover(file: wrong) == nil) }
        for changes: [String: Any] in [
            ["sidos_study_key": 2], ["more": 1], ["to": "X"], ["from": ""], ["sealed": "00"], ["agreement": "00"],
        ] { #expect(try changed(changes) == nil) }
    }
}
