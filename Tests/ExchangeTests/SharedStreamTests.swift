import Crypto
import Testing

@testable import Exchange
@testable import PSIProtocol
@testable import Values

/// Streams that several participants can open. [P-63]
@Suite("Streams for several readers")
struct SharedStreamTests {
    private let ids = ["omnia", "kela", "hub"]
    private let keys: [XWingMLKEM768X25519.PrivateKey]
    private let round: RoundID
    private let stream = StreamID(batch: "clients", stage: .proof(2), attempt: 1)

    init() throws {
        keys = try (0..<3).map { _ in try XWingMLKEM768X25519.PrivateKey.generate() }
        round = try testRound()
    }

    private func chunks(_ plaintexts: [[UInt8]], stream: StreamID? = nil) throws -> [[UInt8]] {
        var writer = try SealedStreamWriter(
            round: round, stream: stream ?? self.stream, sender: "espoo",
            receivers: zip(ids, keys).map { ($0, Array($1.publicKey.rawRepresentation)) })
        return try plaintexts.enumerated().map { try writer.seal($1, last: $0 == plaintexts.count - 1) }
    }

    private func reader(
        _ index: Int, key: XWingMLKEM768X25519.PrivateKey? = nil, readers: [ParticipantID]? = nil,
        stream: StreamID? = nil, sender: ParticipantID = "espoo", round: RoundID? = nil
    ) throws -> SealedStreamReader {
        try SealedStreamReader(
            round: round ?? self.round, stream: stream ?? self.stream, sender: sender, receiver: ids[index],
            readers: readers ?? ids, privateKey: key ?? keys[index])
    }

    @Test("Each reader opens the same, and nobody else anything", arguments: [[0], [40], [100, 0], [70_000, 5, 17]])
    func opens(lengths: [Int]) throws {
        let plaintexts = lengths.enumerated().map { testBytes($1, seed: UInt64($0 + 1)) }
        let chunks = try chunks(plaintexts)
        #expect(chunks.map(\.count) == lengths.enumerated().map { $1 + 16 + ($0 == 0 ? 3 * 1_168 : 0) })
        for index in ids.indices {
            var reader = try reader(index)
            for (seq, chunk) in chunks.enumerated() {
                #expect(try reader.open(chunk, seq: seq, last: seq == chunks.count - 1) == plaintexts[seq])
            }
            try reader.finish()
        }
        let stored = chunks.reduce(0) { $0 + $1.count }
        #expect(
            SealedStreamLength.plaintextByteCount(
                stored: stored, chunkCount: chunks.count, sealing: .shared(with: ids))
                == lengths.reduce(0, +))
    }

    @Test("The sealing is what the document says, to the byte")
    func form() throws {
        let chunks = try chunks([testBytes(10), testBytes(20, seed: 2)])
        let prefix = Array("SIDOS-V1 stream\0".utf8) + round.bytes + Array("clients/proof2/1/0\0".utf8)
        for (index, id) in ids.enumerated() {
            let own = Array(chunks[0][(1_168 * index)..<(1_168 * index + 1_168)])
            var recipient = try HPKE.Recipient(
                privateKey: keys[index], ciphersuite: .XWingMLKEM768X25519_SHA256_AES_GCM_256,
                info: .init(prefix + Array("espoo\0\(id)".utf8)), encapsulatedKey: .init(own[..<1_120]))
            let key = SymmetricKey(data: try recipient.open(own[1_120...]))
            for (seq, sealed) in [Array(chunks[0][(3 * 1_168)...]), chunks[1]].enumerated() {
                let box = try AES.GCM.SealedBox(
                    nonce: AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 11) + [UInt8(seq)]),
                    ciphertext: sealed.dropLast(16), tag: sealed.suffix(16))
                let last: UInt8 = seq == 1 ? 1 : 0
                let plaintext = try AES.GCM.open(
                    box, using: key, authenticating: prefix + [0, 0, 0, UInt8(seq), last])
                #expect(Array(plaintext) == testBytes(seq == 0 ? 10 : 20, seed: UInt64(seq + 1)))
            }
        }
    }

    @Test("Any byte altered; chunks swapped, cut or ended elsewhere; another place; another reader's key")
    func refusals() throws {
        let chunks = try chunks([testBytes(40), testBytes(40, seed: 2), testBytes(5, seed: 3)])
        // The first reader's keys, and what is sealed under the stream's own.
        for index in Array(stride(from: 0, to: 1_168, by: 97)) + Array((3 * 1_168)..<chunks[0].count) {
            var altered = chunks[0]
            altered[index] ^= 1
            var reader = try reader(0)
            #expect(throws: SealedStreamError.wrongKeyOrAltered) { try reader.open(altered, seq: 0, last: false) }
        }
        // What another reader gets is nobody's else to judge.
        var others = chunks[0]
        others[1_168 + 7] ^= 1
        var first = try reader(0)
        #expect(try first.open(others, seq: 0, last: false) == testBytes(40))
        for altered in [chunks[2], chunks[1].dropLast(), chunks[1] + [0], []] {
            var reader = try reader(1)
            _ = try reader.open(chunks[0], seq: 0, last: false)
            #expect(throws: SealedStreamError.altered(seq: 1)) { try reader.open(altered, seq: 1, last: false) }
        }
        var early = try reader(2)
        #expect(throws: SealedStreamError.wrongKeyOrAltered) { try early.open(chunks[0], seq: 0, last: true) }
        for length in [0, 1_167, 3 * 1_168, 3 * 1_168 + 15] {
            var reader = try reader(0)
            #expect(throws: SealedStreamError.firstChunkTooShort) {
                try reader.open(Array(chunks[0].prefix(length)), seq: 0, last: false)
            }
        }
        for wrong in [
            try reader(0, key: keys[1]), try reader(0, sender: "omnia"), try reader(0, round: testRound(2)),
            try reader(0, stream: StreamID(batch: "clients", stage: .proof(1), attempt: 1)),
            try reader(0, readers: ["kela", "omnia", "hub"]), try reader(0, readers: ["omnia", "kela"]),
        ] {
            var wrong = wrong
            #expect(throws: SealedStreamError.self) { try wrong.open(chunks[0], seq: 0, last: false) }
        }
        #expect(throws: SealedStreamError.wrongKeyOrAltered) { try reader(0, readers: ["kela", "hub"]) }
    }

    @Test("Two streams have different keys")
    func freshKeys() throws {
        let first = try chunks([testBytes(40)])[0]
        let second = try chunks([testBytes(40)])[0]
        #expect(first.suffix(56) != second.suffix(56))
    }
}
