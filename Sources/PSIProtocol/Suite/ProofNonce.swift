/// A secret nonce and its public commitment.
public struct ProofNonce: ~Copyable, Sendable {
    let nonce: SecretBytes
    let commitment: [UInt8]

    public init(nonce: consuming SecretBytes, commitment: [UInt8]) {
        self.nonce = nonce
        self.commitment = commitment
    }
}

extension ProofNonce {
    /// A nonce for a suite whose random scalars are uniform modulo the group's order, so that they hide the key whole.
    init<S: Suite>(uniform scalar: borrowing SecretScalar<S>) {
        self.init(
            nonce: scalar.bytes.slice(0..<S.scalarByteCount), commitment: S.multiplyGenerator(by: scalar))
    }
}
