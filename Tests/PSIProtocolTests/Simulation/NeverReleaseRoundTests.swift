import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// People whom a register's owner never releases. [P-31] [P-44]
@Suite("Never released")
struct NeverReleaseRoundTests {
    private static let cohorts: [(String, CohortExpression)] = [
        ("clients", .intersect(.register("residents"), .register("clinic"))),
        ("others", .except(.register("residents"), .cohort("clients"))),
    ]
    private static let released = [
        "residents": ["clients", "others"], "clinic": ["clients", "others"], "income": ["clients", "others"],
    ]

    private static func study(_ options: SimulatedStudy.Options = .init()) throws -> SimulatedStudy {
        try SimulatedStudy(
            registers: ["residents", "clinic", "income"], cohorts: cohorts, releasedFor: released, options: options)
    }

    private static func run(
        _ registers: [RegisterID: [SimulatedPerson]], _ options: SimulatedStudy.Options = .init()
    ) async throws -> SimulatedRound<Ristretto255> {
        let round = SimulatedRound(Ristretto255.self, study: try study(options), registers: registers)
        try await round.run()
        return round
    }

    /// Everything about sizes that is on the board.
    private static func sizes(_ round: SimulatedRound<Ristretto255>) throws -> [String] {
        let record = try round.record()
        return try round.study.agreement.registers.map { register in
            let batch = try #require(record.batches[register.id])
            return "\(register.id) \(batch.count) \(batch.vault?.count ?? -1) \(batch.survey?.bytes.count ?? -1)"
        } + ["\(record.selected?.requests.count ?? -1)"]
    }

    private static func people(_ names: Range<Int>, rows: Int = 1) -> [SimulatedPerson] {
        names.map { name in
            SimulatedPerson(
                "person \(name)", rows: (0..<rows).map { [.integer(Int64(2009 + $0)), .text("of \(name)")] })
        }
    }

    private static var registers: [RegisterID: [SimulatedPerson]] {
        ["residents": people(0..<40), "clinic": people(20..<50), "income": people(0..<50)]
    }

    private static func withholding(_ person: Int, in register: RegisterID) throws -> [RegisterID: [SimulatedPerson]] {
        var registers = registers
        let index = try #require(registers[register]?.firstIndex { $0.keys == ["person \(person)"] })
        registers[register]?[index].isWithheld = true
        return registers
    }

    @Test("who is left out counts nowhere, and falls into no cohort of people who are not in the register")
    func construction() throws {
        let agreement = try Self.study().agreement
        #expect(agreement.withholding(of: "residents") == .leftOut)
        #expect(agreement.withholding(of: "clinic") == .dummyCell)
        #expect(agreement.withholding(of: "income") == .leftOut)
        var counts = agreement
        counts.release = .none
        #expect(counts.withholding(of: "clinic") == .leftOut)
        // Left out twice is in again; left out of a sample is left out.
        counts.release = .rows
        counts.cohorts[1].expression = .except(
            .register("residents"), .except(.register("residents"), .register("clinic")))
        #expect(counts.withholding(of: "clinic") == .leftOut)
        counts.cohorts[1].expression = .sample(.except(.register("income"), .cohort("clients")), count: 5)
        #expect(counts.withholding(of: "clinic") == .dummyCell)
        #expect(counts.withholding(of: "residents") == .dummyCell)
        #expect(counts.withholding(of: "income") == .leftOut)
        // Whoever is not drawn is in but for the clinic.
        counts.cohorts[1].expression = .except(
            .except(.register("income"), .sample(.register("residents"), count: 5)), .register("clinic"))
        #expect(counts.withholding(of: "clinic") == .dummyCell)
    }

    @Test("a client who objects is no client, nobody else's row is lost, and they are not among the others")
    func leftOutOfEveryCohort() async throws {
        let registers = try Self.withholding(25, in: "clinic")
        let round = try await Self.run(registers)
        let all = try await Self.run(Self.registers)
        let agreement = round.study.agreement
        #expect(round.opened.portraits == PlaintextJoin.portraits(agreement: agreement, registers: registers))
        #expect(round.opened.portraits.count == all.opened.portraits.count - 1)
        #expect(!round.opened.portraits.contains { $0.contains("of 25") })
        #expect(all.opened.portraits.contains { $0.contains("of 25") })
    }

    @Test("on the board nothing differs from a round in which the person has rows in one cell")
    func sameSizesWithDummyCell() async throws {
        let withheld = try await Self.run(try Self.withholding(25, in: "clinic"))
        let all = try await Self.run(Self.registers)
        #expect(try Self.sizes(withheld) == Self.sizes(all))
    }

    @Test("on the board nothing differs from a round in which the person is not in the register")
    func sameSizesLeftOut() async throws {
        for register in ["residents", "income"] {
            let withheld = try await Self.run(try Self.withholding(25, in: register))
            var without = Self.registers
            without[register]?.removeAll { $0.keys == ["person 25"] }
            let absent = try await Self.run(without)
            #expect(try Self.sizes(withheld) == Self.sizes(absent))
            #expect(withheld.opened.portraits == absent.opened.portraits)
        }
    }

    @Test("an owner's survey does not count them")
    func survey() async throws {
        let round = try await Self.run(try Self.withholding(25, in: "clinic"))
        let record = try round.record()
        let batch = try #require(record.batches["clinic"])
        let secret = try RegisterSecret.decapsulate(
            try #require(batch.encapsulation).bytes, register: "clinic", round: record.round,
            key: try #require(round.study.hpke["research"]))
        let survey = try SourceSurvey(
            sealed: try #require(batch.survey).bytes, secret: secret, register: "clinic", round: record.round)
        #expect(survey.people == 29)
    }

    @Test("random registers and objections agree with a plain join", arguments: 1...6 as ClosedRange<UInt64>)
    func random(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        var registers = RoundSimulationTests.randomRegisters(
            ["residents", "clinic", "income"], population: 40, using: &random)
        for (id, people) in registers.sorted(by: { $0.key < $1.key }) {
            registers[id] = people.map { person in
                var person = person
                person.isWithheld = Int.random(in: 0..<4, using: &random) == 0
                return person
            }
        }
        let round = try await Self.run(registers, .init(padding: seed.isMultiple(of: 2) ? .padme : .none))
        let agreement = round.study.agreement
        #expect(round.opened.portraits == PlaintextJoin.portraits(agreement: agreement, registers: registers))
    }

    @Test("a cohort of people whose cells are not all opened is found before anything is sent")
    func cohortOpenedWithout() throws {
        var agreement = try Self.study().agreement
        #expect(agreement.cohortOpened(without: "clinic") == nil)
        agreement.registers[1].releasedFor = ["clients"]
        #expect(agreement.cohortOpened(without: "clinic") == "others")
        #expect(agreement.cohortOpened(without: "income") == nil)
    }
}
