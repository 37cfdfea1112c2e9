internal import Agreement
internal import CRistretto
internal import Crypto
internal import Values

/// The second capsule of an item where pseudonyms last: (U, V) = (ρ·G, F_i + ρ·Y), 64 bytes. [P-81]
///
/// F_i = s_i·H(x) for the study's hash of the person's official identity x, s_i being the owner's study key. Each hop
/// multiplies what is sealed by its own study key, so that in the end it is (Π s_j)·H(x), the same in all rounds, which
/// only the research environment opens. Whoever has no official identity has the identity element instead, and dummies
/// too: sealed, nobody can tell them apart.
enum StudyCapsule {
    /// - Parameters:
    ///   - identities: of each person, what lasts; nil where nothing does. Secret.
    ///   - head: what begins each message, see `head(of:)`.
    ///   - key: s_i; nil for an owner that holds no study key.
    /// - Returns: 64 bytes for each, public.
    static func seal(
        _ identities: [PersonIdentity?], head: [UInt8], key: SymmetricKey?, to capsuleKey: CapsuleKey
    ) throws(GroupError) -> [UInt8] {
        let count = identities.count
        var capsules = empty(count: count, to: capsuleKey)
        let known = identities.indices.filter { identities[$0] != nil }
        guard !known.isEmpty else { return capsules }
        var messages = MessageBatch(byteCount: known.count * 128)
        for identity in identities { if let identity { messages.append(head, identity.bytes) } }
        let hashed = try Ristretto255.blind(
            messages, domain: .matching(Ristretto255.self),
            by: SecretScalar(SecretBytes(key ?? SymmetricKey(data: ScalarList.one))))
        // Their V = ρ·Y becomes F + ρ·Y.
        let before = known.flatMap { capsules[($0 * Capsule.byteCount + 32)..<(($0 + 1) * Capsule.byteCount)] }
        let after = try ElementBatch<Ristretto255>(count: known.count) {
            sidos_r255_add_batch($0, before, hashed.bytes, known.count)
        }
        for (place, index) in known.enumerated() {
            capsules.replaceSubrange(
                (index * Capsule.byteCount + 32)..<((index + 1) * Capsule.byteCount), with: after[place])
        }
        return capsules
    }

    /// Capsules of the identity element: (ρ·G, ρ·Y).
    private static func empty(count: Int, to key: CapsuleKey) -> [UInt8] {
        guard count > 0 else { return [] }
        let rhos = Ristretto255.randomScalars(count: count)
        let zeros = ScalarList(count: count)
        let nothing = WipedMemory(byteCount: 32 * count)
        return [UInt8](byteCount: count * Capsule.byteCount) { output in
            key.withTable { table in
                rhos.withPointer { rho in
                    zeros.withPointer { zero in
                        nothing.withPointer { _ = sidos_r255_seal_batch(output, $0, zero, rho, table, count) }
                    }
                }
            }
        }
    }

    /// What begins the message that is hashed for an identity, in all rounds of a study.
    static func head(of study: String) -> [UInt8] {
        Array(SHA256.hash(data: Label.study.bytes + Array(study.utf8))) + ExitSalt.framed("study")
    }

    /// What is sealed, times a hop's study key: each half times it.
    ///
    /// - Parameter capsules: `count` × 64 bytes.
    /// - Throws: `GroupError.invalidElement(index:)`, the index of the capsule.
    static func raise(_ capsules: [UInt8], by key: SymmetricKey) throws(GroupError) -> [UInt8] {
        do throws(GroupError) {
            return try Ristretto255.multiply(ElementBatch(trusted: capsules), by: SecretScalar(SecretBytes(key))).bytes
        } catch {
            guard case .invalidElement(let index) = error else { throw error }
            throw .invalidElement(index: index / 2)
        }
    }
}

/// What a hop does to the capsules of items: re-randomises all, and raises those of the study to its study key first.
/// [P-34] [P-81]
struct CapsuleMixing: Sendable {
    let key: CapsuleKey
    /// Of an item: one, or two where pseudonyms last.
    let capsuleCount: Int
    /// s of this hop; nil where pseudonyms do not last, and for a hop that holds no study key.
    let studyKey: SymmetricKey?

    private var width: Int { capsuleCount * Capsule.byteCount }

    /// - Parameters:
    ///   - capsules: of whole items, one after the other.
    ///   - scalars: ρ for each capsule; drawn where there are none.
    /// - Throws: `GroupError.invalidElement(index:)`, the index of the item.
    func mix(_ capsules: [UInt8]) throws(GroupError) -> [UInt8] {
        let raised = try raised(capsules)
        do throws(GroupError) { return try Capsule.rerandomize(raised, for: key) } catch { throw ofItem(error) }
    }

    func mix(_ capsules: [UInt8], by scalars: borrowing ScalarList) throws(GroupError) -> [UInt8] {
        let raised = try raised(capsules)
        do throws(GroupError) { return try Capsule.rerandomize(raised, for: key, by: scalars) } catch {
            throw ofItem(error)
        }
    }

    private func raised(_ capsules: [UInt8]) throws(GroupError) -> [UInt8] {
        guard let studyKey, capsuleCount == 2, !capsules.isEmpty else { return capsules }
        let parts = Records.split(capsules, at: Capsule.byteCount, of: width)
        let raised = try StudyCapsule.raise(parts.rest, by: studyKey)
        return Records.joined([parts.head, raised], count: capsules.count / width)
    }

    private func ofItem(_ error: GroupError) -> GroupError {
        guard case .invalidElement(let index) = error else { return error }
        return .invalidElement(index: index / capsuleCount)
    }
}
