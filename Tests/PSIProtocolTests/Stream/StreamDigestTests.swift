import Testing

@testable import PSIProtocol
@testable import RoundSimulation

/// A stream's digest as a tree. [P-59]
@Suite("Digests of streams")
struct StreamDigestTests {
    static let piece = StreamDigest.pieceByteCount

    @Test("It is what the protocol says, however the bytes come")
    func pieces() {
        let lengths = [0, 1, Self.piece - 1, Self.piece, Self.piece + 1, 2 * Self.piece + 5]
        for length in lengths {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            for step in [1_000, 65_536, Self.piece, 3 * Self.piece] {
                var digest = StreamDigest(partCount: 2)
                for start in stride(from: 0, to: length, by: step) {
                    digest.update(Array(bytes[start..<min(start + step, length)]))
                }
                digest.endPart()
                digest.update([9])
                digest.endPart()
                #expect(digest.finalized() == Digest.of(parts: [bytes, [9]]), "\(length) by \(step)")
            }
        }
    }

    @Test("Hashed on several cores it is the same, whatever the pieces", arguments: [1_000, 700_000, 3 << 20])
    func parallel(step: Int) async {
        let lengths = [0, 5, Self.piece, 9 * Self.piece + 77, 1]
        let parts = lengths.map { length in (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 29 &+ length) } }
        var digest = ParallelStreamDigest(partCount: parts.count)
        for part in parts {
            for start in stride(from: 0, to: part.count, by: step) {
                await digest.update(Array(part[start..<min(start + step, part.count)]))
            }
            await digest.endPart()
        }
        #expect(digest.finalized() == Digest.of(parts: parts))
    }

    @Test("Bytes that are in another part, or another number of parts, make another digest")
    func parts() {
        let digests = [
            Digest.of(parts: [[1, 2]]), Digest.of(parts: [[1], [2]]), Digest.of(parts: [[1, 2], []]),
            Digest.of(parts: [[], [1, 2]]), Digest.of(parts: [[]]), Digest.of(parts: [[], []]),
        ]
        #expect(Set(digests).count == digests.count)
    }
}
