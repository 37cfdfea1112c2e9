import Crypto
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Keys: committed to, revealed with proofs, agreed on, and the salt that nodes share. [P-25] [P-26] [P-27] [P-28]
@Suite("Key exchange")
struct KeyExchangeTests {
    /// Commits honestly for everybody but `author`, who commits to and reveals keys that `change` has changed.
    ///
    /// - Returns: what is wrong with the reveal; nil if it is accepted.
    static func violation(
        by author: ParticipantID, release: ReleaseMode = .rows,
        _ change: (inout KeyRevealed, RoundRecord, BoardFixture) throws -> Void
    ) async throws -> ProtocolViolation? {
        let fixture = try await (release == .rows ? BoardFixture.rows : BoardFixture.counts).value
        var record = fixture.records[0]
        var reveal =
            author == "research"
            ? ResearchSecrets(for: author, in: record).reveal
            : try AuthoritySecrets<Ristretto255>(for: author, in: record).reveal
        try change(&reveal, record, fixture)
        for holder in record.keyHolders {
            let commitment =
                holder == author
                ? try #require(reveal.commitment(round: record.round, participant: holder)) : .filled(1, 32)
            let body = KeyCommitted(commitment: HexBytes(commitment))
            try record.append(try fixture.sign(body, by: holder, on: record))
        }
        return try fixture.violation(reveal, by: author, on: record)
    }

    typealias Change = @Sendable (inout KeyRevealed, RoundRecord, BoardFixture) throws -> Void

    static func foreign(_ record: RoundRecord, _ id: ParticipantID) throws -> KeyRevealed {
        try AuthoritySecrets<Ristretto255>(for: id, in: record).reveal
    }

    static let badProofs: [(String, Change)] = [
        ("no blinding key", { reveal, _, _ in reveal.blindingPoint = nil }),
        ("no blinding proof", { reveal, _, _ in reveal.blindingProof = nil }),
        ("no capsule key", { reveal, _, _ in reveal.capsulePoint = nil }),
        ("no capsule proof", { reveal, _, _ in reveal.capsuleProof = nil }),
        (
            "another's blinding key",
            { reveal, record, _ in reveal.blindingPoint = try foreign(record, BoardFixture.left).blindingPoint }
        ),
        (
            "another's capsule key",
            { reveal, record, _ in reveal.capsulePoint = try foreign(record, BoardFixture.left).capsulePoint }
        ),
        (
            "another's proof",
            { reveal, record, _ in reveal.blindingProof = try foreign(record, BoardFixture.left).blindingProof }
        ),
        ("the identity", { reveal, _, _ in reveal.blindingPoint = HexBytes(.filled(0, 32)) }),
        ("no element", { reveal, _, _ in reveal.capsulePoint = HexBytes(.filled(255, 32)) }),
        ("a short key", { reveal, _, _ in reveal.blindingPoint = HexBytes(.filled(1, 31)) }),
        (
            "an empty proof",
            { reveal, _, _ in reveal.capsuleProof = ProofBytes(commitment: HexBytes([]), response: HexBytes([])) }
        ),
        (
            "one key's proof for the other",
            { reveal, _, _ in (reveal.blindingPoint, reveal.blindingProof) = (reveal.capsulePoint, reveal.capsuleProof)
            }
        ),
        (
            "a key and proof copied from another node",
            { reveal, record, _ in
                let other = try foreign(record, BoardFixture.right)
                (reveal.blindingPoint, reveal.blindingProof) = (other.blindingPoint, other.blindingProof)
            }
        ),
    ]

    @Test("keys without a proof of possession are refused", arguments: badProofs.indices)
    func proofs(index: Int) async throws {
        let (name, change) = Self.badProofs[index]
        let violation = try await Self.violation(by: BoardFixture.left, change)
        #expect(violation == ProtocolViolation(.badProof, by: BoardFixture.left), "\(name)")
    }

    static let badShares: [(String, Change)] = [
        ("none", { reveal, _, _ in reveal.saltShares = [:] }),
        ("one missing", { reveal, _, _ in reveal.saltShares[BoardFixture.mixer] = nil }),
        (
            "one for the coordinator",
            { reveal, _, _ in reveal.saltShares["coordinator"] = reveal.saltShares[BoardFixture.mixer] }
        ),
        (
            "one for itself",
            { reveal, _, _ in reveal.saltShares[BoardFixture.left] = reveal.saltShares[BoardFixture.mixer] }
        ),
        ("one too short", { reveal, _, _ in reveal.saltShares[BoardFixture.mixer]?.bytes.removeLast() }),
        ("one empty", { reveal, _, _ in reveal.saltShares[BoardFixture.mixer] = HexBytes([]) }),
        ("no digest", { reveal, _, _ in reveal.saltDigest = nil }),
        ("a short digest", { reveal, _, _ in reveal.saltDigest?.bytes.removeLast() }),
    ]

    @Test("every node must get a share of the salt", arguments: badShares.indices)
    func shares(index: Int) async throws {
        let (name, change) = Self.badShares[index]
        let violation = try await Self.violation(by: BoardFixture.left, change)
        #expect(violation == ProtocolViolation(.badSaltShare, by: BoardFixture.left), "\(name)")
    }

    @Test("honest keys are accepted, and each role reveals its own kinds only")
    func roles() async throws {
        for author in [BoardFixture.left, BoardFixture.mixer, "research"] {
            #expect(try await Self.violation(by: author) { _, _, _ in } == nil)
        }
        #expect(try await Self.violation(by: BoardFixture.left, release: .none) { _, _, _ in } == nil)
        let proof = ProofBytes(commitment: HexBytes(.filled(1, 32)), response: HexBytes(.filled(1, 32)))
        let blinding = try await Self.violation(by: "research") { reveal, record, _ in
            let node = try Self.foreign(record, BoardFixture.left)
            (reveal.blindingPoint, reveal.blindingProof) = (node.blindingPoint, node.blindingProof)
        }
        #expect(blinding == ProtocolViolation(.badProof, by: "research"))
        let salt = try await Self.violation(by: "research") { reveal, _, _ in
            reveal.saltDigest = HexBytes(.filled(1, 32))
        }
        #expect(salt == ProtocolViolation(.badSaltShare, by: "research"))
        let capsule = try await Self.violation(by: BoardFixture.left, release: .none) { reveal, _, _ in
            (reveal.capsulePoint, reveal.capsuleProof) = (HexBytes(.filled(1, 32)), proof)
        }
        #expect(capsule == ProtocolViolation(.badProof, by: BoardFixture.left))
    }

    @Test("a reveal that differs from its commitment is refused, whatever differs")
    func commitment() async throws {
        let fixture = try await BoardFixture.rows.value
        let record = try fixture.before(KeyRevealed.self)
        guard let honest = try fixture.entry(record.head.count).body as? KeyRevealed else { return }
        let author = try fixture.entry(record.head.count).author
        var changes = [honest, honest, honest]
        changes[0].saltDigest?.bytes[0] ^= 1
        changes[1].saltShares[BoardFixture.mixer]?.bytes[0] ^= 1
        changes[2].blindingProof?.response.bytes[0] ^= 1
        for reveal in changes {
            let violation = try fixture.violation(reveal, by: author, on: record)
            #expect(violation == ProtocolViolation(.badCommitment, by: author))
        }
        // A commitment binds its author and its round.
        let other = try #require(RoundID(bytes: .filled(1, 32)))
        let commitments = [
            honest.commitment(round: record.round, participant: author),
            honest.commitment(round: record.round, participant: BoardFixture.right),
            honest.commitment(round: other, participant: author),
        ]
        #expect(Set(commitments).count == 3)
    }

    @Test("the manifest is over everything that was revealed, and who revealed it")
    func manifest() async throws {
        let fixture = try await BoardFixture.rows.value
        let record = try fixture.before(ManifestSigned.self)
        var seen: Set<[UInt8]> = [record.manifest]
        for holder in record.keyHolders {
            var changed = record
            changed.reveals[holder]?.capsulePoint?.bytes[0] ^= 1
            seen.insert(changed.manifest)
        }
        var swapped = record
        swapped.reveals[BoardFixture.left] = record.reveals[BoardFixture.right]
        swapped.reveals[BoardFixture.right] = record.reveals[BoardFixture.left]
        seen.insert(swapped.manifest)
        #expect(seen.count == record.keyHolders.count + 2)
        #expect(try fixture.before(BatchDeclared.self).manifest == record.manifest)
    }

    @Test("all nodes derive one salt, of this round only")
    func salt() async throws {
        let fixture = try await BoardFixture.rows.value
        let round = SimulatedRound(Ristretto255.self, study: fixture.study, registers: [:])
        try await round.run { $0.allRevealed }
        let record = try round.record()
        let salts = try record.ring.map { node in
            try round.secrets(of: node).exitSalt(for: node, in: record, hpkeKey: fixture.study.hpke[node]!).key
        }
        #expect(salts.count == 3)
        #expect(salts.allSatisfy { $0 == salts[0] })
        let other = SimulatedRound(Ristretto255.self, study: fixture.study, registers: [:])
        try await other.run { $0.allRevealed }
        let node = BoardFixture.left
        let otherSalt = try other.secrets(of: node).exitSalt(
            for: node, in: try other.record(), hpkeKey: fixture.study.hpke[node]!)
        #expect(otherSalt.key != salts[0])
    }

    @Test("a share that does not open, or differs from the others', stops its receiver before it declares")
    func sharesThatDoNotOpen() async throws {
        let fixture = try await BoardFixture.rows.value
        let round = SimulatedRound(Ristretto255.self, study: fixture.study, registers: [:])
        try await round.run { $0.allRevealed }
        let record = try round.record()
        let (me, liar) = (BoardFixture.left, BoardFixture.right)
        func salt(_ change: (inout KeyRevealed) throws -> Void) throws {
            var record = record
            var reveal = try #require(record.reveals[liar])
            try change(&reveal)
            record.reveals[liar] = reveal
            _ = try round.secrets(of: me).exitSalt(for: me, in: record, hpkeKey: fixture.study.hpke[me]!)
        }
        try salt { _ in }
        let wrong = ProtocolViolation(.badSaltShare, by: liar)
        #expect(throws: wrong) { try salt { $0.saltShares[me]?.bytes[1_130] ^= 1 } }
        #expect(throws: wrong) { try salt { $0.saltShares[me]?.bytes[3] ^= 1 } }
        #expect(throws: wrong) { try salt { $0.saltShares[me] = HexBytes(.filled(0, SealedSecret.byteCount)) } }
        #expect(throws: wrong) { try salt { $0.saltShares[me]?.bytes.removeLast() } }
        #expect(throws: wrong) { try salt { $0.saltShares[me] = nil } }
        // Sealed to another node, by another node, or another secret than the digest says.
        #expect(throws: wrong) { try salt { $0.saltShares[me] = $0.saltShares[BoardFixture.mixer] } }
        #expect(throws: wrong) { try salt { $0.saltShares[me] = record.reveals[BoardFixture.mixer]?.saltShares[me] } }
        #expect(throws: wrong) {
            try salt {
                let share = SecretBytes(randomByteCount: 32)
                let recipient = try #require(record.participant(me))
                $0.saltShares[me] = HexBytes(
                    try SealedSecret.seal(share, .saltShare, from: liar, to: recipient, round: record.round))
            }
        }
        #expect(throws: wrong) { try salt { $0.saltDigest?.bytes[0] ^= 1 } }
    }

    @Test("secrets come back from their sealed form, and nothing else does")
    func serialized() async throws {
        let fixture = try await BoardFixture.rows.value
        let secrets = try AuthoritySecrets<Ristretto255>(for: BoardFixture.left, in: fixture.records[0])
        let bytes = try secrets.serialized().withUnsafeBytes { Array($0) }
        func read(_ bytes: [UInt8]) -> KeyRevealed? {
            AuthoritySecrets<Ristretto255>(serialized: SecretBytes(SymmetricKey(data: bytes)))?.reveal
        }
        #expect(read(bytes) == secrets.reveal)
        #expect(read(Array(bytes.dropLast())) == nil)
        #expect(read(Array(bytes[..<96])) == nil)
        #expect(read([]) == nil)
        let research = ResearchSecrets(for: "research", in: fixture.records[0])
        let sealed = try research.serialized()
        func readResearch(_ bytes: borrowing SecretBytes) -> KeyRevealed? { ResearchSecrets(serialized: bytes)?.reveal }
        #expect(readResearch(sealed) == research.reveal)
        #expect(readResearch(sealed.slice(0..<32)) == nil)
    }
}
