internal import CSHA2
public import Crypto

/// HMAC-SHA256 of many short messages under one key, RFC 2104.
///
/// What key and prefix make of the hash's state is computed once. The states are as secret as the key; they are wiped.
public struct RepeatedHMAC: Sendable {
    private let inner: SHA256
    private let outer: SHA256
    /// A `sidos_hmac_sha256_key` whose inner state has taken the prefix's whole blocks.
    private let lanes: SymmetricKey
    /// What is left of the prefix.
    private let rest: [UInt8]

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
        let blockCount = prefix.count / SHA256.blockByteCount
        rest = Array(prefix[(blockCount * SHA256.blockByteCount)...])
        lanes =
            SecretBytes(count: MemoryLayout<sidos_hmac_sha256_key>.size) { bytes in
                let state = bytes.bindMemory(to: sidos_hmac_sha256_key.self)
                key.withUnsafeBytes { key in
                    checkKernel(
                        sidos_hmac_sha256_keys(
                            state.baseAddress, key.assumingMemoryBound(to: UInt8.self).baseAddress, key.count, 1))
                }
                checkKernel(sidos_sha256_absorb(&state[0].inner, prefix, blockCount))
            }.key
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

    /// The first `byteCount` bytes of the codes of prefix and message, for `count` messages of `width` bytes.
    ///
    /// - Parameters:
    ///   - step: from a message to the next.
    ///   - outputStep: from a code to the next.
    public func codes(
        of messages: UnsafeRawBufferPointer, every step: Int, width: Int, count: Int, byteCount: Int,
        into output: UnsafeMutableRawBufferPointer, every outputStep: Int
    ) {
        guard count > 0 else { return }
        precondition((count - 1) * step + width <= messages.count, "the messages lie in their memory")
        precondition((count - 1) * outputStep + byteCount <= output.count, "the codes have room")
        let slots = MessageSlots<SHA256>(longest: rest.count + width, wanted: count)
        let lengths = [Int](repeating: rest.count + width, count: slots.count)
        lanes.withUnsafeBytes { lanes in
            var key = lanes.loadUnaligned(as: sidos_hmac_sha256_key.self)
            defer { withUnsafeMutableBytes(of: &key) { SecretBytes.wipe($0) } }
            for first in stride(from: 0, to: count, by: slots.count) {
                let some = min(slots.count, count - first)
                for index in 0..<some {
                    let start = (first + index) * step
                    slots.memory.write(
                        UnsafeRawBufferPointer(rebasing: messages[start..<(start + width)]),
                        at: slots.memory.write(rest, at: index * slots.byteCount))
                }
                let codes = UnsafeMutableRawBufferPointer(rebasing: output[(first * outputStep)...])
                slots.memory.withPointer { slot in
                    checkKernel(
                        sidos_hmac_sha256_many(
                            codes.assumingMemoryBound(to: UInt8.self).baseAddress, outputStep, byteCount, slot,
                            slots.byteCount, lengths, some, &key, some))
                }
            }
        }
    }
}
