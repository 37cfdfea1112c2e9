public import Agreement
internal import CGMP
internal import Crypto

/// The safe-prime group ffdhe3072 of RFC 7919 as Z_p*/{±1}, over GMP.
///
/// An element stands for {y, p − y} and is encoded as the smaller, 384 bytes big-endian; 1, the identity, is refused.
/// The order is q = (p − 1)/2, the generator 2. Blinding exponents have 256 bits. [P-24]
public enum FFDHE3072: Suite {
    public static let id = SuiteID.ffdhe3072
    public static let elementByteCount = 384
    public static let scalarByteCount = 32
    /// The smaller of two representatives has no highest bit.
    public static let fixedBits = 0..<1
    public static let hashToGroupID = "ffdhe3072_XMD:SHA-512_MODPQ_RO_"
    public static let proofResponseByteCount = 384
    public static var backend: String { String(cString: sidos_ffdhe3072_backend()) }

    /// 512 bits more than p, so the remainder is uniform to within 2^−512.
    private static let uniformByteCount = 448

    public static func hashToGroup(_ messages: borrowing MessageBatch, domain: DomainSeparationTag) -> ElementBatch<
        Self
    > {
        let uniform = ExpandMessage<SHA512>(domain: domain, count: uniformByteCount).xmd(messages)
        return ElementBatch(trusted: uniform.withPointer { fromUniform($0, count: messages.count) })
    }

    public static func multiply(
        _ elements: ElementBatch<Self>, by scalar: borrowing SecretScalar<Self>
    ) throws(GroupError) -> ElementBatch<Self> {
        try ElementBatch(count: elements.count) { output in
            scalar.bytes.withPointer { sidos_ffdhe3072_mul_batch(output, elements.bytes, $0, elements.count) }
        }
    }

    public static func multiplyGenerator(by scalar: borrowing SecretScalar<Self>) -> [UInt8] {
        [UInt8](byteCount: 384) { out in scalar.bytes.withPointer { _ = sidos_ffdhe3072_base_mul_batch(out, $0, 1) } }
    }

    /// 256 random bits; zero has a probability of 2^−256.
    public static func randomScalar() -> SecretScalar<Self> { SecretScalar(SecretBytes(randomByteCount: 32)) }

    public static func randomElements(count: Int) -> ElementBatch<Self> {
        let wide = SecretBytes(randomByteCount: uniformByteCount * max(count, 1))
        return ElementBatch(
            trusted: wide.withPointer { fromUniform($0, count: count) })
    }

    public static func validate(_ elements: ElementBatch<Self>) throws(GroupError) {
        try GroupError.check(sidos_ffdhe3072_validate_batch(elements.bytes, elements.count), of: elements.count)
    }

    private static func fromUniform(_ uniform: UnsafePointer<UInt8>?, count: Int) -> [UInt8] {
        [UInt8](byteCount: count * 384) { _ = sidos_ffdhe3072_from_uniform_batch($0, uniform, count) }
    }

    // MARK: Schnorr, with nonces and responses of 3,072 bits mod q

    public static func proofNonce() -> ProofNonce {
        // 3,064 bits stay below q and hide the 384 bits of c·k.
        let nonce = SecretBytes(count: 384) { output in
            let random = SecretBytes(randomByteCount: 383)
            random.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: output[1...]).copyMemory(from: $0) }
        }
        let commitment = [UInt8](byteCount: 384) { output in
            nonce.withPointer { _ = sidos_ffdhe3072_mul_wide_batch(output, generator, $0, 1) }
        }
        return ProofNonce(nonce: nonce, commitment: commitment)
    }

    public static func proofResponse(
        _ nonce: borrowing SecretBytes, challenge: [UInt8], key: borrowing SecretScalar<Self>
    ) -> [UInt8] {
        let c = widened(challenge)
        let wide = SecretBytes(count: 384) { output in
            key.bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: output[352...]).copyMemory(from: $0) }
        }
        return [UInt8](byteCount: 384) { output in
            nonce.withPointer { r in
                wide.withPointer { k in _ = sidos_ffdhe3072_scalar_mul_add(output, c, k, r) }
            }
        }
    }

    public static func proofHolds(
        response: [UInt8], challenge: [UInt8], commitment: [UInt8], publicKey: [UInt8]
    ) -> Bool {
        guard response.count == 384, commitment.count == 384, publicKey.count == 384, challenge.count == 16 else {
            return false
        }
        var left = [UInt8](repeating: 0, count: 384)
        var shifted = left
        var right = left
        guard sidos_ffdhe3072_mul_wide_batch(&left, generator, response, 1) == 1,
            sidos_ffdhe3072_mul_batch(&shifted, publicKey, [UInt8](repeating: 0, count: 16) + challenge, 1) == 1,
            sidos_ffdhe3072_multiply_batch(&right, commitment, shifted, 1) == 1
        else { return false }
        return left == right
    }

    private static let generator = [UInt8](repeating: 0, count: 383) + [2]

    private static func widened(_ challenge: [UInt8]) -> [UInt8] {
        precondition(challenge.count == 16, "challenges have 128 bits")
        return [UInt8](repeating: 0, count: 368) + challenge
    }
}
