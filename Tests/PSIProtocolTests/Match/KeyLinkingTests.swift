import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Linking by keys of several values and by former codes, judged by the plain join. [P-22] [P-36] [P-39]
@Suite("Linking by keys")
struct KeyLinkingTests {
    static let keys = [
        MatchKey.identityCode, MatchKey("former_code", content: .formerCode, valueCount: 2),
        MatchKey("name", content: .recipe(MatchRecipe([.field("given")])), valueCount: 3),
    ]

    /// People whose codes changed now and then; some codes of the past are claimed by several.
    static func people(_ register: Int, _ random: inout SeededRandom) -> [SimulatedPerson] {
        var codes: Set<String> = []
        var people: [SimulatedPerson] = []
        for person in 0..<18 where Int.random(in: 0..<3, using: &random) > 0 {
            func some(_ value: String, _ chance: Int) -> String? {
                Int.random(in: 0..<10, using: &random) < chance ? value : nil
            }
            let isNew = Bool.random(using: &random)
            let code = some(isNew ? "new \(person)" : "code \(person)", 8)
            let other = Int.random(in: 0..<18, using: &random)
            let keys = [
                code, isNew ? some("code \(person)", 7) : nil, some("code \(other)", 1),
                some("name \(person % 7)", 6), some("name \(person)", 6), some("name \(other)", 2),
            ]
            if let code, !codes.insert(code).inserted { continue }
            people.append(SimulatedPerson(keys: keys, rows: [[.integer(Int64(register * 1_000 + person))]]))
        }
        return people
    }

    @Test("any people, by any number of registers", arguments: 2...4)
    func random(count: Int) async throws {
        let agreement = try LinkedRecords.agreement(registers: count, keys: Self.keys)
        var seen = (history: 0, conflicts: [0, 0, 0], linked: [0, 0, 0])
        for seed in 0..<30 as Range<UInt64> {
            var random = SeededRandom(seed: seed &* 31 &+ UInt64(count))
            var registers: [RegisterID: [SimulatedPerson]] = [:]
            for (index, register) in agreement.registers.enumerated() {
                registers[register.id] = Self.people(index, &random)
            }
            let join = PlaintextJoin(agreement: agreement, registers: registers)
            let linked = try await LinkedRecords(agreement, registers)
            #expect(linked.people == join.texts, "seed \(seed)")
            #expect(linked.counts.conflicts == join.conflicts, "seed \(seed)")
            #expect(linked.counts.historyConflicts == join.historyConflicts, "seed \(seed)")
            #expect(linked.counts.linked == join.linked, "seed \(seed)")
            seen.history += join.historyConflicts
            for link in 0..<3 {
                seen.conflicts[link] += join.conflicts[link]
                seen.linked[link] += join.linked.map { $0[link] }.reduce(0, +)
            }
        }
        // The people are such that everything happens.
        #expect(seen.history > 0)
        #expect(seen.linked.allSatisfy { $0 > 0 })
        #expect(seen.conflicts[0] == 0 && seen.conflicts[1] > 0 && seen.conflicts[2] > 0)
    }

    /// What is linked of people in `registers`, each with code and up to two former codes.
    static func linked(_ registers: [[[String?]]]) async throws -> (people: Int, counts: LinkageCounts) {
        let agreement = try LinkedRecords.agreement(registers: registers.count, keys: Array(keys[..<2]))
        var people: [RegisterID: [SimulatedPerson]] = [:]
        for (index, register) in registers.enumerated() {
            people["r\(index)"] = register.enumerated().map {
                SimulatedPerson(keys: $1, rows: [[.integer(Int64(index * 100 + $0))]])
            }
        }
        let linked = try await LinkedRecords(agreement, people)
        #expect(linked.people == PlaintextJoin(agreement: agreement, registers: people).texts)
        return (linked.people.count, linked.counts)
    }

    @Test("former codes, case by case")
    func formerCodes() async throws {
        // A code of the past is another register's code of today, or of its past.
        #expect(try await Self.linked([[["new", "old", nil]], [["old", nil, nil]]]).people == 1)
        #expect(try await Self.linked([[["new", nil, "old"]], [["newer", "old", nil]]]).people == 2)
        #expect(try await Self.linked([[["new", nil, "old"]], [["newer", "old", nil]]]).counts.historyConflicts == 1)
        // Unless both were found to be one before.
        let same = try await Self.linked([[["new", "old", nil]], [["new", "old", nil]], [["old", nil, nil]]])
        #expect(same.people == 1)
        #expect(same.counts.linked == [[1, 0], [1, 0], [0, 1]])
        // The codes of a twin or of one person under two codes of today never meet by themselves.
        #expect(try await Self.linked([[["131052-308T", nil, nil]], [["131052Y308T", nil, nil]]]).people == 2)
        // Nor do the codes that only one owner uses.
        #expect(try await Self.linked([[["scope a\u{1F}1", nil, nil]], [["scope b\u{1F}1", nil, nil]]]).people == 2)
        // Both values of one person are the same.
        #expect(try await Self.linked([[["new", "old", "old"]], [["old", nil, nil]]]).people == 1)
        // Somebody's code of today is also in their own past.
        let own = try await Self.linked([[["x", "x", nil]], [["y", "x", nil]]])
        #expect(own.people == 2 && own.counts.historyConflicts == 1)
    }

    @Test("a code of several pasts links nobody, in whatever order its holders come")
    func severalPasts() async throws {
        let holders: [[String?]] = [["x", nil, nil], ["b", "x", nil], ["c", "x", nil]]
        for order in [[0, 1, 2], [1, 0, 2], [1, 2, 0], [2, 1, 0]] {
            let result = try await Self.linked([order.map { holders[$0] }, [["d", nil, "x"]], [["e", nil, nil]]])
            #expect(result.counts.historyConflicts == 1)
            #expect(result.people == 5)
        }
        // Two in one register are enough, though they stand behind one who has the code today.
        let result = try await Self.linked([holders, [["x", nil, nil]], [["y", nil, nil]]])
        #expect(result.counts.historyConflicts == 1)
        #expect(result.counts.linked[2] == [0, 0])
    }

    @Test("what is published is rounded, and what is small withheld")
    func published() async throws {
        var agreement = try LinkedRecords.agreement(registers: 2, keys: Self.keys)
        (agreement.smallestCell, agreement.countRounding) = (3, 5)
        var counts = LinkageCounts(agreement: agreement)
        counts.linked = [[0, 1, 17], [3, 7, 8]]
        counts.conflicts = [0, 2, 12]
        counts.historyConflicts = 13
        let result = try await MatchResult(
            agreement: agreement, round: #require(RoundID(bytes: [UInt8](repeating: 1, count: 32))),
            overlap: [1: 40, 2: 50, 3: 18], people: nil, spool: MemorySpool(), linkage: counts,
            workers: Workers(count: 1))
        let published = try #require(result.publishedLinkage())
        // With 17 beside it, and 58 in all less 40 alone, the 1 would be known.
        #expect(published.linked == [[0, -1, -1], [5, 5, 10]])
        #expect(published.conflicts == [0, -1, 10])
        #expect(published.historyConflicts == 15)
        #expect(published.fits(agreement))
        var wrong = published
        wrong.linked[1][2] = -2
        #expect(!wrong.fits(agreement))
        wrong = published
        wrong.linked.removeLast()
        #expect(!wrong.fits(agreement))
        wrong = published
        wrong.linked[0].append(0)
        #expect(!wrong.fits(agreement))
        wrong = published
        wrong.conflicts = []
        #expect(!wrong.fits(agreement))
        #expect(counts.conflictCount == 14)
    }
}
