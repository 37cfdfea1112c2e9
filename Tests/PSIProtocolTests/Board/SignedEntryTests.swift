import Crypto
import Foundation
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Entries: one meaning, one encoding, one signature. [P-10] [P-11] [P-12]
@Suite("Signed entries")
struct SignedEntryTests {
    static let key = try! Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8].filled(7, 32))
    static let round = RoundID(bytes: .filled(0xab, 32))!
    static let seen = BoardHead(count: 3, hash: .filled(0xcd, 32))
    static let hex = HexBytes([0, 1, 0xfe])
    static let list = AnnouncedStream(attempt: 2, count: 40, digest: HexBytes(.filled(1, 32)))

    static let bodies: [any EntryBody] = [
        RoundOpened(
            agreement: hex, number: 1, nonce: hex, opened: 5, deadline: 9, signatures: ["kela": hex, "a": hex]),
        KeyCommitted(commitment: hex),
        KeyRevealed(saltShares: ["b": hex, "a": hex]),
        KeyRevealed(
            blindingPoint: hex, blindingProof: ProofBytes(commitment: hex, response: hex), capsulePoint: hex,
            capsuleProof: ProofBytes(commitment: hex, response: hex), saltShares: [:], saltDigest: hex),
        ManifestSigned(manifest: hex),
        BatchDeclared(register: "r", count: 1, digest: hex, encapsulation: nil, vault: nil, survey: nil),
        BatchDeclared(register: "r", count: 1, digest: hex, encapsulation: hex, vault: list, survey: hex),
        StageCommitted(register: "r", stage: 1, list: list),
        StageCommitted(register: "r", stage: 2, list: list, exit: list),
        Proved(proof: list, register: "r", stage: 1), Checked(register: "r", stage: 1), Approved(),
        Approved(linkage: hex), Complained(against: "kela", code: .selectionWrong),
        Complained(against: "kela", code: .proofWrong, register: "r", stage: 1),
        Selected(requests: list, selection: list),
        Selected(linkage: hex, requests: list, selection: list, seeds: ["a": hex], seedDigest: hex),
        Released(shares: list), Received(),
        Counted(
            overlap: [
                PublishedCount(registers: ["r", "s"], people: nil, upperBound: true),
                PublishedCount(registers: [], people: 10, upperBound: false),
            ], cohorts: [PublishedCohort(cohort: "c", people: 0, upperBound: false)]),
        RoundClosed(), Refused(code: .policy),
        RoundAborted(code: .deadline, participants: ["kela"]), KeysErased(),
    ]

    static func sign(_ body: any EntryBody) throws -> SignedEntry {
        try SignedEntry(
            body: body, author: "kela", round: body is RoundOpened ? nil : round, seen: seen, key: key)
    }

    @Test("every kind comes back from its bytes, which are the only ones for it")
    func roundTrip() throws {
        for body in Self.bodies {
            let entry = try Self.sign(body)
            let read = try SignedEntry(bytes: entry.bytes)
            #expect(read == entry && read.author == "kela" && read.seen == Self.seen)
            #expect(read.round == (body is RoundOpened ? nil : Self.round))
            #expect(read.body.isEqual(to: body))
            try read.verifySignature(publicKey: Array(Self.key.publicKey.rawRepresentation))
            #expect((read.openedRound != nil) == (body is RoundOpened))
        }
        #expect(Set(Self.bodies.map(\.kind)) == Set(EntryKinds.all.map { $0.kind }))
        #expect(Set(EntryKinds.all.map { $0.kind }).count == EntryKinds.all.count)
        #expect(!Received().isEqual(to: KeysErased()) && !Refused(code: .policy).isEqual(to: Refused(code: .cap)))

    }

    @Test("the bytes are as documented")
    func literal() throws {
        let entry = try Self.sign(StageCommitted(register: "r", stage: 1, list: Self.list))
        let digest = String(repeating: "01", count: 32)
        let text = """
            {"body":{"list":{"attempt":2,"count":40,"digest":"\(digest)"},"register":"r","stage":1},"by":"kela",\
            "round":"\(String(repeating: "ab", count: 32))","seen":{"count":3,\
            "head":"\(String(repeating: "cd", count: 32))"},"sidos":1,"type":"StageCommitted"}
            """
        #expect(String(decoding: entry.payload, as: UTF8.self) == text)
        let signed = Array("SIDOS-V1 board entry".utf8) + [0] + entry.payload
        #expect(Self.key.publicKey.isValidSignature(entry.bytes[..<64], for: signed))
    }

    @Test("keys are in the order of their bytes")
    func keyOrder() throws {
        let ids = ["a", "a-b", "a10", "a2", "a_b", "ab", "b", "z9"]
        let shares = Dictionary(uniqueKeysWithValues: ids.map { ($0, HexBytes([1])) })
        let entry = try Self.sign(KeyRevealed(saltShares: shares))
        let text = String(decoding: entry.payload, as: UTF8.self)
        let sorted = ids.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        #expect(text.contains(sorted.map { "\"\($0)\":\"01\"" }.joined(separator: ",")), "\(text)")
    }

    /// Edits of a valid payload, and what each must be called.
    static let edits: [(name: String, from: String, to: String, kind: ProtocolViolation.Kind)] = [
        ("unknown key", #""sidos":1"#, #""sidos":1,"note":"""#, .malformedEntry),
        ("unknown key in the body", #""stage":1"#, #""stage":1,"note":1"#, .malformedEntry),
        ("unknown key in the stream", #""attempt":2"#, #""attempt":2,"b":1"#, .malformedEntry),
        ("duplicate key", #""by":"kela""#, #""by":"kela","by":"kela""#, .malformedEntry),
        ("duplicate key with another value", #""by":"kela""#, #""by":"a","by":"kela""#, .malformedEntry),
        ("other order", #""sidos":1,"type":"StageCommitted""#, #""type":"StageCommitted","sidos":1"#, .malformedEntry),
        ("space", #""by":"#, #""by": "#, .malformedEntry),
        ("space behind", #"Committed"}"#, "Committed\"}\n", .malformedEntry),
        ("trailing bytes", #"Committed"}"#, #"Committed"}{}"#, .malformedEntry),
        ("missing body", #""register":"r","#, "", .malformedEntry),
        ("missing author", #""by":"kela","#, "", .malformedEntry),
        ("null author", #""by":"kela""#, #""by":null"#, .malformedEntry),
        ("no round", #""round":"\#(String(repeating: "ab", count: 32))","#, "", .malformedEntry),
        ("null round", #""\#(String(repeating: "ab", count: 32))""#, "null", .malformedEntry),
        ("short round", #""round":"ab"#, #""round":""#, .malformedEntry),
        ("upper-case round", #""round":"ab"#, #""round":"AB"#, .malformedEntry),
        ("short head", #""head":"cd"#, #""head":""#, .malformedEntry),
        ("negative count", #""seen":{"count":3"#, #""seen":{"count":-3"#, .malformedEntry),
        ("fraction", #""stage":1"#, #""stage":1.0"#, .malformedEntry),
        ("exponent", #""stage":1"#, #""stage":1e0"#, .malformedEntry),
        ("leading zero", #""stage":1"#, #""stage":01"#, .malformedEntry),
        ("text for a number", #""stage":1"#, #""stage":"1""#, .malformedEntry),
        ("number too large", #""stage":1"#, #""stage":99999999999999999999"#, .malformedEntry),
        ("escaped letter", #""by":"kela""#, #""by":"kel\u0061""#, .malformedEntry),
        ("escaped slash", #""by":"kela""#, #""by":"ke\/la""#, .malformedEntry),
        ("escaped quotation mark", #""by":"kela""#, #""by":"ke\"la""#, .malformedEntry),
        ("escaped backslash", #""by":"kela""#, #""by":"ke\\la""#, .malformedEntry),
        ("escaped control character", #""by":"kela""#, #""by":"ke\nla""#, .malformedEntry),
        ("a letter beyond ASCII", #""by":"kela""#, #""by":"kelä""#, .malformedEntry),
        ("a register beyond ASCII", #""register":"r""#, #""register":"ŕ""#, .malformedEntry),
        ("a byte order mark", #""by":"kela""#, "\"by\":\"\u{FEFF}kela\"", .malformedEntry),
        ("a deleting character", #""by":"kela""#, "\"by\":\"kela\u{7F}\"", .malformedEntry),
        ("odd hexadecimal", #""digest":"01"#, #""digest":"1"#, .malformedEntry),
        ("upper-case hexadecimal", #""digest":"01"#, #""digest":"0A"#, .malformedEntry),
        ("other version", #""sidos":1"#, #""sidos":2"#, .unknownEntryVersion),
        ("version 0", #""sidos":1"#, #""sidos":0"#, .unknownEntryVersion),
        ("unknown type", "StageCommitted", "StageCommited", .unknownEntryType),
        ("type of another body", "StageCommitted", "Released", .malformedEntry),
        ("an opening inside a round", "StageCommitted", "RoundOpened", .malformedEntry),
        ("not JSON", "{\"body\"", "[\"body\"", .malformedEntry),
    ]

    @Test("every other way to say the same is refused", arguments: edits.indices)
    func edited(index: Int) throws {
        let edit = Self.edits[index]
        let entry = try Self.sign(StageCommitted(register: "r", stage: 1, list: Self.list))
        let text = String(decoding: entry.payload, as: UTF8.self)
        let range = try #require(text.range(of: edit.from), "\(edit.name)")
        let payload = Array(text.replacingCharacters(in: range, with: edit.to).utf8)
        #expect(payload != Array(entry.payload))
        let signature = try Self.key.signature(for: Label.boardEntry.bytes + payload)
        // Nobody is blamed for what may be signed by nobody.
        #expect(throws: ProtocolViolation(edit.kind), "\(edit.name)") {
            _ = try SignedEntry(bytes: Array(signature) + payload)
        }
    }

    @Test("sizes are bounded, read or written")
    func sizes() throws {
        for count in [0, 63, 64, 65, 100] {
            #expect(throws: ProtocolViolation(.malformedEntry)) { _ = try SignedEntry(bytes: .filled(0x7b, count)) }
        }
        let people = Dictionary(uniqueKeysWithValues: (0..<24).map { ("p\($0)", HexBytes(.filled(1, 1_300))) })
        let large = try Self.sign(KeyRevealed(saltShares: people))
        #expect((60_000...SignedEntry.maxByteCount).contains(large.bytes.count))
        #expect(try SignedEntry(bytes: large.bytes) == large)
        #expect(throws: ProtocolViolation(.malformedEntry)) {
            _ = try SignedEntry(bytes: large.bytes + .filled(0x20, SignedEntry.maxByteCount))
        }
        let tooLarge = KeyRevealed(saltShares: ["a": HexBytes(.filled(1, SignedEntry.maxByteCount / 2))])
        #expect(throws: ProtocolViolation(.unencodableEntry, by: "kela")) { _ = try Self.sign(tooLarge) }
    }

    @Test("no entry is made of a kind that the board does not know, or that is another's")
    func unlisted() {
        struct Unlisted: RuledEntry {
            static let kind = "Unlisted"
            func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {}
        }
        struct Impostor: RuledEntry {
            static let kind = Received.kind
            func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {}
        }
        struct Ruleless: EntryBody { static let kind = Received.kind }
        for body in [Unlisted(), Impostor(), Ruleless()] as [any EntryBody] {
            #expect(throws: ProtocolViolation(.unencodableEntry, by: "kela")) { _ = try Self.sign(body) }
        }
    }

    @Test("no entry is made with a text that nobody would read")
    func unreadableTexts() throws {
        for text in ["kelä", "ke\"la", "ke\\la", "ke\nla", "kela\u{7F}", "\u{0}"] {
            for body in [
                RoundAborted(code: .deadline, participants: [text]),
                StageCommitted(register: text, stage: 1, list: Self.list),
            ] as [any EntryBody] {
                #expect(throws: ProtocolViolation(.unencodableEntry, by: "kela")) { _ = try Self.sign(body) }
            }
        }
    }

    @Test("deep nesting is refused, not followed")
    func nesting() {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let depth = 20_000
            let text = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
            #expect(throws: ProtocolViolation(.malformedEntry)) {
                _ = try SignedEntry(bytes: .filled(0, 64) + Array(text.utf8))
            }
        }
    }

    @Test("altered bytes never keep their signature")
    func altered() throws {
        let entry = try Self.sign(Received())
        let publicKey = Array(Self.key.publicKey.rawRepresentation)
        for index in entry.bytes.indices {
            var bytes = entry.bytes
            bytes[index] ^= 1
            #expect(throws: ProtocolViolation.self) {
                try SignedEntry(bytes: bytes).verifySignature(publicKey: publicKey)
            }
        }
        let other = Array(Curve25519.Signing.PrivateKey().publicKey.rawRepresentation)
        for wrong in [other, [], .filled(0, 32), .filled(255, 31)] {
            #expect(throws: ProtocolViolation(.badSignature)) { try entry.verifySignature(publicKey: wrong) }
        }
    }

    @Test("the labels are distinct, ASCII, and closed by a zero byte")
    func labels() {
        let all = Label.allCases.map(\.bytes)
        #expect(Set(all).count == all.count)
        for label in all {
            #expect(label.last == 0)
            #expect(label.dropLast().allSatisfy { (32..<127).contains($0) })
            #expect(label.starts(with: Array("SIDOS-V1 ".utf8)))
        }
    }

    @Test("the labels are those of the document")
    func documentedLabels() throws {
        let document = URL(filePath: #filePath).appending(path: "../../../../docs/protocol.md").standardizedFileURL
        let text = try String(contentsOf: document, encoding: .utf8)
        let rows = text.matches(of: #/(?m)^  \| `(SIDOS-V1 [a-z ]+)` \|/#).map { String($0.output.1) }
        #expect(Set(rows).count == rows.count)
        let agreements = [AgreementSignature.label, KeyRotation.label].map {
            String(decoding: $0.dropLast(), as: UTF8.self)
        }
        #expect(Set(rows) == Set(Label.allCases.map(\.rawValue) + agreements))
    }
}
