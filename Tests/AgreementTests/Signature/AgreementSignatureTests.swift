import Crypto
import Foundation
import Testing

@testable import Agreement
@testable import Values

struct AgreementSignatureTests {
    static func signed() throws -> SignedAgreement {
        let bytes = Array(try AgreementSample.yaml().utf8)
        return SignedAgreement(
            bytes: bytes,
            signatures: try AgreementSample.ids.map {
                try AgreementSignature(file: bytes, participant: $0, key: try AgreementSample.signingKey($0))
            })
    }

    @Test func allSignaturesHold() throws {
        let signed = try Self.signed()
        #expect(try signed.verify() == (try AgreementSample.parsed()))
        #expect(signed.id == AgreementID(ofFile: signed.bytes))
        #expect(Array(signed.id.bytes) == Array(SHA256.hash(data: signed.bytes)))
    }

    /// the label, a zero byte, the file.
    @Test func signedBytesAreAsSpecified() throws {
        let file = Array("file".utf8)
        #expect(AgreementSignature.message(forFile: file) == Array("SIDOS-V1 agreement signature\u{0}file".utf8))
        let key = try AgreementSample.signingKey("hub")
        var seen: [UInt8] = []
        let signature = try AgreementSignature(file: file, participant: "hub") { message in
            seen = message
            return Array(try key.signature(for: message))
        }
        #expect(seen == AgreementSignature.message(forFile: file))
        #expect(key.publicKey.isValidSignature(signature.signature, for: seen))
    }

    @Test func jsonForm() throws {
        let signature = try #require(try Self.signed().signatures.first)
        let text = String(decoding: signature.json, as: UTF8.self)
        let base64 = Data(signature.signature).base64EncodedString()
        #expect(
            text == "{\"sidos_signature\":1,\"agreement\":\"\(signature.agreement)\",\"participant\":\"omnia\","
                + "\"signature\":\"\(base64)\"}\n")
        #expect(try AgreementSignature(json: signature.json) == signature)
        let spaced =
            "{ \"signature\" : \"\(base64)\",\n\t\"participant\":\"omnia\", "
            + "\"agreement\":\"\(signature.agreement)\" , \"sidos_signature\" : 1 }"
        #expect(try AgreementSignature(json: Array(spaced.utf8)) == signature)
    }

    @Test func jsonIsStrict() throws {
        let good = String(decoding: try #require(try Self.signed().signatures.first).json, as: UTF8.self)
        let cases = [
            (good.replacing("\"sidos_signature\":1", with: "\"sidos_signature\":2"), "must be 1"),
            (good.replacing("\"sidos_signature\":1", with: "\"sidos_signature\":\"1\""), "must be 1"),
            (good.replacing("\"sidos_signature\":1,", with: ""), "'sidos_signature' is missing"),
            (good.replacing("{", with: "{\"more\":1,"), "'more' is unknown"),
            (good.replacing("{", with: "{\"sidos_signature\":1,"), "each field once"),
            (good.replacing("omnia", with: "Omnia"), "'participant' must be"),
            (good.replacing("omnia", with: "\\u006fmnia"), "plain texts"),
            (good.replacing("==\"", with: "=\""), "64 bytes in base64"),
            (good.replacing("\"agreement\":\"", with: "\"agreement\":\"F"), "64 hexadecimal"),
            (good + "{}", "plain texts"), (good.replacing("}", with: ",}"), "plain texts"), ("[]", "plain texts"),
            ("", "plain texts"), ("{}", "missing"), (good.replacing("1", with: "01"), "plain texts"),
            (good.replacing(":1,", with: ":\"é\"5,"), "plain texts"),
            (good.replacing(":1,", with: ":[1],"), "plain texts"),
            (good + String(repeating: " ", count: 1024), "longer than 1024"),
        ]
        for (text, words) in cases {
            do throws(AgreementSignatureError) {
                _ = try AgreementSignature(json: Array(text.utf8))
                Issue.record("accepted: \(text)")
            } catch {
                #expect(error.description.contains(words), "\(error)")
            }
        }
    }

    @Test func jsonMutationsNeverTrap() throws {
        let good = try #require(try Self.signed().signatures.first).json
        var random = SeededNumbers(8)
        for _ in 0..<3000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.removeLast(bytes.count - index)
                }
                if bytes.isEmpty { break }
            }
            if let read = try? AgreementSignature(json: bytes) { #expect(read.signature.count == 64) }
        }
    }

    @Test func everyChangedByteIsNoticed() throws {
        let signed = try Self.signed()
        let agreement = try signed.verify()
        let signature = try #require(signed.signatures.first)
        for index in 0..<64 {
            var bytes = signature.signature
            bytes[index] ^= 1
            let changed = AgreementSignature(
                agreement: signature.agreement, participant: signature.participant, signature: bytes)
            #expect(throws: AgreementSignatureError.badSignature(participant: "omnia")) {
                try changed.verify(file: signed.bytes, agreement: agreement)
            }
        }
        for index in stride(from: 0, to: signed.bytes.count, by: 97) {
            var file = signed.bytes
            file[index] ^= 1
            // The id as the signer gave it, and the id of the changed file with the old signature.
            #expect(throws: AgreementSignatureError.otherAgreement(participant: "omnia", signed: signature.agreement)) {
                try signature.verify(file: file, agreement: agreement)
            }
            let moved = AgreementSignature(
                agreement: AgreementID(ofFile: file), participant: "omnia", signature: signature.signature)
            #expect(throws: AgreementSignatureError.badSignature(participant: "omnia")) {
                try moved.verify(file: file, agreement: agreement)
            }
        }
    }

    @Test func otherKeysAndLabelsAreRefused() throws {
        let signed = try Self.signed()
        let agreement = try signed.verify()
        let hub = try AgreementSample.signingKey("hub")
        let byOther = try AgreementSignature(file: signed.bytes, participant: "omnia", key: hub)
        let unlabelled = try AgreementSignature(file: signed.bytes, participant: "hub") { _ in
            Array(try hub.signature(for: signed.bytes))
        }
        let short = AgreementSignature(file: signed.bytes, participant: "hub") { _ in [1, 2, 3] }
        for (signature, id) in [(byOther, "omnia"), (unlabelled, "hub"), (short, "hub")] {
            #expect(throws: AgreementSignatureError.badSignature(participant: id)) {
                try signature.verify(file: signed.bytes, agreement: agreement)
            }
        }
        let stranger = try AgreementSignature(file: signed.bytes, participant: "hubb", key: hub)
        #expect(throws: AgreementSignatureError.unknownParticipant("hubb", suggestion: "hub")) {
            try stranger.verify(file: signed.bytes, agreement: agreement)
        }
    }

    @Test func namesAllThatIsMissingOrWrong() throws {
        var signed = try Self.signed()
        signed.signatures.remove(at: 1)
        signed.signatures.removeLast()
        signed.signatures[0] = try AgreementSignature(
            file: signed.bytes, participant: "omnia", key: try AgreementSample.signingKey("espoo"))
        let stranger = try AgreementSignature(
            file: signed.bytes, participant: "kela", key: try AgreementSample.signingKey("kela"))
        signed.signatures.append(stranger)
        do throws(SignedAgreementError) {
            _ = try signed.verify()
            Issue.record("accepted")
        } catch {
            #expect(
                error
                    == .signatures(
                        missing: ["espoo", "lab"],
                        faults: [.badSignature(participant: "omnia"), .unknownParticipant("kela", suggestion: nil)]))
            #expect(error.description.contains("Not signed yet by: espoo, lab."))
        }
    }

    @Test func mistakesInTheFileAreReported() throws {
        let signed = SignedAgreement(bytes: Array("sidos_agreement: 1".utf8), signatures: [])
        do throws(SignedAgreementError) {
            _ = try signed.verify()
            Issue.record("accepted")
        } catch {
            guard case .agreement(let inner) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(inner.mistakes.contains { $0.path == "study" })
        }
    }

    @Test func validity() throws {
        let agreement = try AgreementSample.parsed()
        func on(_ day: String) throws -> AgreementValidity {
            agreement.validity(on: try #require(CalendarDate(iso: day)))
        }
        #expect(try on("2025-12-31") == .notYet(from: agreement.validFrom))
        #expect(try on("2026-01-01") == .inForce)
        #expect(try on("2027-12-31") == .inForce)
        #expect(try on("2028-01-01") == .expired(until: agreement.validUntil))
    }
}
