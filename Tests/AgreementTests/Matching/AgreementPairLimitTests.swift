import Testing

@testable import Agreement
@testable import PlainWords

/// How many pairs of records tokens make at most, and what is said of it before signing.
struct AgreementPairLimitTests {
    private func cautions(_ edits: [(String, String)]) throws -> [String] {
        try AgreementParseTests.parse(AgreementMatchingTests.edits + edits).cautions
    }

    @Test func pairsAreBoundedByTheSmallerRegister() throws {
        var tolerant = try #require(try AgreementMatchingTests.parsed().tolerantMatching)
        // 32 tokens, each of 50 people of the other register at most.
        #expect(tolerant.mostPairs(people: [3_000, 80_000]) == 3_000 * 32 * 50)
        #expect(tolerant.mostPairs(people: [80_000, 3_000]) == 3_000 * 32 * 50)
        #expect(tolerant.mostPairs(people: [10, 20]) == 10 * 32 * 20)
        #expect(tolerant.mostPairs(people: [10, 20, 30]) == 32 * (10 * 20 + 10 * 30 + 20 * 30))
        #expect(tolerant.mostPairs(people: [5]) == 0 && tolerant.mostPairs(people: []) == 0)
        #expect(tolerant.mostPairs(people: [Int.max, Int.max]) == .max)
        #expect(tolerant.mostPairs(people: [Int](repeating: 1 << 50, count: 4)) == .max)
        (tolerant.tokenCount, tolerant.mostFrequent) = (50, 100)
        #expect(!tolerant.mayExceedPairLimit(people: [100_000, 4_000_000]))
        #expect(tolerant.mayExceedPairLimit(people: [100_001, 4_000_000]))
        #expect(TolerantMatching.pairLimit == 500_000_000)
    }

    @Test func tooManyPairsAreToldBeforeSigning() throws {
        let large = [("max_people: 3000", "max_people: 400000"), ("max_people: 80000", "max_people: 400000")]
        #expect(try !cautions([]).contains { $0.contains("500,000,000") })
        let told = try cautions(large).filter { $0.contains("500,000,000") }
        #expect(told.count == 1)
        for word in ["check", "tokens", "patterns", "most_frequent", "max_people"] {
            #expect(told.first?.contains(word) == true, "\(word)")
        }
        let agreement = try AgreementParseTests.parse(AgreementMatchingTests.edits + large)
        for language in PlainLanguage.allCases {
            #expect(agreement.cautions(in: language).count == agreement.cautions.count)
        }
        // A register without any of the fields has no tokens.
        let without = large + [("match_fields: [birth, family]", "match_fields: []")]
        #expect(try AgreementParseTests.parse(AgreementMatchingTests.edits + without).registersWithTokens.count == 1)
        #expect(try !cautions(without).contains { $0.contains("500,000,000") })
    }
}
