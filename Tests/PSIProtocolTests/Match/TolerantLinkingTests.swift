import Crypto
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Linking by tokens, judged by the rule as it reads. [P-23] [P-36]
@Suite("Linking by tokens")
struct TolerantLinkingTests {
    static func settings(
        tokens: Int = 12, agree: Int = 3, bits: Int = 6, margin: Int = 1, mostFrequent: Int = 6,
        patterns: [[Int]] = [[0, 1], [0, 0], [1, 0, 1]]
    ) -> TolerantMatching {
        TolerantMatching(
            tokenCount: tokens, agreeCount: agree, bits: bits, margin: margin, mostFrequent: mostFrequent,
            groups: [
                FeatureGroup(name: "name", features: [MatchFeature(field: "given", form: .bigrams)]),
                FeatureGroup(name: "birth", features: [MatchFeature(field: "birth", form: .parts)]),
            ], patterns: patterns)
    }

    /// A person whose features are those of number `person`, some of them changed.
    static func person(
        _ person: Int, row: Int, code: String? = nil, noise: Int, _ random: inout SeededRandom
    ) -> SimulatedPerson {
        func features(_ kind: String, _ count: Int) -> [[UInt8]] {
            (0..<count).compactMap { index in
                let roll = Int.random(in: 0..<100, using: &random)
                if roll < noise / 3 { return nil }
                let other = roll < noise ? Int.random(in: 0..<500, using: &random) : person
                return Array("\(kind) \(index) \(other)".utf8)
            }
        }
        var made = SimulatedPerson(keys: [code], rows: [[.integer(Int64(row))]])
        made.features = [features("name", 7), features("birth", 3)]
        return made
    }

    /// - Parameter population: of which half are in each register; people with the same remainder by `likeness` are
    ///   alike.
    static func registers(
        _ agreement: Agreement, population: Int, likeness: Int, noise: Int, _ random: inout SeededRandom
    ) -> [RegisterID: [SimulatedPerson]] {
        var registers: [RegisterID: [SimulatedPerson]] = [:]
        for (index, register) in agreement.registers.enumerated() {
            registers[register.id] = (0..<population).compactMap { person in
                guard Bool.random(using: &random) else { return nil }
                let code = Int.random(in: 0..<4, using: &random) == 0 ? "code \(person)" : nil
                return Self.person(
                    person % likeness, row: index * 1_000 + person, code: code, noise: noise, &random)
            }
        }
        return registers
    }

    @Test("any people, by any number of registers", arguments: 2...4)
    func random(count: Int) async throws {
        var linkedCount = 0
        for seed in 0..<18 as Range<UInt64> {
            var random = SeededRandom(seed: seed &* 97 &+ UInt64(count))
            let settings = Self.settings(
                agree: Int.random(in: 1...5, using: &random), bits: Int.random(in: 1...14, using: &random),
                margin: Int.random(in: 1...6, using: &random), mostFrequent: Int.random(in: 1...8, using: &random))
            let agreement = try LinkedRecords.agreement(registers: count, keys: [.identityCode], tolerant: settings)
            let registers = Self.registers(
                agreement, population: 20, likeness: [20, 14, 8][Int(seed % 3)],
                noise: [10, 25, 45][Int(seed / 3 % 3)],
                &random)
            let join = PlaintextJoin(agreement: agreement, registers: registers, tokenSeed: LinkedRecords.seed)
            let linked = try await LinkedRecords(agreement, registers)
            #expect(linked.people == join.texts, "seed \(seed)")
            #expect(linked.counts.linked == join.linked, "seed \(seed)")
            #expect(linked.counts.conflicts == join.conflicts, "seed \(seed)")
            // Nobody has two records of one register, and an owner that keeps what is frequent changes nothing.
            #expect(
                try await LinkedRecords(agreement, registers, keepsFrequent: Int(seed) % count).people == join.texts)
            linkedCount += join.linked.map { $0[1] }.reduce(0, +)
        }
        #expect(linkedCount > 50)
    }

    @Test("the same on any number of cores, in pieces of any size")
    func cores() async throws {
        var random = SeededRandom(seed: 6)
        let agreement = try LinkedRecords.agreement(
            registers: 3, keys: [.identityCode, MatchKey("former_code", content: .formerCode, valueCount: 1)],
            tolerant: Self.settings(agree: 2, bits: 2))
        var registers = Self.registers(agreement, population: 80, likeness: 60, noise: 20, &random)
        for id in registers.keys {
            for index in registers[id, default: []].indices {
                let code = Int.random(in: 0..<9, using: &random) == 0 ? "code \(index % 40)" : nil
                registers[id]?[index].keys.append(code)
            }
        }
        let join = PlaintextJoin(agreement: agreement, registers: registers, tokenSeed: LinkedRecords.seed)
        for (workers, pieceCount) in [(1, 1), (2, 2_048), (8, 5)] {
            let linked = try await LinkedRecords(agreement, registers, workers: workers, pieceCount: pieceCount)
            #expect(linked.people == join.texts)
            #expect(linked.counts.linked == join.linked && linked.counts.conflicts == join.conflicts)
        }
        // Every link has found somebody.
        #expect((0..<3).map { link in join.linked.map { $0[link] }.max() ?? 0 }.allSatisfy { $0 > 0 }, "\(join.linked)")
    }

    /// Which of the people of two registers are linked; each is a list of features of one group.
    static func linked(_ registers: [[[String]]], _ settings: TolerantMatching) async throws -> LinkedRecords {
        let agreement = try LinkedRecords.agreement(
            registers: registers.count, keys: [.identityCode], tolerant: settings)
        var people: [RegisterID: [SimulatedPerson]] = [:]
        for (index, register) in registers.enumerated() {
            people["r\(index)"] = register.enumerated().map { position, features in
                var person = SimulatedPerson(keys: [nil], rows: [[.integer(Int64(index * 100 + position))]])
                person.features = [features.map { Array($0.utf8) }, [[1]]]
                return person
            }
        }
        let linked = try await LinkedRecords(agreement, people)
        #expect(
            linked.people
                == PlaintextJoin(agreement: agreement, registers: people, tokenSeed: LinkedRecords.seed).texts)
        return linked
    }

    @Test("the rule, case by case")
    func rule() async throws {
        let one = Self.settings(tokens: 4, agree: 4, bits: 4, patterns: [[0, 0]])
        let others = (0..<14).map { ["other \($0)"] }
        // All tokens shared.
        #expect(try await Self.linked([[["a"]] + others, [["a"]]], one).counts.linked == [[0, 1], [0, 1]])
        // Two who are as alike are a tie.
        #expect(try await Self.linked([[["a"], ["a"]] + others, [["a"]]], one).counts.linked == [[0, 0], [0, 0]])
        // Each token weighs ⌊log2(16 items / 2 holders)⌋ = 3 bits.
        var exact = one
        exact.bits = 12
        #expect(try await Self.linked([[["a"]] + others, [["a"]]], exact).counts.linked == [[0, 1], [0, 1]])
        exact.bits = 13
        #expect(try await Self.linked([[["a"]] + others, [["a"]]], exact).counts.linked == [[0, 0], [0, 0]])
        // However wide the margin, somebody alone has nobody to surpass.
        exact.bits = 12
        exact.margin = 100
        #expect(try await Self.linked([[["a"]] + others, [["a"]]], exact).counts.linked == [[0, 1], [0, 1]])
        // Three registers: one record of each.
        let three = try await Self.linked([[["a"]] + others, [["a"]], [["a"]]], one)
        #expect(three.counts.linked == [[0, 1], [0, 1], [0, 1]])
        // No features, no tokens.
        #expect(try await Self.linked([[[]], [[]]], one).counts.linked == [[0, 0], [0, 0]])
    }

    /// As alike as one another: a first and b, b and c, c and a second. They would chain two records of one register.
    @Test("no chain holds two records of one register")
    func chain() async throws {
        var settings = Self.settings(tokens: 6, agree: 2, bits: 2, patterns: [[0, 0], [1, 1], [2, 2]])
        settings.groups = ["ab", "bc", "ca"].map { FeatureGroup(name: $0, features: []) }
        let agreement = try LinkedRecords.agreement(registers: 3, keys: [.identityCode], tolerant: settings)
        func person(_ row: Int64, _ features: String...) -> SimulatedPerson {
            var person = SimulatedPerson(keys: [nil], rows: [[.integer(row)]])
            person.features = features.map { $0.isEmpty ? [] : [Array($0.utf8)] }
            return person
        }
        let registers = [
            "r0": [person(1, "x", "", ""), person(2, "", "", "z")], "r1": [person(3, "x", "y", "")],
            "r2": [person(4, "", "y", "z")],
        ]
        let join = PlaintextJoin(agreement: agreement, registers: registers, tokenSeed: LinkedRecords.seed)
        let linked = try await LinkedRecords(agreement, registers)
        #expect(linked.people == join.texts && linked.people.count == 4)
        #expect(linked.counts.conflicts == join.conflicts && join.conflicts[1] > 0)
        #expect(linked.counts.linked == [[0, 0], [0, 0], [0, 0]])
    }

    @Test("tokens of too many people are left out by their owner, and not counted if it does not")
    func frequent() async throws {
        let settings = Self.settings(tokens: 4, agree: 4, bits: 4, mostFrequent: 2, patterns: [[0, 0]])
        var maker = TokenMaker(settings: settings, seed: SymmetricKey(data: LinkedRecords.seed))
        let features: [[[UInt8]]] = [[[1, 2]], []]
        let all = maker.allTokens(of: features)
        #expect(all.count == 4 && all.allSatisfy { $0 != nil })
        maker.count(all)
        maker.count(all)
        #expect(maker.tokens(of: features) == all)
        maker.count(all)
        #expect(maker.tokens(of: features) == [nil, nil, nil, nil])
        #expect(maker.allTokens(of: features) == all)
        // Three alike in one register, one in each of two others: only those two are linked.
        let agreement = try LinkedRecords.agreement(registers: 3, keys: [.identityCode], tolerant: settings)
        func person(_ row: Int64, _ feature: String) -> SimulatedPerson {
            var person = SimulatedPerson(keys: [nil], rows: [[.integer(row)]])
            person.features = [[Array(feature.utf8)], []]
            return person
        }
        let registers = [
            "r0": [person(1, "a"), person(2, "a"), person(3, "a")], "r1": [person(4, "a")],
            "r2": [person(5, "a")] + (10..<20).map { person($0, "\($0)") },
        ]
        for keepsFrequent in [nil, 0] {
            let linked = try await LinkedRecords(agreement, registers, keepsFrequent: keepsFrequent)
            #expect(linked.counts.linked == [[0, 0], [0, 1], [0, 1]])
        }
    }

    @Test("a weight is the whole part of log2, at least one")
    func weights() {
        for (holders, items, weight) in [
            (2, 2, 1), (2, 3, 1), (2, 4, 1), (2, 7, 1), (2, 8, 2), (2, 15, 2), (2, 16, 3), (3, 23, 2), (3, 24, 3),
            (2, 8_000_000, 21), (5, 4, 1),
        ] {
            #expect(TokenPairs.weight(of: holders, in: items) == weight, "\(holders) of \(items)")
        }
    }

    @Test("runs on the spool are all read back and discarded, damaged ones are noticed")
    func spooled() async throws {
        var random = SeededRandom(seed: 5)
        let agreement = try LinkedRecords.agreement(registers: 2, keys: [.identityCode], tolerant: Self.settings())
        let registers = Self.registers(agreement, population: 60, likeness: 60, noise: 10, &random)
        let spool = DamagedSpool { $0[...] }
        let linked = try await LinkedRecords(agreement, registers, spool: spool)
        #expect(linked.counts.linked[0][1] > 0)
        let (made, discarded) = (spool.log.made.withLock { $0 }, spool.log.discarded.withLock { $0 })
        // The people themselves are kept for as long as somebody may look.
        #expect(made > 2 && discarded == made - 1)
        await #expect(throws: ExternalSortError.truncatedRun) {
            _ = try await LinkedRecords(agreement, registers, spool: DamagedSpool { $0.dropLast(3) })
        }
        #expect(throws: ExternalSortError.truncatedRun) {
            let records = try FixedRecords(of: [[1, 2], [3, 4]], spool: DamagedSpool { $0.dropLast(1) })
            try records.forEachBlock { _ in }
        }
    }

    @Test("records of one width come back in order, as often as they are asked for")
    func fixedRecords() throws {
        let many = (0..<40_000).map { BigEndian.u32($0) + [9, 9, 9] }
        let records = try FixedRecords(of: many, spool: MemorySpool())
        #expect(records.count == many.count)
        for _ in 0..<2 {
            var read: [UInt8] = []
            try records.forEachBlock {
                #expect($0.count.isMultiple(of: 7))
                read += $0
            }
            #expect(read == Array(many.joined()))
        }
    }

    @Test("TokenMaker makes what the definition says")
    func definition() {
        var random = SeededRandom(seed: 9)
        for _ in 0..<8 {
            let settings = Self.settings(
                tokens: Int.random(in: 1...64, using: &random), patterns: [[0, 1], [1, 1, 0, 1, 0, 0, 1, 0]])
            let seed = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
            let person = Self.person(1, row: 0, noise: 30, &random)
            #expect(
                TokenMaker(settings: settings, seed: SymmetricKey(data: seed)).allTokens(of: person.features)
                    == NaiveTokens(settings: settings, seed: seed).tokens(of: person.features))
        }
        let maker = TokenMaker(settings: Self.settings(), seed: SymmetricKey(data: LinkedRecords.seed))
        #expect(maker.allTokens(of: []).allSatisfy { $0 == nil })
        // A pattern of a group that the person has none of gives no token; the others stay what they are.
        let half = maker.allTokens(of: [[[1]], []])
        #expect(half.map { $0 != nil } == (0..<12).map { $0 % 3 == 1 })
        #expect(half[1] == maker.allTokens(of: [[[1]], [[2]]])[1])
    }
}

extension FixedRecords {
    fileprivate init(of records: [[UInt8]], spool: any Spool) throws {
        var writer = try FixedRecords.Writer(spool: spool, byteCount: records[0].count)
        for record in records { try writer.append(record) }
        self = try writer.finish()
    }
}
