internal import Crypto
internal import Values

/// The independent generators h_0, h_1 … of shuffle proofs, the same in every round. Public. [P-62]
///
/// Nobody knows how they depend on each other or on G: each is hashed from its number.
protocol ShuffleGenerators: Sendable {
    /// h_i for these numbers, as x ‖ y: 64 bytes each.
    func coordinates(_ numbers: Range<Int>) throws -> [UInt8]
}

/// Generators that are hashed whenever they are asked for.
struct HashedGenerators: ShuffleGenerators {
    func coordinates(_ numbers: Range<Int>) -> [UInt8] {
        var messages = MessageBatch(byteCount: 4 * numbers.count)
        for number in numbers { messages.append(BigEndian.u32(number), []) }
        return Ristretto255.coordinates(
            hashing: messages, expand: ExpandMessage<SHA512>(domain: .shuffleGenerators, count: 64))
    }

    /// The encoding of h_0, of which the prover and the checker have a table.
    static let zeroth = Ristretto255.hashToGroup([BigEndian.u32(0)], domain: .shuffleGenerators).bytes
}
