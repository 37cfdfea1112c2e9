/// A secret nonce and its public commitment.
public struct ProofNonce: ~Copyable, Sendable {
    let nonce: SecretBytes
    let commitment: [UInt8]

    public init(nonce: consuming SecretBytes, commitment: [UInt8]) {
        self.nonce = nonce
        self.commitment = commitment
    }
}
