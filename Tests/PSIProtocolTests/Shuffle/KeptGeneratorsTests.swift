import Synchronization
import Testing

@testable import PSIProtocol

/// Generators that are kept are those that are hashed, whatever the keeper has. [P-62]
@Suite("Kept generators")
struct KeptGeneratorsTests {
    private let keeper = MemoryGenerators()

    @Test("Any numbers of any list", arguments: [1, 7, 8, 9, 16, 30])
    func numbers(count: Int) throws {
        let kept = KeptGenerators(keeper, count: count, pieceCount: 8)
        for first in 1...count {
            for end in first...(count + 1) {
                #expect(kept.coordinates(first..<end) == HashedGenerators().coordinates(first..<end))
            }
        }
        // A piece that a list does not fill is not kept.
        #expect(keeper.numbers == Array(0..<(count / 8)))
    }

    @Test("Each is hashed once, and for a longer list only what is new")
    func grows() throws {
        _ = KeptGenerators(keeper, count: 20, pieceCount: 8).coordinates(1..<21)
        #expect(keeper.keptCount == 2)
        let kept = KeptGenerators(keeper, count: 40, pieceCount: 8)
        for _ in 0..<3 { _ = kept.coordinates(1..<41) }
        #expect(keeper.keptCount == 5)
    }

    @Test("What the keeper gives back is used, so a keeper must know its pieces; of another length it is not used")
    func trust() throws {
        let kept = KeptGenerators(keeper, count: 16, pieceCount: 8)
        let honest = kept.coordinates(1..<17)
        keeper.keep(Array(honest[512...]), as: 0)
        #expect(kept.coordinates(1..<9) == Array(honest[512...]))
        keeper.keep(Array(honest[..<511]), as: 0)
        #expect(kept.coordinates(1..<9) == Array(honest[..<512]))
        #expect(keeper.piece(0) == Array(honest[..<512]))
    }

    @Test("Proofs that are made and checked with them, blocks across pieces", arguments: [16, 64, 300])
    func proofs(pieceCount: Int) async throws {
        let world = try ShuffleWorld(count: 300)
        let kept = KeptGenerators(keeper, count: 300, pieceCount: pieceCount)
        for _ in 0..<2 {
            let proof = try await world.proof(blockCount: 70, generators: kept)
            try await world.check(proof, blockCount: 70, generators: kept)
            try await world.check(proof)
        }
        #expect(keeper.keptCount >= 300 / pieceCount)
        // With wrong ones a right proof fails, and nobody else takes what was made with them.
        let proof = try await world.proof()
        let first = try #require(keeper.piece(0))
        keeper.keep(Array(first[64..<128]) + first[64...], as: 0)
        await #expect(throws: ShuffleFault.self) { try await world.check(proof, generators: kept) }
        let wrong = try await world.proof(generators: kept)
        await #expect(throws: ShuffleFault.self) { try await world.check(wrong) }
    }
}

/// Keeps pieces in memory and trusts that nobody alters them.
final class MemoryGenerators: GeneratorKeeper {
    private let pieces = Mutex<[Int: [UInt8]]>([:])
    private let count = Mutex(0)

    var numbers: [Int] { pieces.withLock { $0.keys.sorted() } }
    /// How often something was kept.
    var keptCount: Int { count.withLock { $0 } }

    func piece(_ number: Int) -> [UInt8]? { pieces.withLock { $0[number] } }

    func keep(_ piece: [UInt8], as number: Int) {
        count.withLock { $0 += 1 }
        pieces.withLock { $0[number] = piece }
    }
}
