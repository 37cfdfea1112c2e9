public import Values

public struct ProofBytes: Sendable, Equatable, Codable {
    public var commitment: HexBytes
    public var response: HexBytes
}

extension ProofBytes {
    init(_ proof: SchnorrProof) {
        self.init(commitment: HexBytes(proof.commitment), response: HexBytes(proof.response))
    }

    func holds<S: Suite>(_: S.Type, key: HexBytes, context: [UInt8]) -> Bool {
        guard let element = ElementBatch<S>(bytes: key.bytes), element.count == 1,
            (try? S.validate(element)) != nil
        else { return false }
        return SchnorrProof(commitment: commitment.bytes, response: response.bytes)
            .holds(S.self, publicKey: key.bytes, context: context)
    }
}
