import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation

/// Whole rounds over a toy group, for every small population there is, against the plaintext join.
/// [P-16] [P-31] [P-34] [P-35] [P-36] [P-37] [P-44]
@Suite("Toy rounds")
struct ToyRoundTests {
    struct Setting: Sendable {
        var parties: Int
        var keyCount = 1
        var release = ReleaseMode.none
        var padding = PaddingMode.none
    }

    /// Keys exchanged once, for all rounds of a setting.
    static func prepare(_ setting: Setting) async throws -> PreparedRound {
        let names = (0..<setting.parties).map { "register_\($0)" }
        var options = SimulatedStudy.Options(
            release: setting.release, padding: setting.padding,
            matchKeys: (0..<setting.keyCount).map { MatchKey("key_\($0)") })
        options.cellByteCount = 128
        let cohorts: [(String, CohortExpression)] = [
            ("both", .intersect(.register(names[0]), .register(names[1]))),
            ("other", .except(.register(names[1]), .register(names[0]))),
            ("last", .register(names[setting.parties - 1])),
        ]
        let released = Dictionary(uniqueKeysWithValues: names.map { ($0, ["both", "other", "last"]) })
        let study = try SimulatedStudy(
            registers: names, cohorts: cohorts, releasedFor: setting.release == .rows ? released : [:],
            options: options)
        let round = SimulatedRound(Ristretto255.self, study: study, registers: [:])
        try await round.run { $0.allManifestsSigned }
        return try round.prepared().toy()
    }

    /// Runs one round and compares it with the join.
    ///
    /// - Returns: groups of records that the keys would have chained together.
    @discardableResult
    static func check(_ contents: [[SimulatedPerson]], _ prepared: PreparedRound) async throws -> Int {
        let agreement = prepared.study.agreement
        let registers = Dictionary(uniqueKeysWithValues: zip(agreement.registers.map(\.id), contents))
        let round = SimulatedRound(ToySuite.self, from: prepared, registers: registers)
        try await round.run()
        let record = try round.record()
        let join = PlaintextJoin(agreement: agreement, registers: registers)
        let about = Comment(rawValue: "\(contents.map { $0.map(\.keys) })")
        #expect(record.ending == .closed, about)
        #expect(round.outcome?.conflictCount == join.conflictCount, about)
        if record.releasesRows {
            #expect(round.opened.portraits == join.portraits, about)
        } else {
            let counted = try #require(record.counted)
            #expect(counted.overlap(in: agreement) == join.overlap, about)
            #expect(counted.cohorts.map(\.people) == join.cohortCounts, about)
            #expect(counted.overlap.allSatisfy { !$0.upperBound })
        }
        return join.conflictCount
    }

    static func person(_ keys: [String?]) -> SimulatedPerson {
        SimulatedPerson(keys: keys, rows: [[.integer(1), .text(keys.map { $0 ?? "-" }.joined())]])
    }

    /// Every subset of a population that has one key.
    static func subsets(of population: Int) -> [[SimulatedPerson]] {
        (0..<(1 << population)).map { mask in
            (0..<population).filter { mask >> $0 & 1 == 1 }.map { person(["\($0)"]) }
        }
    }

    @Test("counts, two parties, every pair of subsets of four people")
    func countsOfPairs() async throws {
        let prepared = try await Self.prepare(Setting(parties: 2))
        let subsets = Self.subsets(of: 4)
        for left in subsets { for right in subsets { try await Self.check([left, right], prepared) } }
    }

    @Test("releases, two parties, every pair of subsets of three people")
    func releasesOfPairs() async throws {
        let prepared = try await Self.prepare(Setting(parties: 2, release: .rows))
        let subsets = Self.subsets(of: 3)
        for left in subsets { for right in subsets { try await Self.check([left, right], prepared) } }
    }

    @Test("three parties, every triple of subsets of two people, released and counted")
    func triples() async throws {
        let counting = try await Self.prepare(Setting(parties: 3))
        let releasing = try await Self.prepare(Setting(parties: 3, release: .rows))
        let subsets = Self.subsets(of: 2)
        for left in subsets {
            for middle in subsets {
                for right in subsets {
                    try await Self.check([left, middle, right], counting)
                    if left.count + middle.count > 2 { try await Self.check([left, middle, right], releasing) }
                }
            }
        }
    }

    /// Registers of up to two records with two keys of two values each, either of which may be missing. First keys are
    /// unique within a register: it groups its rows by them.
    static let twoKeyed: [[SimulatedPerson]] = {
        let values: [String?] = [nil, "1", "2"]
        let records = values.flatMap { a in values.map { [a, $0] } }.filter { $0 != [nil, nil] }
        var contents: [[[String?]]] = [[]] + records.map { [$0] }
        for (index, first) in records.enumerated() {
            for second in records[(index + 1)...] where first[0] == nil || first[0] != second[0] {
                contents.append([first, second])
            }
        }
        return contents.map { $0.map(person) }
    }()

    @Test("two keys, two parties, every pair of registers of up to two records")
    func twoKeys() async throws {
        #expect(Self.twoKeyed.count == 31)
        let prepared = try await Self.prepare(Setting(parties: 2, keyCount: 2))
        var conflictCount = 0
        for (index, left) in Self.twoKeyed.enumerated() {
            for right in Self.twoKeyed[index...] { conflictCount += try await Self.check([left, right], prepared) }
        }
        #expect(conflictCount > 10)
    }

    @Test("two keys, three parties, samples, counted and released", arguments: [ReleaseMode.none, .rows])
    func twoKeysThreeParties(release: ReleaseMode) async throws {
        let prepared = try await Self.prepare(Setting(parties: 3, keyCount: 2, release: release))
        var random = SeededRandom(seed: release == .rows ? 51 : 52)
        for _ in 0..<(release == .rows ? 40 : 120) {
            let contents = (0..<3).map { _ in Self.twoKeyed.randomElement(using: &random) ?? [] }
            try await Self.check(contents, prepared)
        }
    }

    @Test("three parties, samples of four people, with padding")
    func padded() async throws {
        let prepared = try await Self.prepare(Setting(parties: 3, release: .rows, padding: .padme))
        var random = SeededRandom(seed: 53)
        let subsets = Self.subsets(of: 4)
        for _ in 0..<6 {
            try await Self.check((0..<3).map { _ in subsets.randomElement(using: &random) ?? [] }, prepared)
        }
    }

    @Test("the toy group is a group, and its proofs hold")
    func group() throws {
        let elements = (1..<ToySuite.order).flatMap { ToySuite.encode(0, ToySuite.power(ToySuite.generator, $0)) }
        let batch = try #require(ElementBatch<ToySuite>(bytes: elements))
        try ToySuite.validate(batch)
        #expect(Set((0..<batch.count).map { Array(batch[$0]) }).count == ToySuite.order - 1)
        for value in [0, 1, ToySuite.modulus - 1, ToySuite.modulus, 65_535] {
            let encoding = ElementBatch<ToySuite>(trusted: ToySuite.encode(0, value))
            #expect(throws: GroupError.invalidElement(index: 0)) { try ToySuite.validate(encoding) }
        }
        let key = ToySuite.randomScalar()
        let publicKey = ToySuite.multiplyGenerator(by: key)
        let proof = SchnorrProof.make(key: key, publicKey: publicKey, context: [1])
        #expect(proof.holds(ToySuite.self, publicKey: publicKey, context: [1]))
    }
}
