import Crypto
import Testing

@testable import PSIProtocol
@testable import Values

@Suite("Share proofs")
struct ShareProofTests {
    private struct World {
        var statement: ShareStatement
        var requests: [UInt8]
        var shares: [UInt8]
        let key: [UInt8]

        init(count: Int) throws {
            key = ShuffleWorld.scalar()
            requests = Ristretto255.randomElements(count: count).bytes
            shares = try Ristretto255.multiply(ElementBatch(trusted: requests), by: SecretScalar(key)).bytes
            statement = ShareStatement(
                agreement: AgreementID(ofFile: [7]), round: try #require(RoundID(bytes: ShuffleWorld.random())),
                manifest: ShuffleWorld.random(), node: "espoo", attempt: 1, count: count,
                key: Ristretto255.multiplyGenerator(by: SymmetricKey(data: key)).bytes,
                requests: ShuffleWorld.random(), shares: Array(SHA256.hash(data: shares)))
        }

        func sums(cut: Int = 3) throws -> ShareSums {
            let coefficients = ProofCoefficients(seed: statement.context)
            var sums = ShareSums()
            for first in stride(from: 0, to: requests.count / 32, by: cut) {
                let range = (32 * first)..<min(32 * (first + cut), requests.count)
                try sums.add(
                    ShareSums(
                        coefficients, first: first + 1, requests: Array(requests[range]), shares: Array(shares[range])))
            }
            return sums
        }

        func proof() throws -> ShareProof { try ShareProof(statement, sums: sums(), key: SecretScalar(key)) }
    }

    @Test("[P-70] The vector: context, sums, challenge and proof")
    func vector() throws {
        struct Vector: Decodable {
            let agreement, round, manifest, node: String
            let attempt: Int
            let d, nonceSeed: String
            let requests: [String]
            let key, context, requestSum, shareSum, stream: String

            enum CodingKeys: String, CodingKey {
                case agreement, round, manifest, node, attempt, d, requests, context, stream
                case nonceSeed = "nonce_seed"
                case key = "D"
                case requestSum = "M"
                case shareSum = "Z"
            }
        }
        struct Content: Decodable { let shares: Vector }
        let vector = try VerifiedVectors.read(Content.self).shares
        let stream = try bytes(vector.stream)
        let requests = try vector.requests.flatMap { try bytes($0) }
        try #require(!requests.isEmpty)
        let shares = Array(stream[ShareProof.byteCount...])
        let statement = ShareStatement(
            agreement: try #require(AgreementID(hex: vector.agreement)),
            round: try #require(RoundID(hex: vector.round)), manifest: try bytes(vector.manifest), node: vector.node,
            attempt: vector.attempt, count: vector.requests.count, key: try bytes(vector.key),
            requests: Array(SHA256.hash(data: requests)), shares: Array(SHA256.hash(data: shares)))
        #expect(statement.context == (try bytes(vector.context)))
        let sums = try ShareSums(
            ProofCoefficients(seed: statement.context), first: 1, requests: requests, shares: shares)
        #expect(sums.requests.bytes == (try bytes(vector.requestSum)))
        #expect(sums.shares.bytes == (try bytes(vector.shareSum)))
        let seed = SecretBytes(SymmetricKey(data: try bytes(vector.nonceSeed)))
        let proof = try ShareProof(statement, sums: sums, key: SecretScalar(bytes(vector.d)), seed: seed)
        #expect(proof.bytes == Array(stream[..<ShareProof.byteCount]))
        #expect(proof.holds(for: statement, sums: sums))
    }

    @Test("[P-72] The vector of noise that nodes draw together: the seed, the bytes of draws, and what they come to")
    func noise() throws {
        struct Vector: Decodable {
            struct Draw: Decodable {
                let bytes: String
                let value: Int
            }
            let round: String
            let shares: [String]
            let seed: String
            let scale: UInt64
            let draws: [Draw]
        }
        struct Content: Decodable { let noise: Vector }
        let vector = try VerifiedVectors.read(Content.self).noise
        try #require(!vector.draws.isEmpty)
        let seed = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: try vector.shares.flatMap { try bytes($0) }),
            salt: try bytes(vector.round), info: Label.noise.bytes, outputByteCount: 32)
        #expect(seed.withUnsafeBytes { Array($0) } == (try bytes(vector.seed)))
        let uniform = NoisePlan.uniform(vector.draws.count, from: seed)
        #expect(uniform.withUnsafeBytes { Array($0) } == (try vector.draws.flatMap { try bytes($0.bytes) }))
        let draws = NoiseDistribution.laplace(rate: (1, vector.scale)).draws(vector.draws.count, uniform: uniform)
        #expect(draws == vector.draws.map(\.value))
    }

    @Test("[P-70] True shares are proved, however they are cut", arguments: [1, 2, 3, 10])
    func truth(count: Int) throws {
        let world = try World(count: count)
        let proof = try world.proof()
        for cut in 1...count { #expect(proof.holds(for: world.statement, sums: try world.sums(cut: cut))) }
        #expect(ShareProof(proof.bytes) == proof)
        #expect(try world.proof() != proof, "each proof has a nonce of its own")
    }

    @Test("[P-70] A wrong share, whatever is wrong with it")
    func lies() throws {
        let honest = try World(count: 4)
        var swapped = honest
        swapped.shares = Array(honest.shares[32..<64] + honest.shares[..<32] + honest.shares[64...])
        var replaced = honest
        replaced.shares.replaceSubrange(32..<64, with: ShuffleWorld.element())
        var shifted = honest
        let point = ShuffleWorld.element()
        for (number, other) in [(0, point), (2, try ShuffleWorld.negated(point))] {
            let range = (32 * number)..<(32 * number + 32)
            shifted.shares.replaceSubrange(range, with: try ShuffleWorld.add(Array(honest.shares[range]), other))
        }
        var otherKey = honest
        otherKey.shares = try Ristretto255.multiply(
            ElementBatch(trusted: honest.requests), by: SecretScalar(ShuffleWorld.plusOne(honest.key))
        ).bytes
        for (what, var lie) in [
            ("swapped", swapped), ("replaced", replaced), ("+T and −T", shifted), ("another key", otherKey),
        ] {
            lie.statement.shares = Array(SHA256.hash(data: lie.shares))
            #expect(!(try lie.proof().holds(for: lie.statement, sums: lie.sums())), "\(what)")
        }
        // Shares of another key, and proved by that one: only the first equation tells.
        otherKey.statement.shares = Array(SHA256.hash(data: otherKey.shares))
        let sums = try otherKey.sums()
        let proof = try ShareProof(otherKey.statement, sums: sums, key: SecretScalar(ShuffleWorld.plusOne(honest.key)))
        #expect(!proof.holds(for: otherKey.statement, sums: sums), "proved by another key")
        // A share that is none gives no sum.
        var none = honest
        none.shares.replaceSubrange(32..<64, with: ShuffleWorld.small(0))
        #expect(throws: GroupError.self) { try none.sums() }
    }

    @Test("[P-70] Any field altered, any other context")
    func altered() throws {
        let world = try World(count: 3)
        let proof = try world.proof()
        for start in [0, 32, 64] {
            for index in [start, start + 17, start + 31] {
                var bytes = proof.bytes
                bytes[index] ^= 4
                let altered = try #require(ShareProof(bytes))
                #expect(!altered.holds(for: world.statement, sums: try world.sums()), "byte \(index)")
            }
        }
        #expect(ShareProof(Array(proof.bytes.dropLast())) == nil)
        let changes: [(String, (inout ShareStatement) throws -> Void)] = [
            ("agreement", { $0.agreement = AgreementID(ofFile: [1]) }),
            ("round", { $0.round = try #require(RoundID(bytes: ShuffleWorld.random())) }),
            ("manifest", { $0.manifest = ShuffleWorld.random() }), ("node", { $0.node = "omnia" }),
            ("attempt", { $0.attempt = 2 }), ("key", { $0.key = ShuffleWorld.element() }),
            ("requests", { $0.requests = ShuffleWorld.random() }),
        ]
        for (what, change) in changes {
            var other = world
            try change(&other.statement)
            #expect(!proof.holds(for: other.statement, sums: try other.sums()), "another \(what)")
        }
    }
}
