import Crypto
import Testing

@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// The chain, what its entries have seen, and how a round opens. [P-13] [P-15]
@Suite("Board chain")
struct BoardChainTests {
    @Test("each head is the hash of the head before and the entry")
    func chain() async throws {
        let fixture = try await BoardFixture.rows.value
        var hash = [UInt8].filled(0, 32)
        for (index, entry) in fixture.board.enumerated() {
            let leaf = Array(SHA256.hash(data: entry))
            hash = Array(SHA256.hash(data: Array("SIDOS-V1 board chain".utf8) + [0] + hash + leaf))
            #expect(fixture.records[index].head == BoardHead(count: index + 1, hash: hash))
        }
        #expect(BoardHead.empty == BoardHead(count: 0, hash: .filled(0, 32)))
    }

    @Test("the round's id is the hash of its opening")
    func roundID() async throws {
        let fixture = try await BoardFixture.rows.value
        let payload = Array("SIDOS-V1 round".utf8) + [0] + fixture.board[0][64...]
        #expect(fixture.records[0].round.bytes == Array(SHA256.hash(data: payload)))
    }

    @Test("an author may be behind, but must have seen this board")
    func seen() async throws {
        let fixture = try await BoardFixture.rows.value
        let record = try fixture.before(ManifestSigned.self)
        let body = ManifestSigned(manifest: HexBytes(record.manifest))
        func append(_ seen: BoardHead, _ other: (any EntryBody)? = nil) throws {
            var record = record
            let entry = try SignedEntry(
                body: other ?? body, author: BoardFixture.left, round: record.round, seen: seen,
                key: fixture.study.signing[BoardFixture.left]!)
            try record.append(entry.bytes)
        }
        for head in record.heads.dropFirst() { try append(head, BoardRuleTests.refused) }
        // Of the keys that its manifest is about it must have seen all.
        let last = try fixture.position(of: ManifestSigned.self)
        #expect(record.heads.count == last + 1)
        try append(record.head)
        for head in record.heads.dropFirst().dropLast() {
            #expect(throws: ProtocolViolation(.outOfPlace, by: BoardFixture.left)) { try append(head) }
        }
        var forked: [BoardHead] = [.empty, BoardHead(count: record.heads.count, hash: record.head.hash)]
        forked.append(BoardHead(count: .max, hash: record.head.hash))
        for head in record.heads.dropFirst() {
            var hash = head.hash
            hash[31] ^= 1
            forked.append(BoardHead(count: head.count, hash: hash))
        }
        forked.append(BoardHead(count: 2, hash: record.heads[3].hash))
        for head in forked {
            #expect(throws: ProtocolViolation(.boardForked, by: BoardFixture.left)) { try append(head) }
        }
    }

    @Test("entries do not come again, nor from another round")
    func replays() async throws {
        let fixture = try await BoardFixture.rows.value
        let other = try await BoardFixture.counts.value
        for (index, entry) in fixture.board.enumerated().dropFirst() {
            var record = fixture.records[index]
            let head = record.head
            #expect(throws: ProtocolViolation.self) { try record.append(entry) }
            #expect(record.head == head)
        }
        // Each study has keys of its own, so a stranger's entry fails already by its signature.
        var record = fixture.records[0]
        #expect(throws: ProtocolViolation(.badSignature)) { try record.append(other.board[1]) }
        // The same people's entry of another round fails by its round, and so does a second opening.
        let opening = try fixture.study.opening(number: 2)
        var second = try RoundRecord(
            opening: opening.bytes, agreement: fixture.study.agreement, file: fixture.study.file)
        let author = try fixture.entry(1).author
        #expect(throws: ProtocolViolation(.wrongRound, by: author)) { try second.append(fixture.board[1]) }
        #expect(throws: ProtocolViolation(.wrongRound, by: "coordinator")) { try record.append(opening.bytes) }
    }

    @Test("entries in another order make another board")
    func reordered() async throws {
        let fixture = try await BoardFixture.rows.value
        let first = try fixture.position(of: KeyCommitted.self)
        var record = fixture.records[first - 1]
        let entries = try [first + 1, first].map { index in
            try fixture.sign(try fixture.entry(index).body, by: try fixture.entry(index).author, on: record)
        }
        for entry in entries { try record.append(entry) }
        #expect(record.head.count == fixture.records[first + 1].head.count)
        #expect(record.head != fixture.records[first + 1].head)
        // What was written for the other order is refused on this one.
        #expect(throws: ProtocolViolation(.boardForked, by: try fixture.entry(first + 2).author)) {
            try record.append(fixture.board[first + 2])
        }
    }

    /// Openings that the coordinator signed, and that nobody may follow.
    static let openings: [(String, @Sendable (inout RoundOpened) -> Void)] = [
        ("another agreement", { $0.agreement = HexBytes(.filled(1, 32)) }),
        ("no agreement", { $0.agreement = HexBytes([]) }),
        ("short nonce", { $0.nonce = HexBytes(.filled(1, 31)) }),
        ("round 0", { $0.number = 0 }),
        ("more rounds than allowed", { $0.number = 4 }),
        ("a stranger's signature", { $0.signatures["stranger"] = HexBytes(.filled(1, 64)) }),
        ("a short signature", { $0.signatures["research"] = HexBytes(.filled(1, 63)) }),
        ("before 1970", { $0.opened = -1 }),
        ("no time", { $0.deadline = $0.opened }),
        ("deadline before the opening", { $0.deadline = $0.opened - 1 }),
        ("more time than agreed", { $0.deadline = $0.opened + 3_601 }),
        ("no clock's time", { ($0.opened, $0.deadline) = (1 << 40, (1 << 40) + 5) }),
        ("end of time", { ($0.opened, $0.deadline) = (.max - 3_700, .max) }),
        (
            "overflow",
            {
                ($0.opened, $0.deadline) = (.max - 4, .max - 3)
                $0.number = 0
            }
        ),
        ("underflow", { ($0.opened, $0.deadline) = (.min, .max) }),
    ]

    @Test("openings that do not fit are refused", arguments: openings.indices)
    func opening(index: Int) async throws {
        let fixture = try await BoardFixture.rows.value
        let (name, change) = Self.openings[index]
        guard var body = try fixture.entry(0).body as? RoundOpened else { throw SimulationError.notOpened }
        change(&body)
        let entry = try SignedEntry(
            body: body, author: "coordinator", round: nil, seen: .empty,
            key: fixture.study.signing["coordinator"]!)
        #expect(throws: ProtocolViolation(.badOpening, by: "coordinator"), "\(name)") { try open(entry.bytes, fixture) }
    }

    func open(_ bytes: [UInt8], _ fixture: BoardFixture) throws {
        _ = try RoundRecord(opening: bytes, agreement: fixture.study.agreement, file: fixture.study.file)
    }

    @Test("a late opening is fine, and only the coordinator's own")
    func whoOpens() async throws {
        let fixture = try await BoardFixture.rows.value
        guard var body = try fixture.entry(0).body as? RoundOpened else { throw SimulationError.notOpened }
        (body.opened, body.deadline) = ((1 << 40) - 1, (1 << 40) + 5)
        func sign(_ author: ParticipantID, as key: ParticipantID, seen: BoardHead = .empty) throws -> [UInt8] {
            try SignedEntry(
                body: body, author: author, round: nil, seen: seen, key: fixture.study.signing[key]!
            ).bytes
        }
        try open(sign("coordinator", as: "coordinator"), fixture)
        let left = BoardFixture.left
        #expect(throws: ProtocolViolation(.badOpening)) { try open(sign(left, as: left), fixture) }
        #expect(throws: ProtocolViolation(.badSignature)) { try open(sign("coordinator", as: left), fixture) }
        #expect(throws: ProtocolViolation(.badOpening, by: "coordinator")) {
            try open(sign("coordinator", as: "coordinator", seen: BoardHead(count: 1, hash: .filled(0, 32))), fixture)
        }
        #expect(throws: ProtocolViolation(.badOpening)) { try open(fixture.board[1], fixture) }
    }
}
