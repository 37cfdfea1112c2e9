import Crypto
import PSIProtocol
import Testing

@testable import Exchange
@testable import Values

/// HPKE over chunks: nothing altered, reordered, cut short or meant for others opens. [P-03] [P-51]
@Suite struct SealedStreamTests {
    private let key: XWingMLKEM768X25519.PrivateKey
    private let round: RoundID
    private let stream = StreamID(batch: "kela_benefits", stage: .ring(1), attempt: 0)

    init() throws {
        key = try XWingMLKEM768X25519.PrivateKey.generate()
        round = try testRound()
    }

    private func writer() throws -> SealedStreamWriter {
        try SealedStreamWriter(
            round: round, stream: stream, sender: "kela", receiver: "vero",
            receiverKey: Array(key.publicKey.rawRepresentation))
    }

    private func reader(
        _ key: XWingMLKEM768X25519.PrivateKey? = nil, round: RoundID? = nil, stream: StreamID? = nil,
        sender: String = "kela", receiver: String = "vero"
    ) throws -> SealedStreamReader {
        try SealedStreamReader(
            round: round ?? self.round, stream: stream ?? self.stream, sender: sender, receiver: receiver,
            privateKey: key ?? self.key)
    }

    private func chunks(_ plaintexts: [[UInt8]]) throws -> [[UInt8]] {
        var writer = try writer()
        return try plaintexts.enumerated().map { try writer.seal($1, last: $0 == plaintexts.count - 1) }
    }

    @Test(arguments: [[0], [1], [5, 0], [100, 200, 3], [StreamUpload.chunkByteCount, 17]])
    func opensWhatWasSealed(lengths: [Int]) throws {
        let plaintexts = lengths.enumerated().map { testBytes($1, seed: UInt64($0 + 1)) }
        let chunks = try chunks(plaintexts)
        #expect(chunks.map(\.count) == lengths.enumerated().map { $1 + 16 + ($0 == 0 ? 1_120 : 0) })
        var reader = try reader()
        for (seq, chunk) in chunks.enumerated() {
            #expect(throws: SealedStreamError.truncated(chunkCount: seq)) { try reader.finish() }
            #expect(try reader.open(chunk, seq: seq, last: seq == chunks.count - 1) == plaintexts[seq])
        }
        try reader.finish()
        #expect(throws: SealedStreamError.afterLast) { try reader.open(chunks[0], seq: chunks.count, last: true) }
    }

    /// The associated data and the info, to the byte.
    @Test func bindsWhatTheProtocolSays() throws {
        let context = SealedStreamContext(round: round, stream: stream, sender: "kela")
        let prefix = Array("SIDOS-V1 stream\0".utf8) + round.bytes + Array("kela_benefits/1/0/0\0".utf8)
        #expect(Array(context.info(for: "vero")) == prefix + Array("kela\0vero".utf8))
        #expect(context.associatedData(seq: 0x0102_0304, last: true) == prefix + [1, 2, 3, 4, 1])
        #expect(context.associatedData(seq: 7, last: false) == prefix + [0, 0, 0, 7, 0])
    }

    @Test func everyAlteredByteOfEveryChunkIsFound() throws {
        let chunks = try chunks([testBytes(40), testBytes(40, seed: 2)])
        // Every byte of the small parts, and a sample of the encapsulated key.
        for index in Array(stride(from: 0, to: 1_120, by: 97)) + Array(1_120..<chunks[0].count) {
            var altered = chunks[0]
            altered[index] ^= 1
            var reader = try reader()
            #expect(throws: SealedStreamError.wrongKeyOrAltered) { try reader.open(altered, seq: 0, last: false) }
        }
        for index in chunks[1].indices {
            var altered = chunks[1]
            altered[index] ^= 0x80
            var reader = try reader()
            _ = try reader.open(chunks[0], seq: 0, last: false)
            #expect(throws: SealedStreamError.altered(seq: 1)) { try reader.open(altered, seq: 1, last: true) }
            // Having failed, it opens nothing more, not even the true chunk.
            #expect(throws: SealedStreamError.altered(seq: 1)) { try reader.open(chunks[1], seq: 1, last: true) }
        }
    }

    @Test func cutChunksAreFound() throws {
        let chunks = try chunks([testBytes(40), testBytes(40, seed: 2)])
        for length in [0, 1, 1_119, 1_120, 1_135] {
            var reader = try reader()
            #expect(throws: SealedStreamError.firstChunkTooShort) {
                try reader.open(Array(chunks[0].prefix(length)), seq: 0, last: false)
            }
        }
        for length in [0, 15, 16, 55] {
            var reader = try reader()
            _ = try reader.open(chunks[0], seq: 0, last: false)
            #expect(throws: SealedStreamError.altered(seq: 1)) {
                try reader.open(Array(chunks[1].prefix(length)), seq: 1, last: true)
            }
        }
    }

    @Test func reorderedDroppedAndRepeatedChunksAreFound() throws {
        let chunks = try chunks((0..<4).map { testBytes(30, seed: UInt64($0 + 1)) })
        var skipping = try reader()
        _ = try skipping.open(chunks[0], seq: 0, last: false)
        #expect(throws: SealedStreamError.outOfOrder(expected: 1, got: 2)) {
            try skipping.open(chunks[2], seq: 2, last: false)
        }
        // A relay that numbers them anew gains nothing.
        var swapped = try reader()
        _ = try swapped.open(chunks[0], seq: 0, last: false)
        #expect(throws: SealedStreamError.altered(seq: 1)) { try swapped.open(chunks[2], seq: 1, last: false) }
        var repeated = try reader()
        _ = try repeated.open(chunks[0], seq: 0, last: false)
        _ = try repeated.open(chunks[1], seq: 1, last: false)
        #expect(throws: SealedStreamError.altered(seq: 2)) { try repeated.open(chunks[1], seq: 2, last: false) }
    }

    @Test func theEndCannotBeMoved() throws {
        let chunks = try chunks([testBytes(30), testBytes(30, seed: 2)])
        var early = try reader()
        #expect(throws: SealedStreamError.wrongKeyOrAltered) { try early.open(chunks[0], seq: 0, last: true) }
        var late = try reader()
        _ = try late.open(chunks[0], seq: 0, last: false)
        #expect(throws: SealedStreamError.truncated(chunkCount: 1)) { try late.finish() }
        #expect(throws: SealedStreamError.altered(seq: 1)) { try late.open(chunks[1], seq: 1, last: false) }
    }

    @Test func onlyTheReceiverOfThisStreamOpensIt() throws {
        let chunk = try chunks([testBytes(30)])[0]
        let wrong = [
            try reader(try XWingMLKEM768X25519.PrivateKey.generate()), try reader(round: try testRound(2)),
            try reader(stream: StreamID(batch: "kela_benefits", stage: .ring(1), attempt: 1)),
            try reader(stream: StreamID(batch: "kela_benefits", stage: .vault, attempt: 0)),
            try reader(stream: StreamID(batch: "vero", stage: .ring(1), attempt: 0)), try reader(sender: "migri"),
            try reader(receiver: "te"),
        ]
        for var reader in wrong {
            #expect(throws: SealedStreamError.wrongKeyOrAltered) { try reader.open(chunk, seq: 0, last: true) }
        }
        var right = try reader()
        #expect(try right.open(chunk, seq: 0, last: true) == testBytes(30))
    }

    @Test func twoEncapsulationsDiffer() throws {
        let (first, second) = (try chunks([testBytes(30)])[0], try chunks([testBytes(30)])[0])
        #expect(first.prefix(1_120) != second.prefix(1_120))
        #expect(first.suffix(46) != second.suffix(46))
    }

    /// A copied writer must not seal a second chunk under the first one's nonce.
    @Test func copiesOfAWriterShareTheirCounter() throws {
        var writer = try writer()
        var copy = writer
        let first = try writer.seal(testBytes(30), last: false)
        let second = try copy.seal(testBytes(30), last: true)
        #expect(first.count == second.count + 1_120)
        var reader = try reader()
        _ = try reader.open(first, seq: 0, last: false)
        #expect(try reader.open(second, seq: 1, last: true) == testBytes(30))
        #expect(throws: SealedStreamError.afterLast) { try writer.seal([], last: true) }
    }

    @Test func refusesWrongKeysAndLengths() throws {
        for length in [0, 32, 1_215, 1_217] {
            #expect(throws: SealedStreamError.invalidReceiverKey) {
                try SealedStreamWriter(
                    round: round, stream: stream, sender: "kela", receiver: "vero", receiverKey: testBytes(length))
            }
        }
        var writer = try writer()
        let limit = SealedStreamContext.plaintextByteCountLimit
        #expect(throws: SealedStreamError.chunkTooLong(limit: limit)) {
            try writer.seal([UInt8](repeating: 0, count: limit + 1), last: true)
        }
        let largest = try writer.seal([UInt8](repeating: 0, count: limit), last: true)
        #expect(largest.count == StreamStore.chunkByteCountLimit)
    }
}
