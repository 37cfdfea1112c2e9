internal import COpenSSL
internal import CRistretto
internal import Crypto

/// Secret scalars by number, all from one key.
///
/// Scalar i is 64 bytes of AES-256 over the counters 4i … 4i + 3, modulo the order of ristretto255. Whoever has the key
/// makes the same scalars again in any order; nobody else tells them from random ones.
struct ScalarGenerator: Sendable {
    private let key: SymmetricKey

    /// - Parameters:
    ///   - seed: 32 secret bytes or more.
    ///   - name: what these scalars are for. Different names give independent scalars.
    init(seed: SymmetricKey, name: String) {
        key = HKDF<SHA256>.deriveKey(inputKeyMaterial: seed, info: Array(name.utf8), outputByteCount: 32)
    }

    func scalars(_ numbers: some Collection<Int>) -> ScalarList {
        let count = numbers.count
        let wide = WipedMemory(byteCount: 64 * max(count, 1))
        let counters = wide.bytes.bindMemory(to: UInt64.self)
        for (index, number) in numbers.enumerated() {
            for block in 0..<4 { counters[8 * index + 2 * block] = UInt64(4 * number + block).littleEndian }
        }
        let done = key.withUnsafeBytes { key in
            wide.withPointer {
                sidos_aes256_blocks($0, 4 * count, key.assumingMemoryBound(to: UInt8.self).baseAddress)
            }
        }
        precondition(done == 4 * count, "libcrypto encrypts blocks in place")
        return ScalarList(reducing: wide, count: count)
    }
}
