public import Agreement
internal import CRistretto
internal import Crypto

/// ristretto255 of RFC 9496: the default suite, and the group of every capsule.
public enum Ristretto255: Suite {
    public static let id = SuiteID.ristretto255
    public static let elementByteCount = 32
    public static let scalarByteCount = 32
    /// Encodings are little-endian and not negative: the lowest bit is zero.
    public static let fixedBits = 7..<8
    public static let hashToGroupID = "ristretto255_XMD:SHA-512_R255MAP_RO_"
    public static let proofResponseByteCount = 32
    public static var backend: String { String(cString: sidos_r255_backend()) }

    public static func hashToGroup(_ messages: borrowing MessageBatch, domain: DomainSeparationTag) -> ElementBatch<
        Self
    > {
        let uniform = ExpandMessage<SHA512>(domain: domain, count: 64).xmd(messages)
        return ElementBatch(trusted: uniform.withPointer { fromUniform($0, count: messages.count) })
    }

    /// Never throws: whatever the map gives is multiplied before it is encoded.
    public static func blind(
        _ messages: borrowing MessageBatch, domain: DomainSeparationTag, by scalar: borrowing SecretScalar<Self>
    ) throws(GroupError) -> ElementBatch<Self> {
        let uniform = ExpandMessage<SHA512>(domain: domain, count: 64).xmd(messages)
        return ElementBatch(
            trusted: [UInt8](byteCount: messages.count * 32) { output in
                scalar.bytes.withPointer { scalar in
                    uniform.withPointer {
                        _ = sidos_r255_from_uniform_mul_batch(output, $0, scalar, messages.count)
                    }
                }
            })
    }

    public static func multiply(
        _ elements: ElementBatch<Self>, by scalar: borrowing SecretScalar<Self>
    ) throws(GroupError) -> ElementBatch<Self> {
        try ElementBatch(count: elements.count) { output in
            scalar.bytes.withPointer { sidos_r255_mul_batch(output, elements.bytes, $0, elements.count) }
        }
    }

    public static func multiplyGenerator(by scalar: borrowing SecretScalar<Self>) -> [UInt8] {
        [UInt8](byteCount: 32) { out in scalar.bytes.withPointer { _ = sidos_r255_base_mul_batch(out, $0, 1) } }
    }

    public static func randomScalar() -> SecretScalar<Self> { SecretScalar(randomScalars(count: 1)) }

    /// `count` uniform scalars, one after the other; zero has a probability of 2^−252 each.
    static func randomScalars(count: Int) -> SecretBytes {
        let wide = SecretBytes(randomByteCount: 64 * max(count, 1))
        return SecretBytes(count: 32 * count) { output in
            wide.withUnsafeBytes { input in
                guard let out = output.baseAddress, let wide = input.baseAddress else { return }
                for index in 0..<count {
                    sidos_r255_scalar_reduce64(
                        (out + 32 * index).assumingMemoryBound(to: UInt8.self),
                        (wide + 64 * index).assumingMemoryBound(to: UInt8.self))
                }
            }
        }
    }

    public static func randomElements(count: Int) -> ElementBatch<Self> {
        let wide = SecretBytes(randomByteCount: 64 * max(count, 1))
        return ElementBatch(trusted: wide.withPointer { fromUniform($0, count: count) })
    }

    public static func validate(_ elements: ElementBatch<Self>) throws(GroupError) {
        try GroupError.check(sidos_r255_validate_batch(elements.bytes, elements.count), of: elements.count)
    }

    private static func fromUniform(_ uniform: UnsafePointer<UInt8>?, count: Int) -> [UInt8] {
        [UInt8](byteCount: count * 32) { _ = sidos_r255_from_uniform_batch($0, uniform, count) }
    }

    // MARK: Schnorr

    public static func proofNonce() -> ProofNonce { ProofNonce(uniform: randomScalar()) }

    public static func proofResponse(
        _ nonce: borrowing SecretBytes, challenge: [UInt8], key: borrowing SecretScalar<Self>
    ) -> [UInt8] {
        let c = scalar(fromChallenge: challenge)
        return [UInt8](byteCount: 32) { output in
            nonce.withPointer { r in key.bytes.withPointer { k in sidos_r255_scalar_mul_add(output, c, k, r) } }
        }
    }

    public static func proofHolds(
        response: [UInt8], challenge: [UInt8], commitment: [UInt8], publicKey: [UInt8]
    ) -> Bool {
        guard response.count == 32, commitment.count == 32, publicKey.count == 32,
            sidos_r255_scalar_is_canonical(response) == 1
        else { return false }
        var left = [UInt8](repeating: 0, count: 32)
        var shifted = left
        var right = left
        guard sidos_r255_base_mul_batch(&left, response, 1) == 1,
            sidos_r255_mul_batch(&shifted, publicKey, scalar(fromChallenge: challenge), 1) == 1,
            sidos_r255_add_batch(&right, commitment, shifted, 1) == 1
        else { return false }
        return left == right
    }

    /// 16 bytes, little-endian, as a scalar.
    private static func scalar(fromChallenge challenge: [UInt8]) -> [UInt8] {
        precondition(challenge.count == 16, "challenges have 128 bits")
        return challenge + [UInt8](repeating: 0, count: 16)
    }
}
