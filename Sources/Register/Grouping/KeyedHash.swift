internal import Crypto

/// SHA-256 under a random key of its own that fills the first block: of messages none of which begins another, as those
/// are that say their length, nobody can tell it from random bytes without the key. Half the work of an HMAC.
///
/// It is for orders that must not be foreseen, within this process. The state is as secret as the key; the library
/// wipes it.
///
/// Source: Bellare, Canetti, Krawczyk, Pseudorandom functions revisited: the cascade construction, 1996.
struct KeyedHash: Sendable {
    private let start: SHA256

    init() {
        var start = SHA256()
        SymmetricKey(size: SymmetricKeySize(bitCount: 8 * SHA256.blockByteCount)).withUnsafeBytes {
            start.update(bufferPointer: $0)
        }
        self.start = start
    }

    /// - Parameter message: one that says its length before anything that another could have too.
    func hash(of message: UnsafeRawBufferPointer) -> SHA256.Digest {
        var hash = start
        hash.update(bufferPointer: message)
        return hash.finalize()
    }
}
