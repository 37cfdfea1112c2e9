import Agreement
import Crypto
import Foundation
import Testing

@testable import PSIProtocol
@testable import Values

/// The vectors of verified rounds, or others in the file that SIDOS_VERIFIED_VECTORS names.
enum VerifiedVectors {
    struct Content: Decodable {
        let generators: [String: String]
        let shuffles: [Shuffle]
    }

    struct Shuffle: Decodable {
        let elements: Int
        let capsules: Bool
        let agreement, round, manifest, register, hop: String
        let stage, inputAttempt, outputAttempt, proofAttempt, n: Int
        let blindingKey, capsuleKey, inputDigest, outputDigest, k, input, output: String
        let psi: [Int]
        let rho: [String]
        /// S and s of the hop, and ρ of the study's capsules, where there are any.
        let studyPoint, studyKey: String?
        let studyRho: [String]?
        let statementHash: String
        let r: [String]
        let digestC, seed: String
        let u, rHat, omegaHat, omegaPrime, omega: [String]
        let digestChain: String
        let digestThat: String
        let t: [String]
        let challenge: String
        let proof: String
        let refused: [String: String]

        private enum CodingKeys: String, CodingKey {
            case elements, capsules, agreement, round, manifest, register, hop, stage
            case inputAttempt = "input_attempt"
            case outputAttempt = "output_attempt"
            case proofAttempt = "proof_attempt"
            case blindingKey = "K"
            case capsuleKey = "Y"
            case inputDigest = "D"
            case outputDigest = "D2"
            case studyPoint = "S"
            case studyKey = "study_key"
            case studyRho = "study_rho"
            case n, k, input, output, psi, rho
            case statementHash = "statement_hash"
            case r
            case digestC = "digest_c"
            case seed, u
            case rHat = "r_hat"
            case omegaHat = "omega_hat"
            case omegaPrime = "omega_prime"
            case omega
            case digestChain = "digest_chain"
            case digestThat = "digest_that"
            case t, challenge, proof, refused
        }
    }

    static func read<Content: Decodable>(_: Content.Type) throws -> Content {
        guard let path = ProcessInfo.processInfo.environment["SIDOS_VERIFIED_VECTORS"] else {
            return try VectorFile.read("verified_rounds", as: Content.self)
        }
        return try JSONDecoder().decode(Content.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

extension VerifiedVectors.Shuffle {
    func world() throws -> ShuffleWorld {
        let statement = ShuffleStatement(
            agreement: try #require(AgreementID(hex: agreement)), round: try #require(RoundID(hex: round)),
            manifest: try bytes(manifest), register: register,
            hop: hop, stage: stage, inputAttempt: inputAttempt,
            outputAttempt: outputAttempt, proofAttempt: proofAttempt, count: n, elementCount: elements,
            blindingKey: try bytes(blindingKey),
            capsuleKey: capsules ? try CapsuleKey(sumOf: [bytes(capsuleKey)]) : nil,
            studyKey: try studyPoint.map { try bytes($0) },
            input: try bytes(inputDigest), output: try bytes(outputDigest))
        func items(_ list: String) throws -> [[UInt8]] {
            // Behind the random prefix.
            let bytes = Array(try bytes(list)[32...])
            let width = statement.layout.itemByteCount
            return stride(from: 0, to: bytes.count, by: width).map { Array(bytes[$0..<($0 + width)]) }
        }
        var world = ShuffleWorld(
            statement: statement, input: try items(input), output: try items(output), order: psi, key: try bytes(k),
            rerandomization: try rho.map { try bytes($0) })
        if studyPoint != nil {
            world.studyKey = try bytes(try #require(studyKey))
            world.studyRerandomization = try (studyRho ?? []).map { try bytes($0) }
        }
        return world
    }

    /// The nonces that the vectors were made with.
    struct Nonces: ShuffleNonces, ShuffleResponseNonces {
        let r, rHat, omegaHat, omegaPrime, omega: [[UInt8]]

        func commitments(outputs: Range<Int>, inputs: [Int]) -> ScalarList { ScalarList(inputs.flatMap { r[$0] }) }
        func after(seed: [UInt8]) -> any ShuffleResponseNonces { self }
        func chain(_ outputs: Range<Int>) -> ScalarList { ScalarList(outputs.flatMap { rHat[$0] }) }
        func blindedChain(_ outputs: Range<Int>) -> ScalarList { ScalarList(outputs.flatMap { omegaHat[$0] }) }
        func responses(_ outputs: Range<Int>) -> ScalarList { ScalarList(outputs.flatMap { omegaPrime[$0] }) }
        func sums() -> ScalarList { ScalarList(omega.flatMap { $0 }) }
    }

    func nonces() throws -> Nonces {
        func all(_ scalars: [String]) throws -> [[UInt8]] { try scalars.map { try bytes($0) } }
        return Nonces(
            r: try all(r), rHat: try all(rHat), omegaHat: try all(omegaHat), omegaPrime: try all(omegaPrime),
            omega: try all(omega))
    }
}

@Suite("Vectors of shuffle proofs")
struct ShuffleVectorTests {
    private func shuffles() throws -> [VerifiedVectors.Shuffle] {
        try VectorFile.nonEmpty(try VerifiedVectors.read(VerifiedVectors.Content.self).shuffles, "shuffles")
    }

    @Test("[P-62] Generators are hashed from their numbers")
    func generators() throws {
        let vectors = try VerifiedVectors.read(VerifiedVectors.Content.self).generators
        try #require(!vectors.isEmpty)
        for (number, encoding) in vectors {
            let number = try #require(Int(number))
            let hashed = Ristretto255.hashToGroup([BigEndian.u32(number)], domain: .shuffleGenerators)
            #expect(hashed.bytes == (try bytes(encoding)), "h_\(number)")
            // The sum of one generator by its coordinates is the generator.
            let coordinates = HashedGenerators().coordinates(number..<(number + 1))
            let sum = try Ristretto255.publicSum(ScalarList(ScalarList.one), ofCoordinates: coordinates)
            #expect(sum.folded.bytes == hashed.bytes && sum.plain.bytes == hashed.bytes)
        }
    }

    @Test("[P-62] The statement, the seed, the coefficients and the challenge")
    func challenges() throws {
        for vector in try shuffles() {
            let world = try vector.world()
            #expect(world.statement.hash == (try bytes(vector.statementHash)))
            let seed = ShuffleChallenge.seed(
                statement: world.statement.hash, commitments: try bytes(vector.digestC))
            #expect(seed == (try bytes(vector.seed)))
            let coefficients = ProofCoefficients(seed: seed).of(1..<(vector.n + 1))
            #expect(coefficients == (try vector.u.flatMap { try bytes($0) }))
            let challenge = ShuffleChallenge.scalar(
                seed: seed, chain: try bytes(vector.digestChain), blinded: try bytes(vector.digestThat),
                commitments: try vector.t.map { try bytes($0) })
            #expect(challenge == (try bytes(vector.challenge)))
        }
    }

    @Test("[P-62] The prover makes the vectors' proofs of their nonces, whatever the blocks", arguments: [1, 2, 64])
    func proofs(blockCount: Int) async throws {
        for vector in try shuffles() {
            let proof = try await vector.world().proof(vector.nonces(), blockCount: blockCount)
            #expect(Hex.encode(proof) == vector.proof, "n = \(vector.n), M = \(vector.elements)")
        }
    }

    @Test("[P-64] The checker takes the vectors' proofs, and refuses what it should")
    func checks() async throws {
        var refusedCount = 0
        for vector in try shuffles() {
            let world = try vector.world()
            try await world.check(bytes(vector.proof))
            for (code, proof) in vector.refused {
                let proof = try bytes(proof)
                let fault = await #expect(throws: ShuffleFault.self) { try await world.check(proof) }
                switch (code, fault) {
                case ("proof.wrong", .wrong), ("proof.malformed", .malformed): refusedCount += 1
                default: Issue.record("\(code), but it is said to be \(String(describing: fault))")
                }
            }
        }
        #expect(refusedCount > 0)
    }
}
