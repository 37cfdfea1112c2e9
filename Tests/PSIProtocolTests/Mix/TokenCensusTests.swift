import Testing

@testable import Agreement
@testable import PSIProtocol

/// How many pairs a register's tokens make, told to its owner before a round.
@Suite("Census of tokens")
struct TokenCensusTests {
    @Test("An owner's census tells how many pairs a register like its own makes")
    func census() throws {
        let settings = TolerantLinkingTests.settings(tokens: 4, mostFrequent: 5, patterns: [[0, 0]])
        func estimate(_ groups: [Int]) -> Int {
            var census = TokenCensus(settings: settings)
            for (index, count) in groups.enumerated() {
                let person = [[Array("feature \(index)".utf8)], []]
                census.add(census.places(of: [[[[UInt8]]]](repeating: person, count: count)))
            }
            return census.pairEstimate
        }
        #expect(estimate([]) == 0)
        // Alone with its four tokens; three who share them; five; and more than any of them may be.
        #expect(estimate([1]) == 4 && estimate([3]) == 4 * 9 && estimate([5]) == 4 * 25 && estimate([6]) == 0)
        #expect(estimate([3, 1, 6, 2]) == 4 * (9 + 1 + 4))
        // Nobody without features counts.
        var census = TokenCensus(settings: settings)
        census.add(census.places(of: [[[], []]]))
        #expect(census.pairEstimate == 0)
    }

    @Test("A census of many people is not misled by tokens that fall on one place")
    func largeCensus() {
        let settings = TolerantLinkingTests.settings(tokens: 64, mostFrequent: 10_000, patterns: [[0, 0]])
        var census = TokenCensus(settings: settings)
        let people = (0..<40_000).map { [[Array("person \($0 / 2)".utf8)], []] }
        census.add(census.places(of: people))
        // Each token is that of two, so that it makes four pairs; by chance alone there would be 390,000 more.
        let exact = 20_000 * 64 * 4
        #expect(abs(census.pairEstimate - exact) < exact / 100)
    }
}
