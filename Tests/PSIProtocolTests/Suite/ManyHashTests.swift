import CSHA2
import Crypto
import Testing

@testable import PSIProtocol

@Suite("SHA-2 of many messages")
struct ManyHashTests {
    static func digests<H: ManyHash>(_ messages: [[UInt8]], after prefix: [UInt8] = [], using _: H.Type) -> [[UInt8]] {
        let count = H.Digest.byteCount
        let slots = MessageSlots<H>(longest: messages.map(\.count).max() ?? 0, wanted: messages.count)
        let state = H.state(after: prefix)
        var digests: [[UInt8]] = []
        for first in stride(from: 0, to: messages.count, by: slots.count) {
            let some = messages[first..<min(first + slots.count, messages.count)]
            let output = WipedMemory(byteCount: some.count * count)
            for (index, message) in some.enumerated() { slots.memory.write(message, at: index * slots.byteCount) }
            H.hash(
                slots, lengths: some.map(\.count)[...], after: state, into: output, at: 0, stride: count,
                byteCount: count)
            for index in some.indices.map({ $0 - first }) {
                digests.append(Array(output.bytes[(index * count)..<((index + 1) * count)]))
            }
        }
        return digests
    }

    static func check<H: ManyHash>(_: H.Type) {
        let prefix = [UInt8](repeating: 3, count: 2 * H.blockByteCount)
        let all = (0...600).map { length in (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ length) } }
        #expect(digests(all, using: H.self) == all.map { Array(H.hash(data: $0)) })
        #expect(digests(all, after: prefix, using: H.self) == all.map { Array(H.hash(data: prefix + $0)) })
        for count in [0, 1, 17, 100] {
            let mixed = (0..<count).map { all[$0 * 211 % 601] }
            #expect(digests(mixed, using: H.self) == mixed.map { Array(H.hash(data: $0)) })
        }
    }

    @Test("SHA-512 of every length up to 600, and of mixed lengths") func sha512() { Self.check(SHA512.self) }
    @Test("SHA-256 of every length up to 600, and of mixed lengths") func sha256() { Self.check(SHA256.self) }

    @Test("messages are what was appended, however the batch grows")
    func batch() {
        var batch = MessageBatch()
        #expect(batch.count == 0 && batch.longest == 0)
        var expected: [[UInt8]] = []
        for index in 0..<50 {
            let (head, rest) = ([UInt8](repeating: UInt8(index), count: index * 5 % 17), [UInt8](0..<UInt8(index % 9)))
            batch.append(head, rest)
            expected.append(head + rest)
        }
        #expect(batch.count == 50)
        #expect(batch.longest == expected.map(\.count).max())
        for index in 0..<50 { #expect(batch.withMessage(index) { Array($0) } == expected[index]) }
    }

    @Test("a processor's backend passes its self-test")
    func backend() {
        #expect(sidos_sha2_self_test() == 1)
        #expect(["shani", "avx512", "avx2", "portable"].contains(String(cString: sidos_sha256_backend())))
        #expect(["avx512", "avx2", "portable"].contains(String(cString: sidos_sha512_backend())))
    }
}
