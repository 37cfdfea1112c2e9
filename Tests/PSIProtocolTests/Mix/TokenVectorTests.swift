import Crypto
import Testing

@testable import Agreement
@testable import PSIProtocol

/// Tokens as Tests/Interop/check_tokens.py computes them. [P-23]
@Suite("Vectors of tokens")
struct TokenVectorTests {
    struct File: Decodable {
        struct Case: Decodable {
            var title: String
            var seed: String
            var count: Int
            var patterns: [[Int]]
            var features: [[String]]
            var tokens: [String?]
        }
        var cases: [Case]
    }

    @Test("all")
    func all() throws {
        for vector in try VectorFile.nonEmpty(VectorFile.read("tokens", as: File.self).cases, "tokens") {
            let settings = TolerantMatching(
                tokenCount: vector.count, agreeCount: 1, bits: 1, margin: 1, mostFrequent: 10,
                groups: vector.features.indices.map { FeatureGroup(name: "g\($0)", features: []) },
                patterns: vector.patterns)
            let seed = try bytes(vector.seed)
            let features = try vector.features.map { try $0.map { try bytes($0) } }
            let tokens = try vector.tokens.map { try $0.map { try bytes($0) } }
            #expect(tokens.count == vector.count && tokens.contains { $0 != nil })
            #expect(
                TokenMaker(settings: settings, seed: SymmetricKey(data: seed)).allTokens(of: features) == tokens,
                "\(vector.title)")
            #expect(NaiveTokens(settings: settings, seed: seed).tokens(of: features) == tokens, "\(vector.title)")
        }
    }

    /// The numbers that the generator's reference implementation gives for 1234567.
    @Test("ranks are outputs of SplitMix64")
    func splitMix() {
        let outputs: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect((1...5).map { TokenMaker.rank(of: 1_234_567, $0) } == outputs)
    }
}
