import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Linking by several match keys, of which people may lack any but not all. [P-36]
@Suite("Several match keys")
struct SeveralKeysTests {
    static let keys = ["identity_code", "passport", "name_and_birth"].map { MatchKey($0) }

    /// People with up to three keys, of which some are shared by different people, as names are.
    static func register(_ name: String, _ random: inout SeededRandom) -> [SimulatedPerson] {
        var people: [SimulatedPerson] = []
        var codes: Set<String> = []
        for person in 0..<24 where Bool.random(using: &random) {
            var keys: [String?] = ["code \(person)", "passport \(person)", "name \(person % 9)"]
            for index in keys.indices where Int.random(in: 0..<10, using: &random) < 4 { keys[index] = nil }
            // Now and then somebody's key is another's.
            if Int.random(in: 0..<8, using: &random) == 0 { keys[1] = "passport \((person + 1) % 24)" }
            guard keys.contains(where: { $0 != nil }) else { continue }
            if let code = keys[0], !codes.insert(code).inserted { continue }
            people.append(SimulatedPerson(keys: keys, rows: [[.integer(Int64(person)), .text(name)]]))
        }
        return people
    }

    static func check<S: Suite>(_: S.Type, seed: UInt64, release: ReleaseMode, keyCount: Int = 3) async throws -> Int {
        let names = ["a", "b", "c"]
        let cohorts: [(String, CohortExpression)] = [
            ("everybody", .union(.register("a"), .union(.register("b"), .register("c")))),
            ("ab", .intersect(.register("a"), .register("b"))), ("only_c", .except(.register("c"), .cohort("ab"))),
        ]
        let study = try SimulatedStudy(
            registers: names, cohorts: cohorts,
            releasedFor: release == .rows
                ? ["a": ["everybody", "ab", "only_c"], "c": ["everybody", "only_c"]] : [:],
            options: .init(suite: S.id, release: release, padding: .none, matchKeys: Array(keys[..<keyCount])))
        var random = SeededRandom(seed: seed)
        var registers: [RegisterID: [SimulatedPerson]] = [:]
        for name in names {
            registers[name] = register(name, &random).map {
                SimulatedPerson(keys: Array($0.keys[..<keyCount]), rows: $0.rows)
            }
        }
        let round = SimulatedRound(S.self, study: study, registers: registers)
        try await round.run()
        let record = try round.record()
        let join = PlaintextJoin(agreement: study.agreement, registers: registers)
        #expect(record.ending == .closed)
        #expect(round.outcome?.conflictCount == join.conflictCount)
        if release == .rows {
            #expect(round.opened.portraits == join.portraits)
        } else {
            #expect(record.counted?.overlap(in: study.agreement) == join.overlap)
            #expect(record.counted?.cohorts.map(\.people) == join.cohortCounts)
        }
        return join.conflictCount
    }

    @Test("three keys, released and counted")
    func threeKeys() async throws {
        var conflictCount = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            conflictCount += try await Self.check(
                Ristretto255.self, seed: seed, release: seed.isMultiple(of: 2) ? .rows : .none)
        }
        #expect(conflictCount > 0)
    }

    @Test("two keys, under the other suites")
    func otherSuites() async throws {
        _ = try await Self.check(P256.self, seed: 11, release: .rows, keyCount: 2)
        _ = try await Self.check(FFDHE3072.self, seed: 12, release: .none, keyCount: 2)
    }

    /// People of two registers; which of them are one person, by the codes of their groups.
    static func overlap(_ left: [[String?]], _ right: [[String?]]) async throws -> (
        overlap: [UInt32: Int], conflicts: Int
    ) {
        let study = try SimulatedStudy(
            registers: ["left", "right"], cohorts: [("both", .intersect(.register("left"), .register("right")))],
            releasedFor: [:], options: .init(release: .none, padding: .none, matchKeys: Array(keys[..<2])))
        let registers = ["left": left, "right": right].mapValues { $0.map { SimulatedPerson(keys: $0, rows: []) } }
        let round = SimulatedRound(Ristretto255.self, study: study, registers: registers)
        try await round.run()
        let counted = try #require(try round.record().counted)
        return (counted.overlap(in: study.agreement), try #require(round.outcome).conflictCount)
    }

    @Test("the rule, case by case")
    func rule() async throws {
        // The second key links who lack the first.
        #expect(try await Self.overlap([["1", "x"]], [[nil, "x"]]) == ([3: 1], 0))
        // A value that occurs twice in a register links nobody.
        #expect(try await Self.overlap([["1", "x"], ["2", "x"]], [[nil, "x"]]) == ([1: 2, 2: 1], 0))
        // The first key goes before the second: 1 and 1 are linked, and 2 stays alone.
        #expect(try await Self.overlap([["1", "x"]], [["1", nil], ["2", "x"]]) == ([3: 1, 2: 1], 1))
        // Keys of different kinds never meet, whatever their values.
        #expect(try await Self.overlap([["x", nil]], [[nil, "x"]]) == ([1: 1, 2: 1], 0))
        // Two pairs that the second key would chain together stay two pairs.
        #expect(
            try await Self.overlap([["1", "x"], ["2", nil]], [["1", nil], ["2", "x"]]) == ([3: 2], 1))
    }
}
