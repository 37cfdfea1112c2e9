internal import CRistretto

/// The sealed secret of a person's cells, (A, B) = (ρ·G, S + ρ·Y), which every hop re-randomises. [P-40]
///
/// A capsule is 64 bytes, A ‖ B, in ristretto255 whatever the suite. S opens only to the sum of all nodes' shares and
/// the research environment's own key.
public enum Capsule {
    public static let byteCount = 64

    /// Capsules of `count` fresh random secrets.
    ///
    /// - Returns: `count` × 64 bytes of capsules, public, and `count` × 32 bytes of secrets S in the same order.
    public static func seal(count: Int, to key: CapsuleKey) -> SealedCapsules {
        let sigmas = Ristretto255.randomScalars(count: count)
        let rhos = Ristretto255.randomScalars(count: count)
        var capsules = [UInt8](repeating: 0, count: count * byteCount)
        let secrets = SecretBytes(count: count * 32) { output in
            guard count > 0 else { return }
            key.withTable { table in
                sigmas.withUnsafeBytes { sigma in
                    rhos.withUnsafeBytes { rho in
                        _ = sidos_r255_seal_batch(
                            &capsules, output.assumingMemoryBound(to: UInt8.self).baseAddress,
                            sigma.assumingMemoryBound(to: UInt8.self).baseAddress,
                            rho.assumingMemoryBound(to: UInt8.self).baseAddress, table, count)
                    }
                }
            }
        }
        return SealedCapsules(capsules: capsules, secrets: secrets)
    }

    /// (A + ρ'·G, B + ρ'·Y) with a fresh ρ' for each: the same secrets, unlinkable to their former form.
    ///
    /// - Throws: `GroupError.invalidElement(index:)`, the index of the capsule.
    public static func rerandomize(_ capsules: [UInt8], for key: CapsuleKey) throws(GroupError) -> [UInt8] {
        let wide = WipedMemory(byteCount: capsules.count)
        SecretBytes.fillWithRandomBytes(wide.bytes)
        return try rerandomize(
            capsules, for: key, by: ScalarList(reducing: wide, count: capsules.count / byteCount))
    }

    /// (A + ρ'·G, B + ρ'·Y) with these ρ'.
    ///
    /// - Throws: `GroupError.invalidElement(index:)`, the index of the capsule.
    static func rerandomize(
        _ capsules: [UInt8], for key: CapsuleKey, by scalars: borrowing ScalarList
    ) throws(GroupError) -> [UInt8] {
        let count = capsules.count / byteCount
        guard capsules.count.isMultiple(of: byteCount) else { throw .invalidElement(index: count) }
        guard count > 0 else { return [] }
        precondition(scalars.count == count, "a scalar for each capsule")
        var done = 0
        let output = [UInt8](unsafeUninitializedCapacity: count * byteCount) { buffer, filled in
            done = key.withTable { table in
                scalars.withPointer { sidos_r255_rerandomize_batch(buffer.baseAddress, capsules, $0, table, count) }
            }
            filled = count * byteCount
        }
        guard done == count else { throw .invalidElement(index: done) }
        return output
    }

    /// A node's shares Δ = d·A of `count` × 32 bytes of A.
    public static func shares(
        of points: ElementBatch<Ristretto255>, key: borrowing SecretScalar<Ristretto255>
    ) throws(GroupError) -> ElementBatch<Ristretto255> {
        try Ristretto255.multiply(points, by: key)
    }

    /// S = B − Σ Δ − y·A for each item.
    ///
    /// - Parameters:
    ///   - a: `count` × 32 bytes; `b` likewise.
    ///   - shares: of each node, `count` × 32 bytes in the same order.
    ///   - key: the research environment's own y.
    /// - Returns: `count` × 32 bytes of secrets.
    /// - Throws: `GroupError.invalidElement(index:)`, the first item that is no element or that one of the lists lacks.
    public static func open(
        a: [UInt8], b: [UInt8], shares: [[UInt8]], key: borrowing SecretScalar<Ristretto255>
    ) throws(GroupError) -> SecretBytes {
        let count = a.count / 32
        guard let points = ElementBatch<Ristretto255>(bytes: a) else { throw .invalidElement(index: count) }
        for list in [b] + shares where list.count != count * 32 {
            throw .invalidElement(index: min(list.count / 32, count))
        }
        // B − Σ Δ is public to whoever has the shares; only the last subtraction makes a secret.
        var rest = b
        for share in shares {
            var next = [UInt8](repeating: 0, count: rest.count)
            let done = sidos_r255_sub_batch(&next, rest, share, count)
            guard done == count else { throw .invalidElement(index: done) }
            rest = next
        }
        let own = try Ristretto255.multiply(points, by: key)
        var done = 0
        let secrets = SecretBytes(count: count * 32) { output in
            done = sidos_r255_sub_batch(
                output.assumingMemoryBound(to: UInt8.self).baseAddress, rest, own.bytes, count)
        }
        guard done == count else { throw .invalidElement(index: done) }
        return secrets
    }
}

/// Fresh capsules with what they seal, in the same order.
public struct SealedCapsules: ~Copyable, Sendable {
    /// 64 bytes each, public.
    public let capsules: [UInt8]
    /// S, 32 bytes each.
    public let secrets: SecretBytes
}
