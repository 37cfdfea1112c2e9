import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import Values

/// Proofs of possession. [P-27]
@Suite("Schnorr proofs")
struct SchnorrProofTests {
    static func altered(_ bytes: [UInt8], at index: Int) -> [UInt8] {
        var bytes = bytes
        bytes[index] ^= 1
        return bytes
    }

    static func check<S: Suite>(_: S.Type) throws {
        let key = S.randomScalar()
        let publicKey = S.multiplyGenerator(by: key)
        let context = Array("round and participant".utf8)
        let proof = SchnorrProof.make(key: key, publicKey: publicKey, context: context)
        #expect(proof.holds(S.self, publicKey: publicKey, context: context))
        // A nonce is never used twice.
        #expect(proof != SchnorrProof.make(key: key, publicKey: publicKey, context: context))

        #expect(!proof.holds(S.self, publicKey: publicKey, context: context + [0]))
        #expect(!proof.holds(S.self, publicKey: publicKey, context: []))
        #expect(!proof.holds(S.self, publicKey: S.multiplyGenerator(by: S.randomScalar()), context: context))
        for index in [0, 1, proof.response.count - 1] {
            let wrong = SchnorrProof(
                commitment: proof.commitment, response: altered(proof.response, at: index))
            #expect(!wrong.holds(S.self, publicKey: publicKey, context: context))
        }
        let other = S.multiplyGenerator(by: S.randomScalar())
        #expect(
            !SchnorrProof(commitment: other, response: proof.response)
                .holds(S.self, publicKey: publicKey, context: context))

        // What is no element, no scalar, or of another length is refused, not trapped on.
        let zeros = [UInt8](repeating: 0, count: S.elementByteCount)
        let ones = [UInt8](repeating: 255, count: S.proofResponseByteCount)
        let awkward: [SchnorrProof] = [
            SchnorrProof(commitment: zeros, response: proof.response),
            SchnorrProof(commitment: [], response: proof.response),
            SchnorrProof(commitment: proof.commitment + [0], response: proof.response),
            SchnorrProof(commitment: proof.commitment, response: ones),
            SchnorrProof(commitment: proof.commitment, response: []),
            SchnorrProof(commitment: proof.commitment, response: proof.response + [0]),
            SchnorrProof(commitment: proof.commitment, response: [UInt8](repeating: 0, count: ones.count)),
        ]
        for proof in awkward { #expect(!proof.holds(S.self, publicKey: publicKey, context: context)) }
        #expect(!proof.holds(S.self, publicKey: zeros, context: context))
        #expect(!proof.holds(S.self, publicKey: [], context: context))
        let published = ProofBytes(proof)
        #expect(published.holds(S.self, key: HexBytes(publicKey), context: context))
        #expect(!published.holds(S.self, key: HexBytes(zeros), context: context))
        #expect(!published.holds(S.self, key: HexBytes([]), context: context))
        #expect(!published.holds(S.self, key: HexBytes(publicKey + publicKey), context: context))
    }

    @Test("hold for their key and context only", arguments: SuiteID.allCases)
    func proofs(suite: SuiteID) throws {
        try Self.check(suite.type)
    }

    @Test("a proof of one suite is none of another")
    func otherSuite() {
        let key = Ristretto255.randomScalar()
        let publicKey = Ristretto255.multiplyGenerator(by: key)
        let proof = SchnorrProof.make(key: key, publicKey: publicKey, context: [1])
        #expect(!proof.holds(P256.self, publicKey: publicKey, context: [1]))
        #expect(!proof.holds(FFDHE3072.self, publicKey: publicKey, context: [1]))
    }

    @Test("round, participant and purpose are all in the context")
    func context() throws {
        let rounds = try [1, 2].map { try #require(RoundID(bytes: [UInt8](repeating: $0, count: 32))) }
        var contexts: Set<[UInt8]> = []
        for round in rounds {
            for participant in ["a", "ab"] {
                for purpose in [KeyRevealed.Purpose.blinding, .capsule] {
                    contexts.insert(KeyRevealed.context(purpose, round: round, participant: participant))
                }
            }
        }
        #expect(contexts.count == 8)
    }
}
