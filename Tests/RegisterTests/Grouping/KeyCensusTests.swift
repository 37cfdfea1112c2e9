import PSIProtocol
import Testing

@testable import Agreement
@testable import Register

/// How many people have a value under a key, and share it. [P-48]
@Suite struct KeyCensusTests {
    private let keys: [MatchKey]

    init() throws {
        keys = [
            .identityCode, try recipeKey("names", "any(given)", values: 4), try recipeKey("birth", "birth"),
        ]
    }

    private func counts(
        _ people: [[[UInt8]?]], spool: any Spool = MemorySpool(), memoryByteCount: Int = 24 << 20
    ) throws -> [[Int]] {
        var census = KeyCensus(keys: keys, spool: spool, memoryByteCount: memoryByteCount)
        for person in people { try census.add(person.map { $0.map(PersonIdentity.init(bytes:)) }) }
        return try census.counts().map { [$0.present, $0.shared] }
    }

    private func countedPlainly(_ people: [[[UInt8]?]]) -> [[Int]] {
        [0..<1, 1..<5, 5..<6].map { positions in
            let values = people.map { Set($0[positions].compactMap { $0 }) }
            let shared = values.enumerated().filter { index, own in
                values.enumerated().contains { $0 != index && !$1.isDisjoint(with: own) }
            }
            return [values.count { !$0.isEmpty }, shared.count]
        }
    }

    @Test func countsByHand() throws {
        func person(_ code: UInt8?, _ names: [UInt8?], _ birth: UInt8?) -> [[UInt8]?] {
            ([code] + names + [birth]).map { $0.map { [$0] } }
        }
        let none = person(nil, [nil, nil, nil, nil], nil)
        let first = person(1, [1, 2, nil, nil], 1)
        #expect(try counts([]) == [[0, 0], [0, 0], [0, 0]])
        #expect(try counts([none, none]) == [[0, 0], [0, 0], [0, 0]])
        #expect(try counts([first, none]) == [[1, 0], [1, 0], [1, 0]])
        // The same bytes under another key, or twice with one person, are not shared.
        #expect(try counts([first, person(2, [3, 3, nil, nil], 2)]) == [[2, 0], [2, 0], [2, 0]])
        // A shares one name with B and another with C.
        #expect(
            try counts([first, person(2, [nil, 2, 3, nil], nil), person(nil, [1, nil, nil, nil], 1), none])
                == [[2, 0], [3, 3], [2, 2]])
    }

    @Test(arguments: [1, 500, 24 << 20]) func countsAsAPlainCountDoes(memoryByteCount: Int) throws {
        var generator = SeededGenerator(seed: 81)
        for size in [2, 65, 300] {
            let people: [[[UInt8]?]] = (0..<size).map { index in
                [Bool.random(using: &generator) ? [7, UInt8(index >> 8), UInt8(truncatingIfNeeded: index)] : nil]
                    + (0..<5).map { _ in
                        Int.random(in: 0..<3, using: &generator) == 0
                            ? [
                                UInt8.random(in: 0...255, using: &generator),
                                UInt8.random(in: 0...1, using: &generator),
                            ]
                            : nil
                    }
            }
            let expected = countedPlainly(people)
            let spool = CountingSpool()
            #expect(try counts(people, spool: spool, memoryByteCount: memoryByteCount) == expected)
            #expect(try counts(people.shuffled(using: &generator), memoryByteCount: memoryByteCount) == expected)
            #expect(spool.open == 0)
            if size == 300 {
                #expect((spool.made > 10) == (memoryByteCount < 1000))
                #expect(expected[1][1] > 100 && expected[1][1] < expected[1][0] && expected[0][1] == 0)
            }
        }
    }

    @Test func passesOnWhatTheSpoolSays() {
        #expect(throws: CountingSpool.Full.self) {
            try counts(
                [[[1], nil, nil, nil, nil, [1]]], spool: CountingSpool(fault: .make), memoryByteCount: 1)
        }
    }
}
