import Testing

@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Every kind of violation is raised by something that a peer can do, and says which clause was broken. [P-14] [P-33]
@Suite("Kinds of violation")
struct ViolationKindTests {
    /// Does what must end in `kind`: the compiler sees to it that no kind is left out.
    static func raise(_ kind: ProtocolViolation.Kind) async throws {
        switch kind {
        case .malformedEntry: _ = try SignedEntry(bytes: [])
        case .unknownEntryVersion: try reread { $0.replacing(#""sidos":1"#, with: #""sidos":9"#) }
        case .unknownEntryType: try reread { $0.replacing("Received", with: "Believed") }
        case .unencodableEntry:
            let secret = HexBytes(.filled(0, SignedEntry.maxByteCount))
            _ = try SignedEntryTests.sign(KeyCommitted(commitment: secret))
        case .unknownAuthor: try await append(BoardRuleTests.received, by: "stranger", on: KeyCommitted.self)
        case .badSignature:
            let fixture = try await BoardFixture.rows.value
            var record = fixture.records[0]
            var bytes = fixture.board[1]
            bytes[0] ^= 1
            try record.append(bytes)
        case .wrongRound:
            let fixture = try await BoardFixture.rows.value
            var record = fixture.records[0]
            try record.append(try fixture.study.opening(number: 2).bytes)
        case .boardForked:
            let fixture = try await BoardFixture.rows.value
            var record = try fixture.before(ManifestSigned.self)
            let opening = fixture.records[0].round
            let entry = try SignedEntry(
                body: BoardRuleTests.manifest, author: BoardFixture.left, round: opening, seen: .empty,
                key: fixture.study.signing[BoardFixture.left]!)
            try record.append(entry.bytes)
        case .notAllowed: try await append(BoardRuleTests.aborted, by: BoardFixture.left, on: KeyCommitted.self)
        case .repeated: try await append(BoardRuleTests.received, by: "research", on: RoundClosed.self)
        case .outOfPlace: try await append(BoardRuleTests.closed, by: "coordinator", on: KeyCommitted.self)
        case .roundOver: try await append(BoardRuleTests.refused, by: BoardFixture.left, on: KeysErased.self)
        case .badOpening:
            let fixture = try await BoardFixture.rows.value
            _ = try RoundRecord(opening: fixture.board[1], agreement: fixture.study.agreement, file: fixture.study.file)
        case .badCommitment: try await append(BoardRuleTests.revealed, by: BoardFixture.left, on: KeyRevealed.self)
        case .badProof:
            let violation = try await KeyExchangeTests.violation(by: BoardFixture.left) { reveal, _, _ in
                reveal.blindingPoint = reveal.capsulePoint
            }
            if let violation { throw violation }
        case .badSaltShare:
            let violation = try await KeyExchangeTests.violation(by: BoardFixture.left) { reveal, _, _ in
                reveal.saltShares = [:]
            }
            if let violation { throw violation }
        case .studyKeyDiffers:
            let people = ["left": [LastingPseudonymTests.person("a")], "right": [LastingPseudonymTests.person("a")]]
            let known = ["owner-left": Ristretto255.generator]
            _ = try await LastingPseudonymTests.Rounds(.init(pseudonymHolders: [0, 1])).round(people, known: known)
        case .equivocation: try await append(BoardRuleTests.manifest, by: BoardFixture.left, on: ManifestSigned.self)
        case .capExceeded:
            try await append(BoardRuleTests.batch(count: 51), by: BoardFixture.left, on: BatchDeclared.self)
        case .badBatch:
            try await append(BoardRuleTests.batch(vault: nil), by: BoardFixture.left, on: BatchDeclared.self)
        case .wrongCount, .wrongDigest, .notIncreasing, .invalidElement, .invalidCapsule, .partialRecord:
            let fault = try #require(HopFaultTests.ringFaults.first { $0.kind == kind })
            let mix = SimulatedDuty.authority(FaultFixture.right, .mix("left", stage: 1))
            try await damage(.ring, mix, "left/0/0/0", Records.ofList(fault.change)) {
                if fault.isConsistent { $0.stages["left"]?[0]?.digest = $1.digest }
            }
        case .vaultNotIncreasing:
            try await damage(.receiving, .research(.receive), "left/vault/0/0", Records.swap(0, width: 128))
        case .selectionWrong:
            let swap = Records.swap(0, width: SelectedItem.byteCount)
            try await damage(.receiving, .research(.receive), "research/selection/0/0", swap)
        case .releaseCapExceeded:
            let release = SimulatedDuty.authority(FaultFixture.left, .release)
            try await damage(.releasing, release, "owner-left/selection/0/0", Records.unchanged) { record, _ in
                record.selected?.requests.count = 100
            }
        case .sharesWrong:
            let shares = Released(shares: BoardRuleTests.list(4))
            try await append(shares, by: BoardFixture.left, on: Released.self)
        case .streamMalformed:
            var source = NamedSource(MemorySource([1, 2, 3, 4]), byteCount: 3)
            while try await source.next() != nil {}
        case .proofMalformed:
            let fixture = try await BoardFixture.verifiedRows.value
            let short = Proved(proof: BoardRuleTests.list(2), register: "left", stage: 1)
            let record = try fixture.before(Proved.self)
            let register = try #require(record.register("left"))
            let hop = try #require(record.node(forStage: 1, of: register))
            if let violation = try fixture.violation(short, by: hop, on: record) { throw violation }
        }
    }

    static func reread(_ change: (String) -> String) throws {
        let entry = try SignedEntryTests.sign(Received())
        let text = String(decoding: entry.payload, as: UTF8.self)
        _ = try SignedEntry(bytes: Array(entry.bytes[..<64]) + Array(change(text).utf8))
    }

    static func append(_ body: any EntryBody, by author: ParticipantID, on type: any EntryBody.Type) async throws {
        let fixture = try await BoardFixture.rows.value
        if let violation = try fixture.violation(body, by: author, on: try fixture.before(type)) { throw violation }
    }

    enum Point { case ring, releasing, receiving }

    static func damage(
        _ point: Point, _ duty: SimulatedDuty, _ name: String, _ change: @escaping @Sendable ([UInt8]) -> [UInt8],
        record: (inout RoundRecord, AnnouncedStream) -> Void = { _, _ in }
    ) async throws {
        let fixture =
            switch point {
            case .ring: try await FaultFixture.ring.value
            case .releasing: try await FaultFixture.releasing.value
            case .receiving: try await FaultFixture.receiving.value
            }
        let outcome = try await fixture.outcome(of: duty, damaging: name, change, record: record)
        if let violation = outcome.violation { throw violation }
    }

    @Test("each is raised", arguments: ProtocolViolation.Kind.allCases)
    func raised(kind: ProtocolViolation.Kind) async throws {
        do {
            try await Self.raise(kind)
            Issue.record("\(kind) was not raised")
        } catch let violation as ProtocolViolation {
            #expect(violation.kind == kind)
            #expect(violation.description.contains("\(kind.rawValue) [\(violation.clause)]"))
            #expect(violation.clause.hasPrefix("P-"))
            if let participant = violation.participant { #expect(violation.description.contains("by \(participant)")) }
            if let index = violation.index { #expect(violation.description.hasSuffix("at record \(index)")) }
        }
    }

    @Test("codes are distinct and stable in form")
    func codes() {
        let codes = ProtocolViolation.Kind.allCases.map(\.rawValue)
        #expect(Set(codes).count == codes.count)
        for code in codes {
            #expect(code.split(separator: ".").count == 2)
            #expect(code.allSatisfy { $0.isLowercase || $0 == "." || $0 == "-" })
        }
    }
}
