internal import Crypto
internal import Values

/// A proof that whoever published K knows k with K = k·G, bound to round, participant and purpose. [P-27]
public struct SchnorrProof: Sendable, Equatable {
    /// R = r·G.
    public let commitment: [UInt8]
    /// r + c·k.
    public let response: [UInt8]

    public init(commitment: [UInt8], response: [UInt8]) {
        self.commitment = commitment
        self.response = response
    }

    /// Proves knowledge of `key`.
    ///
    /// - Parameter context: what the proof is for; the same bytes must be given to `holds`.
    public static func make<S: Suite>(
        key: borrowing SecretScalar<S>, publicKey: [UInt8], context: [UInt8]
    ) -> SchnorrProof {
        let nonce = S.proofNonce()
        let challenge = challenge(S.self, commitment: nonce.commitment, publicKey: publicKey, context: context)
        let response = S.proofResponse(nonce.nonce, challenge: challenge, key: key)
        return SchnorrProof(commitment: nonce.commitment, response: response)
    }

    /// Whether the proof holds for `publicKey` in `context`.
    public func holds<S: Suite>(_: S.Type, publicKey: [UInt8], context: [UInt8]) -> Bool {
        guard commitment.count == S.elementByteCount, publicKey.count == S.elementByteCount,
            response.count == S.proofResponseByteCount
        else { return false }
        let challenge = Self.challenge(S.self, commitment: commitment, publicKey: publicKey, context: context)
        return S.proofHolds(response: response, challenge: challenge, commitment: commitment, publicKey: publicKey)
    }

    private static func challenge<S: Suite>(
        _: S.Type, commitment: [UInt8], publicKey: [UInt8], context: [UInt8]
    ) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Label.schnorr.bytes)
        hash.update(data: Array(S.id.rawValue.utf8) + [0])
        hash.update(data: BigEndian.u32(context.count) + context)
        hash.update(data: publicKey)
        hash.update(data: commitment)
        return Array(hash.finalize().prefix(16))
    }
}
