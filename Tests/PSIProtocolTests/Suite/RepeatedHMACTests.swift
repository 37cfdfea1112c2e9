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
}
