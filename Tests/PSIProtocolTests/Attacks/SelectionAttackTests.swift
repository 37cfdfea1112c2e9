import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation

/// A coordinator that selects whom it likes, and makes board, requests and selection agree: what the research
/// environment finds by itself. [P-44]
@Suite("Attack: a dishonest selection")
struct SelectionAttackTests {
    private static let clients = UInt64(1)
    private static let others = UInt64(2)
    private static let drawn = UInt64(4)

    /// Residents and clinic are released for both cohorts, register `members` only defines the third, of at most five
    /// drawn people; `income` is released for clients alone.
    private static func agreement(_ change: (inout Agreement) -> Void = { _ in }) throws -> Agreement {
        let clients = CohortExpression.intersect(.register("residents"), .register("clinic"))
        var options = SimulatedStudy.Options()
        options.maxPeople = 20
        var agreement = try SimulatedStudy(
            registers: ["residents", "clinic", "income", "members"],
            cohorts: [
                ("clients", clients), ("others", .except(.register("residents"), .cohort("clients"))),
                ("drawn", .sample(.register("members"), count: 5)),
            ],
            releasedFor: [
                "residents": ["clients", "others", "drawn"], "clinic": ["clients", "others"], "income": ["clients"],
            ], options: options
        ).agreement
        change(&agreement)
        return agreement
    }

    private static func items(_ tags: Range<Int>, _ registers: [Int], cohorts: UInt64) -> [SelectedItem] {
        tags.flatMap { tag in
            registers.map { register in
                SelectedItem(
                    a: .filled(UInt8(register), 32), b: .filled(0, 32), register: register,
                    tag: .filled(UInt8(tag), 16), cohorts: cohorts, link: Clusters.noLink)
            }
        }
    }

    /// What is wrong with a selection; nil if nothing is seen to be.
    private static func breach(_ agreement: Agreement, _ items: [SelectedItem]) throws -> ProtocolViolation.Kind? {
        var audit = try SelectionAudit(agreement, spool: MemorySpool())
        for item in items.shuffled() { try audit.add(item) }
        do throws(SelectionAudit.Failure) { try audit.finish() } catch {
            guard case .breach(let kind) = error else { throw error }
            return kind
        }
        return nil
    }

    /// Ten clients, some with income, and eight others.
    private static let honest =
        items(0..<6, [0, 1, 2], cohorts: clients) + items(6..<10, [0, 1], cohorts: clients)
        + items(10..<18, [0], cohorts: others)

    /// Some of the register that only defines a cohort were drawn; they are clients, or not.
    private static func drawn(_ count: Int, clients isClient: Bool = true) -> [SelectedItem] {
        isClient
            ? items(20..<(20 + count), [0, 1, 2, 3], cohorts: clients | drawn)
            : items(20..<(20 + count), [0, 3], cohorts: others | drawn)
    }

    @Test("an honest selection passes, and so does an empty one where the smallest cell allows it")
    func honestSelection() throws {
        let agreement = try Self.agreement()
        #expect(try Self.breach(agreement, Self.honest) == nil)
        #expect(try Self.breach(agreement, []) == nil)
        #expect(try Self.breach(agreement, Self.honest + Self.drawn(5)) == nil)
        #expect(try Self.breach(try Self.agreement { $0.smallestCell = 3 }, Self.honest + Self.drawn(3)) == nil)
    }

    @Test("rows attached to another's tag contradict the tag's cohorts")
    func attachedRows() throws {
        let agreement = try Self.agreement()
        // A clinic's item under the tag of somebody selected for not being in the clinic.
        #expect(
            try Self.breach(agreement, Self.honest + Self.items(12..<13, [1], cohorts: Self.others)) == .selectionWrong)
        // Two items of one register under one tag.
        #expect(
            try Self.breach(agreement, Self.honest + Self.items(3..<4, [1], cohorts: Self.clients)) == .selectionWrong)
        // The same person with other cohorts in another register.
        let split = Self.items(19..<20, [0], cohorts: Self.others) + Self.items(19..<20, [1], cohorts: Self.clients)
        #expect(try Self.breach(agreement, Self.honest + split) == .selectionWrong)
    }

    @Test("cohorts that the person's registers rule out")
    func wrongCohorts() throws {
        let agreement = try Self.agreement()
        for wrong in [
            // A client who is not in the clinic; in both cohorts, which exclude each other.
            Self.items(19..<20, [0], cohorts: Self.clients), Self.items(19..<20, [1, 2], cohorts: Self.clients),
            Self.items(19..<20, [0, 1], cohorts: Self.clients | Self.others),
            // A resident is a client or not: neither is no cohort of theirs. Nobody is drawn from where they are not.
            Self.items(19..<20, [0, 3], cohorts: Self.drawn),
            Self.items(19..<20, [0, 1], cohorts: Self.clients | Self.drawn),
        ] { #expect(try Self.breach(agreement, Self.honest + wrong) == .selectionWrong) }
    }

    @Test("a register that is not disclosed for the person's cohorts")
    func undisclosed() throws {
        let agreement = try Self.agreement()
        #expect(
            try Self.breach(agreement, Self.honest + Self.items(19..<20, [0, 2], cohorts: Self.others))
                == .selectionWrong)
    }

    @Test("more people than a cohort's cap or its sample has")
    func caps() throws {
        let agreement = try Self.agreement()
        let others = Self.items(30..<43, [0], cohorts: Self.others)
        #expect(try Self.breach(agreement, Self.honest + others) == .releaseCapExceeded)
        #expect(try Self.breach(agreement, Self.honest + others.dropLast()) == nil)
        #expect(try Self.breach(agreement, Self.honest + Self.drawn(6)) == .selectionWrong)
    }

    @Test("a cohort below the smallest cell, where all of it is shown")
    func smallestCell() throws {
        let agreement = try Self.agreement { $0.smallestCell = 3 }
        let rest = Self.honest.suffix(8) + Self.drawn(3, clients: false)
        let clients = Self.items(0..<3, [0, 1], cohorts: Self.clients)
        #expect(try Self.breach(agreement, clients + rest) == nil)
        #expect(try Self.breach(agreement, clients.dropLast(2) + rest) == .selectionWrong)
        #expect(try Self.breach(agreement, Array(rest)) == .selectionWrong)
        #expect(try Self.breach(agreement, Self.honest) == .selectionWrong)
        // Where a cohort's people need not be in a register that is disclosed for it, the others are not seen.
        let partly = try SimulatedStudy(
            registers: ["residents", "clinic"],
            cohorts: [("residents_all", .register("residents")), ("in_clinic", .register("clinic"))],
            releasedFor: ["residents": ["in_clinic"], "clinic": ["residents_all"]], options: .init(smallestCell: 3)
        ).agreement
        #expect(try Self.breach(partly, Self.items(0..<1, [0, 1], cohorts: 3)) == nil)
    }

    /// The whole way: the coordinator announces digests of what it made, and nodes answer for its requests.
    @Test("the research environment stops before it says that it received anything, and names the coordinator")
    func stopsTheRound() async throws {
        let fixture = try await FaultFixture.receiving.value
        let width = SelectedItem.byteCount
        let bytes = try #require(await fixture.streams.load("research/selection/0/0"))
        let tags = stride(from: 0, to: bytes.count, by: width).map { start in
            (register: bytes[start + 64], tag: Array(bytes[(start + 65)..<(start + 81)]))
        }
        // Two items of left under one tag: rows of one person are attached to another.
        let first = try #require(tags.first { $0.register == 0 })
        let second = try #require(tags.lastIndex { $0.register == 0 && $0.tag != first.tag })
        let outcome = try await fixture.outcome(
            of: .research(.receive), damaging: "research/selection/0/0",
            Records.write(first.tag, at: 65, of: second, width: width)
        ) { $0.selected?.selection.digest = $1.digest }
        #expect(outcome.violation == ProtocolViolation(.selectionWrong, by: "coordinator"))
    }

    @Test("random rounds of an honest coordinator pass", arguments: 1...6 as ClosedRange<UInt64>)
    func randomRounds(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let registers = RoundSimulationTests.randomRegisters(["a", "b", "c"], population: 40, using: &random)
        let cohorts: [(String, CohortExpression)] = [
            ("ab", .intersect(.register("a"), .register("b"))), ("rest", .except(.register("a"), .cohort("ab"))),
            ("some", .sample(.union(.register("c"), .cohort("ab")), count: 7)),
        ]
        let study = try SimulatedStudy(
            registers: ["a", "b", "c"], cohorts: cohorts,
            releasedFor: ["a": ["ab"], "b": ["ab", "some"], "c": seed.isMultiple(of: 2) ? ["rest", "some"] : []],
            options: .init(padding: seed.isMultiple(of: 3) ? .none : .padme))
        let round = SimulatedRound(Ristretto255.self, study: study, registers: registers)
        try await round.run()
        #expect(try round.record().ending == .closed)
    }
}
