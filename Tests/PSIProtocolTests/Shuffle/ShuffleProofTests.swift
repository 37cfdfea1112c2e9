import Agreement
import Crypto
import Testing

@testable import PSIProtocol
@testable import Values

/// Proofs of shuffle that are true, of every shape, cut every way.
@Suite("Shuffle proofs")
struct ShuffleProofTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        let count: Int
        let elementCount: Int
        let capsules: ShuffleWorld.Capsules

        static let all: [Shape] = [1, 2, 3, 8, 33, 200].flatMap { (count: Int) -> [Shape] in
            [1, 2, 3].flatMap { (elementCount: Int) -> [Shape] in
                ShuffleWorld.Capsules.allCases.map { Shape(count: count, elementCount: elementCount, capsules: $0) }
            }
        }

        var testDescription: String { "\(count) items of \(elementCount), capsules: \(capsules)" }
    }

    @Test(
        "[P-62, P-64] A true proof is taken",
        arguments: Shape.all)
    func completeness(shape: Shape) async throws {
        let world = try ShuffleWorld(
            count: shape.count, elementCount: shape.elementCount, capsules: shape.capsules)
        let proof = try await world.proof()
        #expect(proof.count == ShuffleHead.byteCount(world.layout) + shape.count * ShuffleRecord.byteCount)
        try await world.check(proof)
    }

    @Test("[P-82] A hop that holds no study key proves that it changed nothing that is sealed")
    func noHolder() async throws {
        var world = try ShuffleWorld(count: 6, capsules: .study)
        world.studyKey = ShuffleWorld.small(1)
        world.statement.studyKey = Ristretto255.generator
        try world.mix(capsuleKey: world.statement.capsuleKey)
        try await world.check(world.proof())
        // Another key than the one of the statement.
        world.studyKey = ShuffleWorld.small(2)
        try world.mix(capsuleKey: world.statement.capsuleKey)
        let proof = try await world.proof()
        await #expect(throws: ShuffleFault.wrong(equation: "9")) { try await world.check(proof) }
    }

    @Test("Neither blocks nor cores change a proof, and any blocks check it")
    func blocks() async throws {
        let world = try ShuffleWorld(count: 50, elementCount: 2, capsules: .study)
        let seed = SymmetricKey(data: ShuffleWorld.random())
        let proof = try await world.proof(ProofSeed(seed), cores: 1, blockCount: 50)
        for (cores, blockCount) in [(1, 1), (2, 7), (8, 16), (3, 49), (2, 51)] {
            let other = try await world.proof(ProofSeed(seed), cores: cores, blockCount: blockCount)
            #expect(other == proof, "\(cores) cores, blocks of \(blockCount)")
            try await world.check(proof, cores: cores, blockCount: blockCount)
        }
    }

    @Test("[P-68] Another seed, another attempt: another proof; one seed under two statements has other nonces")
    func nonces() async throws {
        let world = try ShuffleWorld(count: 5)
        let seed = SymmetricKey(data: ShuffleWorld.random())
        let proof = try await world.proof(ProofSeed(seed))
        #expect(try await world.proof(ProofSeed()) != proof)

        var again = world
        again.statement.proofAttempt += 1
        let second = try await again.proof(ProofSeed(seed))
        try await again.check(second)
        // t_1 … t_6 are commitments to nonces: none may stand in both.
        let heads = try [proof, second].map {
            try ShuffleHead(Array($0.prefix(ShuffleHead.byteCount(world.layout))), layout: world.layout)
        }
        #expect(Set(heads[0].sums).isDisjoint(with: heads[1].sums))
        let blinded = [proof, second].map { proof in
            Set(
                stride(from: ShuffleHead.byteCount(world.layout), to: proof.count, by: 160).map {
                    Array(proof[($0 + 64)..<($0 + 96)])
                })
        }
        #expect(blinded[0].isDisjoint(with: blinded[1]))
    }

    @Test("[P-68] Nonces that serve two challenges would give the key away")
    func extraction() async throws {
        struct Reused: ShuffleNonces {
            let base = ProofSeed()
            let responses = ProofSeed().after(seed: [])
            func commitments(outputs: Range<Int>, inputs: [Int]) -> ScalarList {
                base.commitments(outputs: outputs, inputs: inputs)
            }
            func after(seed: [UInt8]) -> any ShuffleResponseNonces { responses }
        }
        let world = try ShuffleWorld(count: 3)
        var again = world
        again.statement.proofAttempt += 1
        let nonces = Reused()
        var challenges: [[UInt8]] = []
        var responses: [[UInt8]] = []
        for world in [world, again] {
            let proof = try await world.proof(nonces)
            let head = try ShuffleHead(
                Array(proof.prefix(ShuffleHead.byteCount(world.layout))), layout: world.layout)
            let seed = ShuffleChallenge.seed(statement: world.statement.hash, commitments: head.commitments)
            challenges.append(head.challenge(seed: seed))
            responses.append(head.keyResponse(world.layout))
        }
        func difference(_ pair: [[UInt8]]) -> ScalarList {
            ScalarList(pair[0]).times(ScalarList(ScalarList.one), plus: ScalarList(pair[1]).negated())
        }
        let inverse = Ristretto255.inverse(difference(challenges).bytes)
        #expect(difference(responses).times(ScalarList(inverse)).bytes == world.key)
    }

    @Test("[P-62] No coefficient is 0, and each number has its own")
    func coefficients() {
        let coefficients = ProofCoefficients(seed: ShuffleWorld.random())
        let all = coefficients.of(1..<2_001)
        let each = stride(from: 0, to: all.count, by: 16).map { Array(all[$0..<($0 + 16)]) }
        #expect(Set(each).count == 2_000)
        #expect(!each.contains([UInt8](repeating: 0, count: 16)))
        #expect(coefficients.of([7, 3, 2_000]) == each[6] + each[2] + each[1_999])
        #expect(coefficients.of([Int]()) == [])
    }
}
