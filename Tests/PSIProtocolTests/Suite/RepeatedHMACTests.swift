import Crypto
import Testing

@testable import PSIProtocol

@Suite("Repeated HMAC")
struct RepeatedHMACTests {
    @Test("gives what the library's HMAC gives, again and again", arguments: [0, 1, 32, 64])
    func library(keyByteCount: Int) {
        let key = SymmetricKey(data: (0..<keyByteCount).map { UInt8($0) })
        for prefix in [0, 5, 63, 64, 200] {
            let prefix = [UInt8](repeating: 3, count: prefix)
            let repeated = RepeatedHMAC(key: key, prefix: prefix)
            for message in [[], [1], [UInt8](repeating: 2, count: 100), [1]] as [[UInt8]] {
                let expected = HMAC<SHA256>.authenticationCode(for: prefix + message, using: key)
                #expect(message.withUnsafeBytes { Array(repeated.code(of: $0)) } == Array(expected))
            }
        }
    }

    @Test("gives many codes at once, and writes nothing else", arguments: [0, 1, 32, 64])
    func many(keyByteCount: Int) {
        let key = SymmetricKey(data: (0..<keyByteCount).map { UInt8($0) })
        for (prefix, width) in [(0, 32), (5, 0), (63, 33), (64, 1), (100, 384), (200, 64)] {
            let prefix = (0..<prefix).map { UInt8($0) }
            let repeated = RepeatedHMAC(key: key, prefix: prefix)
            for count in [0, 1, 17, 100, 600] {
                let step = width + 3
                let messages = (0..<max(0, count * step - 3)).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }
                var codes = [UInt8](repeating: 9, count: max(0, count * 20 - 4))
                codes.withUnsafeMutableBytes { codes in
                    messages.withUnsafeBytes {
                        repeated.codes(
                            of: $0, every: step, width: width, count: count, byteCount: 16, into: codes, every: 20)
                    }
                }
                var expected: [UInt8] = []
                for index in 0..<count {
                    let message = prefix + messages[(index * step)..<(index * step + width)]
                    expected += HMAC<SHA256>.authenticationCode(for: message, using: key).prefix(16) + [9, 9, 9, 9]
                }
                #expect(codes == Array(expected.dropLast(4)), "\(count) messages of \(width) bytes")
            }
        }
    }
}
