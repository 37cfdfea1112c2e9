public import Crypto

/// HMAC-SHA256 of many short messages under one key, RFC 2104.
///
/// What key and prefix make of the hash's state is computed once. The states are as secret as the key; the library
/// wipes them.
public struct RepeatedHMAC: Sendable {
    private let inner: SHA256
    private let outer: SHA256

    /// - Parameter prefix: what every message begins with.
    public init(key: SymmetricKey, prefix: [UInt8] = []) {
        // A longer key would have to be hashed first.
        precondition(key.bitCount <= 8 * SHA256.blockByteCount, "keys have 256 bits")
        func start(_ pad: UInt8) -> SHA256 {
            var hash = SHA256()
            let block = SecretBytes(count: SHA256.blockByteCount) { block in
                key.withUnsafeBytes { block.copyMemory(from: $0) }
                for index in block.indices { block[index] ^= pad }
            }
            block.withUnsafeBytes { hash.update(bufferPointer: $0) }
            return hash
        }
        var inner = start(0x36)
        prefix.withUnsafeBytes { inner.update(bufferPointer: $0) }
        self.inner = inner
        outer = start(0x5C)
    }

    /// The code of prefix and message.
    public func code(of message: UnsafeRawBufferPointer) -> SHA256.Digest {
        code(of: message, UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// The code of prefix and a message in two parts.
    func code(of first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> SHA256.Digest {
        var inner = inner
        inner.update(bufferPointer: first)
        inner.update(bufferPointer: second)
        let digest = inner.finalize()
        var outer = outer
        digest.withUnsafeBytes { outer.update(bufferPointer: $0) }
        return outer.finalize()
    }
}
