import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Who is released and who is not, and what stops a release. [P-37] [P-39] [P-44]
@Suite("Limits of a release")
struct ReleaseLimitTests {
    static func people(_ range: Range<Int>) -> [SimulatedPerson] {
        range.map { SimulatedPerson("person \($0)", rows: [[.integer(Int64($0)), .text("row of \($0)")]]) }
    }

    static func round(
        _ registers: [RegisterID: [SimulatedPerson]], cohorts: [(String, CohortExpression)],
        releasedFor: [String: [String]], options: SimulatedStudy.Options
    ) async throws -> SimulatedRound<Ristretto255> {
        let study = try SimulatedStudy(
            registers: registers.keys.sorted(), cohorts: cohorts, releasedFor: releasedFor, options: options)
        let round = SimulatedRound(Ristretto255.self, study: study, registers: registers)
        try await round.run()
        return round
    }

    @Test("people of one register only, and a register that only defines a cohort", arguments: PaddingMode.allCases)
    func definesOnly(padding: PaddingMode) async throws {
        let registers = [
            "clients": Self.people(0..<9), "residents": Self.people(5..<15), "visits": Self.people(7..<30),
        ]
        let cohorts: [(String, CohortExpression)] = [
            ("clients_only", .except(.register("clients"), .register("residents"))),
            ("resident_clients", .intersect(.register("clients"), .register("residents"))),
            ("neighbours", .except(.register("residents"), .register("clients"))),
        ]
        // Residents define cohorts, and have no rows; visits have rows of all, and define none.
        let all = cohorts.map(\.0)
        let round = try await Self.round(
            registers, cohorts: cohorts,
            releasedFor: ["clients": ["clients_only", "resident_clients"], "visits": all],
            options: .init(padding: padding))
        #expect(try round.record().ending == .closed)
        let join = PlaintextJoin(agreement: round.study.agreement, registers: registers)
        #expect(round.opened.portraits == join.portraits)
        // Nobody's rows of a register that releases none, nobody outside the cohorts.
        let residents = try #require(round.study.agreement.registers.firstIndex { $0.id == "residents" })
        #expect(round.opened.rows.values.allSatisfy { $0[residents] == nil })
        #expect(round.opened.people.count == 15)
        #expect((round.opened.dummies > 0) == (padding == .padme))
    }

    @Test("a cohort over its cap stops the release", arguments: [11, 12])
    func overCap(people: Int) async throws {
        var options = SimulatedStudy.Options(padding: .none)
        options.maxPeople = 11
        let round = try await Self.round(
            ["a": Self.people(0..<6), "b": Self.people(6..<people)],
            cohorts: [("everybody", .union(.register("a"), .register("b")))],
            releasedFor: ["a": ["everybody"], "b": ["everybody"]], options: options)
        try Self.checkEnd(round, aborted: people > 11 ? .releasedPeopleCap : nil)
    }

    @Test("a released cohort below the smallest cell stops the release", arguments: [0, 1, 4, 5])
    func smallestCell(people: Int) async throws {
        let options = SimulatedStudy.Options(padding: .none, smallestCell: 5)
        let round = try await Self.round(
            ["a": Self.people(0..<people), "b": Self.people(0..<9)],
            cohorts: [("b_all", .register("b")), ("in_a", .register("a"))],
            releasedFor: ["a": ["b_all", "in_a"], "b": ["b_all", "in_a"]], options: options)
        try Self.checkEnd(round, aborted: people < 5 ? .smallestCell : nil)
    }

    @Test("a small cohort that is released nowhere stops nothing")
    func unreleased() async throws {
        let options = SimulatedStudy.Options(padding: .none, smallestCell: 5)
        let round = try await Self.round(
            ["a": Self.people(0..<2), "b": Self.people(0..<9)],
            cohorts: [("in_a", .register("a")), ("rest", .except(.register("b"), .cohort("in_a")))],
            releasedFor: ["b": ["rest"]], options: options)
        try Self.checkEnd(round, aborted: nil)
    }

    static func checkEnd(_ round: SimulatedRound<Ristretto255>, aborted code: AbortCode?) throws {
        let record = try round.record()
        #expect(record.allErased)
        guard let code else {
            #expect(record.ending == .closed)
            let join = PlaintextJoin(agreement: round.study.agreement, registers: round.registers)
            #expect(round.opened.portraits == join.portraits)
            return
        }
        #expect(record.ending == .aborted(RoundAborted(code: code, participants: [])))
        #expect(record.selected == nil)
        #expect(record.released.isEmpty)
        #expect(round.opened.people.isEmpty)
    }

    @Test("a register that holds more than agreed is not declared")
    func declarations() async throws {
        var options = SimulatedStudy.Options(padding: .none)
        options.maxPeople = 5
        options.maxCellsPerPerson = 1
        options.cellByteCount = 128
        let large = SimulatedPerson(
            "large", rows: (0..<40).map { [.integer(Int64($0) &* 0x1E37_79B9_7F4A_7C15), .text("\($0 * 7_919)")] })
        let cases: [([SimulatedPerson], DeclarationError?)] = [
            (Self.people(0..<5), nil), (Self.people(0..<6), .tooManyPeople), ([large], .personTooLarge),
            (Self.people(0..<2) + Self.people(1..<3), .samePersonTwice),
            ([SimulatedPerson("one", "two")], .wrongKeyCount), ([SimulatedPerson(keys: [], rows: [])], .wrongKeyCount),
        ]
        for (people, error) in cases {
            let run = {
                try await Self.round(
                    ["a": people, "b": []], cohorts: [("everybody", .register("a"))],
                    releasedFor: ["a": ["everybody"], "b": ["everybody"]], options: options)
            }
            if let error {
                await #expect(throws: error) { _ = try await run() }
            } else {
                #expect(try await run().record().ending == .closed)
            }
        }
    }

    @Test("a round that releases nothing has no vault")
    func noVault() async throws {
        let record = try await BoardFixture.counts.value.records[0]
        let builder = try await BatchBuilder<Ristretto255>(
            register: record.agreement.registers[0], record: record, key: Ristretto255.randomScalar(), capsuleKey: nil,
            registerSecret: nil, spool: MemorySpool(), workers: Workers(count: 1))
        var sink = AnyStreamSink(MemorySink(name: "list", streams: MemoryStreams()))
        let declared = try await builder.finishList(into: &sink)
        #expect(declared.summary.count == 0)
        var vaultError: DeclarationError?
        do { _ = try await declared.finishVault(into: &sink) } catch let error as DeclarationError {
            vaultError = error
        }
        #expect(vaultError == .noVault)
    }
}
