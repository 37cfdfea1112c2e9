public import Agreement
internal import COpenSSL
internal import Crypto

/// NIST P-256 with RFC 9380's simplified SWU map, over OpenSSL's libcrypto: where NIST curves are prescribed.
///
/// Elements are 33-byte compressed SEC 1 encodings, scalars 32 bytes big-endian.
public enum P256: Suite {
    public static let id = SuiteID.p256
    public static let elementByteCount = 33
    public static let scalarByteCount = 32
    /// The first byte is 2 or 3.
    public static let fixedBits = 0..<7
    public static let hashToGroupID = "P256_XMD:SHA-256_SSWU_RO_"
    public static let proofResponseByteCount = 32
    public static var backend: String { "libcrypto" }

    public static func hashToGroup(_ messages: borrowing MessageBatch, domain: DomainSeparationTag) -> ElementBatch<
        Self
    > {
        let uniform = ExpandMessage<SHA256>(domain: domain, count: 96).xmd(messages)
        return ElementBatch(trusted: uniform.withPointer { hashToCurve($0, count: messages.count) })
    }

    public static func multiply(
        _ elements: ElementBatch<Self>, by scalar: borrowing SecretScalar<Self>
    ) throws(GroupError) -> ElementBatch<Self> {
        try ElementBatch(count: elements.count) { output in
            scalar.bytes.withPointer { sidos_p256_mul_batch(output, elements.bytes, $0, elements.count) }
        }
    }

    public static func multiplyGenerator(by scalar: borrowing SecretScalar<Self>) -> [UInt8] {
        [UInt8](byteCount: 33) { out in scalar.bytes.withPointer { _ = sidos_p256_base_mul_batch(out, $0, 1) } }
    }

    public static func randomScalar() -> SecretScalar<Self> {
        while true {
            let wide = SecretBytes(randomByteCount: 48)
            var valid = false
            let scalar = SecretBytes(count: 32) { output in
                wide.withUnsafeBytes { input in
                    let out = output.assumingMemoryBound(to: UInt8.self).baseAddress
                    sidos_p256_scalar_reduce(out, input.assumingMemoryBound(to: UInt8.self).baseAddress)
                    valid = sidos_p256_scalar_is_valid(out) == 1
                }
            }
            if valid { return SecretScalar(scalar) }
        }
    }

    public static func randomElements(count: Int) -> ElementBatch<Self> {
        let wide = SecretBytes(randomByteCount: 96 * max(count, 1))
        return ElementBatch(trusted: wide.withPointer { hashToCurve($0, count: count) })
    }

    public static func validate(_ elements: ElementBatch<Self>) throws(GroupError) {
        try GroupError.check(sidos_p256_validate_batch(elements.bytes, elements.count), of: elements.count)
    }

    private static func hashToCurve(_ uniform: UnsafePointer<UInt8>?, count: Int) -> [UInt8] {
        [UInt8](byteCount: count * 33) { _ = sidos_p256_hash_to_curve_batch($0, uniform, count) }
    }

    // MARK: Schnorr

    public static func proofNonce() -> ProofNonce { ProofNonce(uniform: randomScalar()) }

    public static func proofResponse(
        _ nonce: borrowing SecretBytes, challenge: [UInt8], key: borrowing SecretScalar<Self>
    ) -> [UInt8] {
        let c = scalar(fromChallenge: challenge)
        return [UInt8](byteCount: 32) { output in
            nonce.withPointer { r in key.bytes.withPointer { k in sidos_p256_scalar_mul_add(output, c, k, r) } }
        }
    }

    public static func proofHolds(
        response: [UInt8], challenge: [UInt8], commitment: [UInt8], publicKey: [UInt8]
    ) -> Bool {
        guard response.count == 32, commitment.count == 33, publicKey.count == 33,
            sidos_p256_scalar_is_valid(response) == 1
        else { return false }
        var left = [UInt8](repeating: 0, count: 33)
        var shifted = left
        var right = left
        guard sidos_p256_base_mul_batch(&left, response, 1) == 1,
            sidos_p256_mul_batch(&shifted, publicKey, scalar(fromChallenge: challenge), 1) == 1,
            sidos_p256_add_batch(&right, commitment, shifted, 1) == 1
        else { return false }
        return left == right
    }

    private static func scalar(fromChallenge challenge: [UInt8]) -> [UInt8] {
        precondition(challenge.count == 16, "challenges have 128 bits")
        return [UInt8](repeating: 0, count: 16) + challenge
    }
}
