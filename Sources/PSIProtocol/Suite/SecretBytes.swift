public import Crypto

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Foundation
#endif

/// Bytes that must not outlive their use: one allocation, wiped when the last owner lets go.
///
/// The storage is swift-crypto's `SymmetricKey`, which zeroises. The type cannot be copied and has no description, so a
/// secret can neither be duplicated by accident nor printed.
public struct SecretBytes: ~Copyable, Sendable {
    /// For HMAC, HKDF and AEAD.
    public let key: SymmetricKey

    public init(_ key: SymmetricKey) { self.key = key }

    /// `count` bytes from the system's random generator.
    ///
    /// The system is asked for 256 bytes at a time; the library's own random keys ask for eight.
    public init(randomByteCount count: Int) { self.init(count: count) { Self.fillWithRandomBytes($0) } }

    /// Takes what `body` writes into `count` zeroed bytes; the scratch is wiped.
    public init(count: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: 16)
        scratch.initializeMemory(as: UInt8.self, repeating: 0)
        defer {
            Self.wipe(scratch)
            scratch.deallocate()
        }
        try body(UnsafeMutableRawBufferPointer(rebasing: scratch[0..<count]))
        self.key = SymmetricKey(data: UnsafeRawBufferPointer(rebasing: scratch[0..<count]))
    }

    /// A copy of secrets, one after the other.
    public init(joining secrets: [[UInt8]]) {
        self.init(count: secrets.reduce(0) { $0 + $1.count }) { bytes in
            var end = 0
            for secret in secrets {
                UnsafeMutableRawBufferPointer(rebasing: bytes[end...]).copyBytes(from: secret)
                end += secret.count
            }
        }
    }

    public var byteCount: Int { key.bitCount / 8 }

    /// Reads the bytes; they must not leave `body`.
    public borrowing func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
    {
        try key.withUnsafeBytes(body)
    }

    /// The bytes of `range` as a secret of their own.
    public borrowing func slice(_ range: Range<Int>) -> SecretBytes {
        SecretBytes(withUnsafeBytes { SymmetricKey(data: UnsafeRawBufferPointer(rebasing: $0[range])) })
    }

    static func fillWithRandomBytes(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let base = buffer.baseAddress else { return }
        #if canImport(Glibc)
            for start in stride(from: 0, to: buffer.count, by: 256) {
                // Fails for more than 256 bytes, or where the system has no generator: then there is nothing to go on
                // with.
                let failure = getentropy(base + start, min(256, buffer.count - start))
                precondition(failure == 0, "the system has no random bytes")
            }
        #else
            arc4random_buf(base, buffer.count)
        #endif
    }

    /// Overwrites memory in a way that the compiler keeps.
    static func wipe(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let base = buffer.baseAddress else { return }
        #if canImport(Glibc)
            explicit_bzero(base, buffer.count)
        #else
            memset_s(base, buffer.count, 0, buffer.count)
        #endif
    }
}
