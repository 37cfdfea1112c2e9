import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation

/// Rounds that only count, against set cases computed elsewhere. [P-36] [P-39]
@Suite("Set cases")
struct SetCaseTests {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct File: Decodable {
        struct Case: Decodable, Sendable {
            var name: String
            var parties: [[String]]
            var intersection: [String]
            var union_size: Int
            var venn_counts: [String: Int]
            var pairwise: [String: Int]
        }
        var cases: [Case]
    }

    static func check<S: Suite>(_: S.Type, _ test: File.Case) async throws {
        let names = test.parties.indices.map { "party_\($0)" }
        let all = names.dropFirst().reduce(CohortExpression.register(names[0])) { .intersect($0, .register($1)) }
        let any = names.dropFirst().reduce(CohortExpression.register(names[0])) { .union($0, .register($1)) }
        var cohorts: [(String, CohortExpression)] = [("all", all), ("any", any)]
        for pair in test.pairwise.keys.sorted() {
            let parties = pair.split(separator: "-").compactMap { Int($0) }
            cohorts.append(("pair_\(pair)", .intersect(.register(names[parties[0]]), .register(names[parties[1]]))))
        }
        let study = try SimulatedStudy(
            registers: names, cohorts: cohorts, releasedFor: [:],
            options: .init(suite: S.id, release: .none, padding: .none))
        // A register's owner groups its rows by person, so nobody comes twice.
        let registers = Dictionary(
            uniqueKeysWithValues: zip(names, test.parties).map { ($0, Set($1).sorted().map { SimulatedPerson($0) }) })
        let round = SimulatedRound(S.self, study: study, registers: registers)
        try await round.run()
        let counted = try #require(try round.record().counted)
        let venn = counted.overlap(in: study.agreement)
        let expected = Dictionary(
            uniqueKeysWithValues: test.venn_counts.map { digits, count in
                (digits.enumerated().reduce(UInt32(0)) { $1.element == "1" ? $0 | 1 << UInt32($1.offset) : $0 }, count)
            })
        #expect(venn == expected, "\(test.name)")
        let counts = counted.cohorts.map(\.people)
        #expect(counts[0] == test.intersection.count, "\(test.name)")
        #expect(counts[1] == test.union_size, "\(test.name)")
        #expect(counts.dropFirst(2) == test.pairwise.keys.sorted().map { test.pairwise[$0] }[...], "\(test.name)")
        #expect(counted.overlap.allSatisfy { !$0.upperBound } && counted.cohorts.allSatisfy { !$0.upperBound })
        // Nothing of rows exists in such a round.
        let streams = await round.streams.names.filter { !$0.hasPrefix("kept/") }
        #expect(streams.allSatisfy { name in StreamStage(name.split(separator: "/")[1]).map(Self.isRing) == true })
    }

    static func isRing(_ stage: StreamStage) -> Bool { if case .ring = stage { true } else { false } }

    static func cases() throws -> [File.Case] {
        try VectorFile.nonEmpty(try VectorFile.read("own_psi_set_cases", as: File.self).cases, "own_psi_set_cases")
    }

    @Test("all, under ristretto255")
    func ristretto() async throws {
        let cases = try Self.cases()
        #expect(cases.count == 13)
        for test in cases { try await Self.check(Ristretto255.self, test) }
    }

    @Test("those of two parties, under the other suites")
    func others() async throws {
        let cases = try Self.cases().filter { $0.parties.count == 2 }
        #expect(cases.count == 8)
        for test in cases { try await Self.check(P256.self, test) }
        try await Self.check(FFDHE3072.self, try #require(cases.first))
    }
}
