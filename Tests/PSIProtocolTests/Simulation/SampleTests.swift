import Crypto
import Testing

@testable import PSIProtocol
@testable import RoundSimulation

/// Samples are drawn by an order over tags that anybody who has the tags can recompute. [P-36] [P-37]
@Suite("Samples")
struct SampleTests {
    static let study = try! SimulatedStudy(
        registers: ["a", "b"],
        cohorts: [
            ("some", .sample(.register("a"), count: 7)), ("fewer", .sample(.register("a"), count: 3)),
            ("all", .sample(.register("b"), count: 1_000)), ("others", .except(.register("a"), .cohort("some"))),
            ("of_both", .sample(.intersect(.register("a"), .register("b")), count: 4)),
        ],
        releasedFor: [
            "a": ["some", "fewer", "others", "of_both"], "b": ["all", "of_both"],
        ], options: .init(padding: .none))

    static func people(_ range: Range<Int>) -> [SimulatedPerson] {
        range.map { SimulatedPerson("person \($0)", rows: [[.integer(Int64($0)), .null]]) }
    }

    static let registers = ["a": people(0..<25), "b": people(15..<40)]

    /// The tags in a list as the coordinator got it.
    static func tags(_ register: String, _ streams: MemoryStreams) async -> [[UInt8]] {
        let list = await streams.load("\(register)/1/0/0")?.dropFirst(ListPrefix.byteCount) ?? []
        let items = Array(list)
        return stride(from: 0, to: items.count, by: 80).map { Array(items[$0..<($0 + 16)]) }
    }

    @Test("are the first of the keyed order, and a smaller one is part of a larger")
    func order() async throws {
        let round = SimulatedRound(Ristretto255.self, study: Self.study, registers: Self.registers)
        try await round.run()
        let a = await Self.tags("a", round.streams)
        let b = Set(await Self.tags("b", round.streams))
        #expect(a.count == 25)
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: try round.record().round.bytes),
            info: Array("SIDOS-V1 sample".utf8) + [0], outputByteCount: 32)
        let ordered = a.sorted {
            Array(HMAC<SHA256>.authenticationCode(for: $0, using: key))
                .lexicographicallyPrecedes(Array(HMAC<SHA256>.authenticationCode(for: $1, using: key)))
        }
        func members(_ bit: UInt64) -> Set<[UInt8]> {
            Set(round.opened.people.filter { $0.value >> bit & 1 == 1 }.keys)
        }
        #expect(members(0) == Set(ordered.prefix(7)))
        #expect(members(1) == Set(ordered.prefix(3)))
        #expect(members(1).isSubset(of: members(0)))
        #expect(members(2) == b)
        #expect(members(3) == Set(ordered.dropFirst(7)))
        #expect(members(4) == Set(ordered.filter { b.contains($0) }.prefix(4)))
    }

    @Test("come out the same when the coordinator matches again")
    func reproducible() async throws {
        let round = SimulatedRound(Ristretto255.self, study: Self.study, registers: Self.registers)
        try await round.run { $0.allStagesDone }
        guard let first = try await round.perform(.coordinator(.match)) as? Selected,
            let second = try await round.perform(.coordinator(.match)) as? Selected
        else {
            Issue.record("nothing was selected")
            return
        }
        #expect(second.selection.attempt == first.selection.attempt + 1)
        #expect(second.selection.count == first.selection.count)
        var people: [[[UInt8]]] = []
        var capsules: Set<[UInt8]> = []
        for attempt in [0, 1] {
            let selection = ListTests.cut(
                try #require(await round.streams.load("research/selection/\(attempt)/0")), SelectedItem.byteCount)
            #expect(!selection.isEmpty)
            people.append(
                selection.map { Array($0[Capsule.byteCount...]) }.sorted { $0.lexicographicallyPrecedes($1) })
            capsules.formUnion(selection.map { Array($0[..<32]) })
            for node in ["owner-a", "owner-b"] {
                #expect(await round.streams.load("\(node)/selection/\(attempt)/0") == selection.flatMap { $0[..<32] })
            }
        }
        // The same items of the same people, under capsules that nobody has seen.
        #expect(people[0] == people[1])
        #expect(capsules.count == 2 * people[0].count)
    }

    @Test("differ from round to round")
    func fresh() async throws {
        var samples: Set<[String]> = []
        for _ in 0..<4 {
            let round = SimulatedRound(Ristretto255.self, study: Self.study, registers: Self.registers)
            try await round.run()
            samples.insert(round.opened.portraits)
        }
        // Four draws of the same seven out of 25 would be a miracle.
        #expect(samples.count > 1)
    }
}
