import Crypto
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Whole rounds in which people are found by values, former codes and tokens. [P-21] [P-23] [P-30] [P-33] [P-36] [P-39]
@Suite("Rounds that link in several ways")
struct LinkageRoundTests {
    /// A finished round of these registers' people, and the plain join of the same.
    static func run<S: Suite>(
        _: S.Type, count: Int, keys: [MatchKey], tolerant: TolerantMatching? = nil, release: ReleaseMode,
        smallestCell: Int = 1, rounding: Int = 1, mixers: Int = 0, verification: VerificationMode = .off,
        people: (Agreement) -> [RegisterID: [SimulatedPerson]]
    ) async throws -> (round: SimulatedRound<S>, join: PlaintextJoin) {
        let names = (0..<count).map { "r\($0)" }
        let study = try SimulatedStudy(
            registers: names,
            cohorts: [
                ("everybody", .union(.register("r0"), .register("r1"))),
                ("both", .intersect(.register("r0"), .register("r1"))),
            ],
            releasedFor: release == .rows
                ? Dictionary(uniqueKeysWithValues: names.map { ($0, ["everybody", "both"]) }) : [:],
            options: .init(
                suite: S.id, release: release, padding: .none, matchKeys: keys, tolerantMatching: tolerant,
                smallestCell: smallestCell, countRounding: rounding, mixers: mixers, verification: verification))
        let registers = people(study.agreement)
        let round = SimulatedRound(S.self, study: study, registers: registers)
        try await round.run()
        let record = try round.record()
        let node = record.ring[0]
        let seed = try round.secrets(of: node).exitSalt(for: node, in: record, hpkeKey: study.hpke[node]!).tokenSeed
        let join = PlaintextJoin(
            agreement: study.agreement, registers: registers, tokenSeed: seed.withUnsafeBytes { Array($0) })
        #expect(record.ending == .closed)
        #expect(round.outcome?.linkage?.linked == join.linked)
        #expect(round.outcome?.linkage?.conflicts == join.conflicts)
        #expect(round.outcome?.linkage?.historyConflicts == join.historyConflicts)
        if release == .rows {
            #expect(round.opened.portraits == join.portraits)
            #expect(record.counted == nil)
        } else if smallestCell == 1 {
            #expect(record.counted?.overlap(in: study.agreement) == join.overlap)
            #expect(record.counted?.cohorts.map(\.people) == join.cohortCounts)
        }
        return (round, join)
    }

    static func people(_ agreement: Agreement, seed: UInt64) -> [RegisterID: [SimulatedPerson]] {
        var random = SeededRandom(seed: seed)
        return Dictionary(
            uniqueKeysWithValues: agreement.registers.enumerated().map {
                (
                    $1.id,
                    KeyLinkingTests.people($0, &random).map { person in
                        SimulatedPerson(keys: person.keys, rows: person.rows.map { $0 + [.text("note")] })
                    }
                )
            })
    }

    @Test("several values and former codes", arguments: 2...4)
    func values(count: Int) async throws {
        for release in [ReleaseMode.rows, .none] {
            _ = try await Self.run(
                Ristretto255.self, count: count, keys: KeyLinkingTests.keys, release: release
            ) { Self.people($0, seed: UInt64(count * 10)) }
        }
    }

    @Test("[P-71] several values, former codes and tokens, where every step is proved and mixers link again")
    func verified() async throws {
        for release in [ReleaseMode.rows, .none] {
            let (round, _) = try await Self.run(
                Ristretto255.self, count: 2, keys: KeyLinkingTests.keys, release: release, mixers: 1,
                verification: .full
            ) { Self.people($0, seed: 15) }
            #expect(try round.record().approvals["mixer0"] != nil)
            #expect(try (round.record().approvals["mixer0"]?.linkage != nil) == (release == .rows))
        }
        let (_, join) = try await Self.run(
            Ristretto255.self, count: 3, keys: [.identityCode],
            tolerant: TolerantLinkingTests.settings(agree: 2, bits: 4, mostFrequent: 6), release: .rows, mixers: 2,
            verification: .full
        ) { Self.alike($0, seed: 1) }
        #expect(join.linked.map { $0[1] }.reduce(0, +) > 0)
    }

    @Test("several values and former codes, under P-256")
    func p256() async throws {
        _ = try await Self.run(P256.self, count: 2, keys: KeyLinkingTests.keys, release: .rows) {
            Self.people($0, seed: 77)
        }
    }

    static func alike(_ agreement: Agreement, seed: UInt64, likeness: Int = 20) -> [RegisterID: [SimulatedPerson]] {
        var random = SeededRandom(seed: seed)
        return TolerantLinkingTests.registers(
            agreement, population: 20, likeness: likeness, noise: 15, &random
        ).mapValues { people in
            people.map { person in
                var noted = SimulatedPerson(keys: person.keys, rows: person.rows.map { $0 + [.null] })
                noted.features = person.features
                return noted
            }
        }
    }

    @Test("tokens", arguments: [2, 3])
    func tokens(count: Int) async throws {
        var linked = 0
        for (seed, release) in [(1, ReleaseMode.rows), (2, .none), (3, .rows)] as [(UInt64, ReleaseMode)] {
            let settings = TolerantLinkingTests.settings(agree: 2, bits: 4, mostFrequent: seed == 3 ? 1 : 6)
            let (_, join) = try await Self.run(
                Ristretto255.self, count: count, keys: [.identityCode], tolerant: settings, release: release
            ) { Self.alike($0, seed: seed, likeness: seed == 3 ? 12 : 20) }
            linked += join.linked.map { $0[1] }.reduce(0, +)
        }
        #expect(linked > 0)
    }

    /// A first key that several people of a register share: their items still make lists that every reader accepts.
    @Test("a first key that is no code of one person")
    func shared() async throws {
        let name = MatchKey("name", content: .recipe(MatchRecipe([.field("given")])))
        let both = [name, .identityCode]
        for release in [ReleaseMode.rows, .none] {
            let (_, join) = try await Self.run(Ristretto255.self, count: 2, keys: both, release: release) { _ in
                [
                    "r0": [(1, "a", "1"), (2, "a", "2"), (3, "b", "3"), (4, "a", nil)],
                    "r1": [(5, "a", "2"), (6, "b", nil)],
                ]
                .mapValues { people in
                    people.map { SimulatedPerson(keys: [$0.1, $0.2], rows: [[.integer($0.0), .null]]) }
                }
            }
            #expect(join.linked == [[1, 1], [1, 1]])
        }
    }

    @Test("the only key is one that several people share")
    func onlyShared() async throws {
        let name = MatchKey("name", content: .recipe(MatchRecipe([.field("given")])))
        for release in [ReleaseMode.none, .rows] {
            let study = try SimulatedStudy(
                registers: ["a", "b"], cohorts: [("both", .intersect(.register("a"), .register("b")))],
                releasedFor: release == .rows ? ["a": ["both"], "b": ["both"]] : [:],
                options: .init(release: release, padding: .none, matchKeys: [name]))
            let registers = ["a": ["x", "x", "y", "z"], "b": ["x", "y", "v", "v"]].mapValues {
                $0.map { SimulatedPerson($0, rows: [[.integer(1), .text($0)]]) }
            }
            let round = SimulatedRound(Ristretto255.self, study: study, registers: registers)
            try await round.run()
            let record = try round.record()
            #expect(record.ending == .closed)
            // Nobody can say which x is meant.
            let join = PlaintextJoin(agreement: study.agreement, registers: registers)
            #expect(join.overlap == [1: 3, 2: 3, 3: 1])
            if release == .rows {
                #expect(round.opened.portraits == join.portraits)
                #expect(round.opened.people.count == 1)
                // There is one way to link, so nothing is to be told of it.
                #expect(record.selected != nil && record.selected?.linkage == nil)
            } else {
                #expect(record.counted?.overlap(in: study.agreement) == join.overlap)
                #expect(record.counted?.linkage == nil)
            }
        }
    }

    @Test("an identity code of two people of one register is refused where it comes first")
    func twice() async throws {
        let study = try SimulatedStudy(
            registers: ["a", "b"], cohorts: [("both", .intersect(.register("a"), .register("b")))], releasedFor: [:],
            options: .init(release: .none, padding: .none, matchKeys: [.identityCode, MatchKey("name")]))
        let registers = ["a": [("1", "x"), ("1", "y")], "b": [("1", "x")]].mapValues { people in
            people.map { SimulatedPerson($0.0, $0.1) }
        }
        let round = SimulatedRound(Ristretto255.self, study: study, registers: registers)
        await #expect(throws: DeclarationError.samePersonTwice) { try await round.run() }
    }

    @Test("what counts publish of the links is rounded and withheld")
    func published() async throws {
        let (round, join) = try await Self.run(
            Ristretto255.self, count: 3, keys: KeyLinkingTests.keys, release: .none, smallestCell: 3, rounding: 2
        ) { Self.people($0, seed: 5) }
        let linkage = try #require(try round.record().counted?.linkage)
        func published(_ count: Int) -> Int { count > 0 && count < 3 ? -1 : (count + 1) / 2 * 2 }
        for (told, counts) in zip(linkage.linked, join.linked) {
            // What is small is withheld, and what is told is rounded; with a small one, another of the register is
            // withheld.
            #expect(zip(told, counts).allSatisfy { $0 == -1 || $0 == published($1) })
            let small = counts.count { (1..<3).contains($0) }
            #expect(small == 0 || told.count { $0 == -1 } > small)
        }
        #expect(linkage.linked != join.linked.map { $0.map(published) }, "no number is withheld for another's sake")
        #expect(linkage.conflicts == join.conflicts.map(published))
        #expect(linkage.historyConflicts == published(join.historyConflicts))
        #expect(linkage.linked.joined().contains(-1))
    }

    @Test("what a release tells of the links is for the research environment only")
    func sealed() async throws {
        let (round, join) = try await Self.run(Ristretto255.self, count: 2, keys: KeyLinkingTests.keys, release: .rows)
        {
            Self.people($0, seed: 6)
        }
        let record = try round.record()
        let agreement = round.study.agreement
        let bytes = try #require(record.selected?.linkage).bytes
        let key = round.study.hpke["research"]!
        func open(_ bytes: [UInt8], _ round: RoundID, _ key: XWingMLKEM768X25519.PrivateKey) throws -> PublishedLinkage
        {
            try PublishedLinkage(sealed: bytes, agreement: agreement, round: round, key: key)
        }
        let linkage = try open(bytes, record.round, key)
        #expect(linkage.linked == join.linked)
        #expect(linkage.conflicts == join.conflicts)
        #expect(linkage.historyConflicts == join.historyConflicts)
        for (other, secret) in round.study.hpke where other != "research" {
            #expect(throws: ProtocolViolation(.selectionWrong)) { try open(bytes, record.round, secret) }
        }
        var random = SeededRandom(seed: 1)
        for place in [0, 1_119, 1_120, bytes.count - 1]
            + (0..<20).map({ _ in Int.random(in: bytes.indices, using: &random) })
        {
            var wrong = bytes
            wrong[place] ^= 1
            #expect(throws: ProtocolViolation(.selectionWrong)) { try open(wrong, record.round, key) }
        }
        #expect(throws: ProtocolViolation(.selectionWrong)) { try open(bytes.dropLast(), record.round, key) }
        #expect(throws: ProtocolViolation(.selectionWrong)) { try open(bytes + [0], record.round, key) }
        let otherRound = try #require(RoundID(hex: String(repeating: "0", count: 64)))
        #expect(throws: ProtocolViolation(.selectionWrong)) { try open(bytes, otherRound, key) }
        // One that speaks of another number of keys.
        var wrong = linkage
        wrong.conflicts.append(0)
        let sealed = try wrong.sealed(to: try #require(record.participant("research")), round: record.round)
        #expect(sealed.count == bytes.count)
        #expect(throws: ProtocolViolation(.selectionWrong)) { try open(sealed, record.round, key) }
    }

    @Test("entries that say too much or too little of the links are refused")
    func sizes() async throws {
        for keys in [[MatchKey.identityCode], KeyLinkingTests.keys] {
            let names = ["r0", "r1"]
            let study = try SimulatedStudy(
                registers: names, cohorts: [("all", .register("r0"))], releasedFor: ["r0": ["all"], "r1": ["all"]],
                options: .init(padding: .none, matchKeys: keys))
            let people = [
                "r0": [
                    SimulatedPerson(
                        keys: keys.flatMap { key in (0..<key.valueCount).map { "\(key.name)\($0)" } }, rows: [])
                ]
            ]
            let round = SimulatedRound(Ristretto255.self, study: study, registers: people)
            try await round.run { $0.allStagesDone }
            guard let right = try await round.perform(.coordinator(.match)) as? Selected else {
                Issue.record("no selection")
                return
            }
            let one = keys.count == 1
            #expect((right.linkage == nil) == one)
            var wrongs: [HexBytes?] = [HexBytes([1, 2, 3]), HexBytes([])]
            wrongs.append(one ? HexBytes([UInt8](repeating: 0, count: PublishedLinkage.sealedByteCount)) : nil)
            for wrong in wrongs {
                var content = right
                content.linkage = wrong
                #expect(throws: ProtocolViolation(.selectionWrong, by: "coordinator")) {
                    try round.post(content, by: "coordinator")
                }
            }
            try round.post(right, by: "coordinator")
        }
    }
}
