import Crypto
import Foundation
import Testing

@testable import Agreement
@testable import PlainWords
@testable import Values

/// Keys of participants that are others than in the agreement that is amended. [A-89]
struct KeyRotationTests {
    /// A participant with fresh keys of which the signing key is known.
    private struct Keys {
        let signing = Curve25519.Signing.PrivateKey()
        let hpke = [UInt8](repeating: .random(in: 0...255), count: 1216)
        let pin = (0..<32).map { _ in UInt8.random(in: 0...255) }

        func participant(_ id: String = "omnia", signedBy former: Keys? = nil) throws -> Participant {
            var made = Participant(
                id: id, name: "Name", role: .authority, signingKey: Array(signing.publicKey.rawRepresentation),
                hpkeKey: hpke, tlsPin: pin)
            if let former {
                let message = KeyRotation.message(from: try former.participant(id), to: made)
                made.keyChange = .rotated(Array(try former.signing.signature(for: message)))
            }
            return made
        }
    }

    private static func agreement(_ participant: Participant?) throws -> Agreement {
        var agreement = try AgreementSample.parsed()
        agreement.participants.removeAll { $0.id == "omnia" }
        if let participant { agreement.participants.insert(participant, at: 0) }
        return agreement
    }

    private static func check(_ before: Participant?, _ after: Participant) throws {
        try agreement(after).checkAmending([agreement(before)])
    }

    @Test func theMessageIsAsDocumented() throws {
        let (old, new) = (try Keys().participant(), try Keys().participant())
        var expected = Array("SIDOS-V1 rotated keys".utf8) + [0] + Array("omnia".utf8) + [0]
        for one in [old, new] { expected += one.signingKey + SHA256.hash(data: one.hpkeKey) + one.tlsPin }
        #expect(KeyRotation.message(from: old, to: new) == expected)
        #expect(expected.count == 22 + 6 + 192)
    }

    @Test func newKeysAreTakenIfTheFormerKeySigns() throws {
        let (old, new) = (Keys(), Keys())
        try Self.check(old.participant(), new.participant(signedBy: old))
        // The name and the role are the agreement's.
        var renamed = try new.participant(signedBy: old)
        renamed.name = "Another name"
        try Self.check(old.participant(), renamed)
    }

    @Test func nobodyElseCanGiveAParticipantOtherKeys() throws {
        let (old, new, third) = (Keys(), Keys(), Keys())
        let before = try old.participant()
        #expect(throws: AmendmentError.otherKeys(participant: "omnia")) { try Self.check(before, new.participant()) }
        // By the new key itself, by a third one, of other keys, in the other direction, for another participant.
        let forged: [Participant] = try [
            new.participant(signedBy: new), new.participant(signedBy: third),
            with(new.participant(), change: third.participant(signedBy: old).keyChange),
            with(new.participant(), change: old.participant(signedBy: new).keyChange),
            with(new.participant(), change: new.participant("espoo", signedBy: old).keyChange),
            with(new.participant(), change: .rotated([])), with(new.participant(), change: .rotated([0])),
        ]
        for participant in forged {
            #expect(throws: AmendmentError.notRotated(participant: "omnia")) { try Self.check(before, participant) }
        }
        // Each of the three values is signed.
        for field in 0..<3 {
            var changed = try new.participant(signedBy: old)
            switch field {
            case 0: changed.signingKey[3] ^= 1
            case 1: changed.hpkeKey[3] ^= 1
            default: changed.tlsPin[3] ^= 1
            }
            #expect(throws: AmendmentError.notRotated(participant: "omnia")) { try Self.check(before, changed) }
        }
        guard case .rotated(let signature)? = try new.participant(signedBy: old).keyChange else {
            Issue.record("no signature")
            return
        }
        for index in 0..<64 {
            var bytes = signature
            bytes[index] ^= 1
            #expect(throws: AmendmentError.notRotated(participant: "omnia")) {
                try Self.check(before, with(new.participant(), change: .rotated(bytes)))
            }
        }
    }

    private func with(_ participant: Participant, change: KeyChange?) -> Participant {
        var participant = participant
        participant.keyChange = change
        return participant
    }

    @Test func oneChangedValueIsAChange() throws {
        let old = try Keys().participant()
        for field in 0..<3 {
            var changed = old
            switch field {
            case 0: changed.signingKey = try Keys().participant().signingKey
            case 1: changed.hpkeKey[3] ^= 1
            default: changed.tlsPin[3] ^= 1
            }
            #expect(throws: AmendmentError.otherKeys(participant: "omnia")) { try Self.check(old, changed) }
        }
    }

    @Test func aLostKeyIsSaidAndTold() throws {
        let new = with(try Keys().participant(), change: .lost)
        try Self.check(try Keys().participant(), new)
        let agreement = try Self.agreement(new)
        #expect(agreement.cautions.first?.hasPrefix("The former key of Name (omnia) was lost:") == true)
        for (language, words) in [
            (PlainLanguage.finnish, "aiempi avain on kadonnut"), (.swedish, "tidigare nyckeln"),
            (.english, "its former key was lost"),
        ] {
            let text = AgreementSummary(agreement, language: language).text
                .split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(text.contains(words), "\(text)")
        }
    }

    @Test func aChangeThatIsNoneIsRefused() throws {
        let (old, new) = (Keys(), Keys())
        for change in [try new.participant(signedBy: old).keyChange, .lost] {
            #expect(throws: AmendmentError.sameKeys(participant: "omnia")) {
                try Self.check(old.participant(), with(old.participant(), change: change))
            }
            #expect(throws: AmendmentError.noFormerKeys(participant: "omnia")) {
                try Self.check(nil, with(new.participant(), change: change))
            }
        }
        // Only the agreement that it amends counts, not those before.
        let after = try Self.agreement(with(old.participant(), change: nil))
        try after.checkAmending([Self.agreement(old.participant()), Self.agreement(new.participant())])
    }

    // MARK: The file

    private static func edits(_ line: String, amends: Bool = true) throws -> [(String, String)] {
        let pin = ParticipantKey.tlsPin.text(try AgreementSample.participant("omnia", .authority).tlsPin)
        return [("\(pin)}", "\(pin), \(line)}")]
            + (amends ? AgreementAmendmentTests.edits(String(repeating: "0a", count: 32)) : [])
    }

    @Test func theFileSaysIt() throws {
        let signature = (0..<64).map { UInt8($0) }
        let text = "ed25519-signature:" + Data(signature).base64EncodedString()
        for (line, change) in [
            ("rotated: \(text)", KeyChange.rotated(signature)), ("key_lost: true", .lost), ("key_lost: false", nil),
        ] {
            let read = try AgreementParseTests.parse(Self.edits(line))
            #expect(read.participants[0].keyChange == change)
            #expect(read.participants[1].keyChange == nil)
            guard let change else { continue }
            let card = ParticipantCard(with(try Keys().participant(), change: change))
            #expect(card.yaml.hasSuffix(change == .lost ? "key_lost: true\n" : "rotated: \(text)\n"))
        }
    }

    @Test(arguments: [
        ("rotated: ''", "rotated", "empty"), ("rotated: true", "rotated", "64 bytes in base64"),
        ("rotated: ed25519-signature:AAAA", "rotated", "64 bytes in base64"),
        ("rotated: 'ed25519:\(String(repeating: "A", count: 86))=='", "rotated", "64 bytes in base64"),
        ("rotated: 'ed25519-signature:\(String(repeating: "A", count: 87))='", "rotated", "64 bytes in base64"),
        ("key_lost: yes", "key_lost", "true or false"),
    ])
    func mistakes(_ line: String, _ field: String, _ reason: String) throws {
        let edits = try Self.edits(line)
        let error = #expect(throws: AgreementError.self) { try AgreementParseTests.parse(edits) }
        let mistakes = try #require(error?.mistakes)
        #expect(mistakes.count == 1 && mistakes[0].path == "participants[0].\(field)", "\(mistakes)")
        #expect(mistakes[0].reason.contains(reason) || reason == "empty", "\(mistakes[0].reason)")
    }

    @Test func bothOrInAFirstAgreementIsAMistake() throws {
        let text = "rotated: 'ed25519-signature:\(String(repeating: "A", count: 86))=='"
        let both = try Self.edits("\(text), key_lost: true")
        let error = #expect(throws: AgreementError.self) { try AgreementParseTests.parse(both) }
        #expect(error?.mistakes.contains { $0.reason.contains("nothing can be signed") } == true, "\(error as Any)")
        for line in [text, "key_lost: true"] {
            let first = try Self.edits(line, amends: false)
            let error = #expect(throws: AgreementError.self) { try AgreementParseTests.parse(first) }
            #expect(error?.mistakes.contains { $0.reason.contains("without 'amends'") } == true, "\(error as Any)")
        }
    }
}
