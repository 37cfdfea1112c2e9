import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// An owner, or a hop, that wants to know whether a person it chose is selected, from what the research environment
/// does between the last `Released` and `Received`. [P-44] [P-47]
@Suite("Attack: is this person selected?")
struct ReceivingAttackTests {
    /// Of left's people, the chosen one has 300 rows in many cells, another one row.
    private static func left() -> [SimulatedPerson] {
        (0..<40).map { person in
            SimulatedPerson(
                "person \(person)",
                rows: (0..<(person == 7 ? 300 : 1)).map { row in
                    // Hardly compressible, so that many rows are many cells.
                    [.integer(Int64(person * 1_000 + row) &* 0x1e37_79b9_7f4a_7c15), .text("of \(person) \(row)")]
                })
        }
    }

    /// Right has the chosen person, or another in their place.
    private static func round(
        choosing isChosenSelected: Bool, _ access: VaultAccess, left: [SimulatedPerson] = left()
    ) async throws -> SimulatedRound<Ristretto255> {
        var options = SimulatedStudy.Options(vaultAccess: access)
        options.cellByteCount = 128
        options.maxPeople = 50
        let study = try SimulatedStudy(
            registers: ["left", "right"], cohorts: [("both", .intersect(.register("left"), .register("right")))],
            releasedFor: ["left": ["both"], "right": ["both"]], options: options)
        let others = (0..<9).map { SimulatedPerson("person \($0 + 20)", rows: [[.integer(1), .null]]) }
        let right =
            others + [SimulatedPerson(isChosenSelected ? "person 7" : "person 8", rows: [[.integer(1), .null]])]
        let round = SimulatedRound(Ristretto255.self, study: study, registers: ["left": left, "right": right])
        try await round.run { $0.allReleased }
        return round
    }

    /// What the research environment does, and how much of it, from the last `Released` to `Received`.
    private static func operations(_ round: SimulatedRound<Ristretto255>) async throws -> [String] {
        let log = OperationLog()
        round.recording = log
        let body = try await round.perform(.research(.receive))
        #expect(body is Received)
        return log.lines
    }

    @Test(
        "two worlds: whoever is selected, the same operations of the same sizes in the same order",
        arguments: [VaultAccess.whole, .selected])
    func twoWorlds(_ access: VaultAccess) async throws {
        let selected = try await Self.round(choosing: true, access)
        let other = try await Self.round(choosing: false, access)
        let operations = try await Self.operations(selected)
        #expect(operations == (try await Self.operations(other)))
        #expect(operations.count > 40)
        // The worlds differ in what is opened once the round has closed.
        #expect(selected.opened.rows.values.contains { $0[0]?.count == 300 })
        #expect(!other.opened.rows.values.contains { $0[0]?.count == 300 })
        #expect(selected.opened.people.count == 10 && other.opened.people.count == 10)
    }

    @Test("a vault is read once, also if somebody selected has several cells")
    func onePass() async throws {
        let operations = try await Self.operations(try await Self.round(choosing: true, .whole))
        #expect(operations.filter { $0 == "read left/vault/0/0" }.count == 1)
        #expect(operations.filter { $0 == "read right/vault/0/0" }.count == 1)
    }

    @Test("how many cells are asked for depends on how many items are selected, not on how many cells they have")
    func asMuchForEverybody() async throws {
        let operations = try await Self.operations(try await Self.round(choosing: true, .selected))
        // Ten items of each register, 64 cells at most each.
        #expect(
            operations.filter { $0.hasPrefix("cells of") } == [
                "cells of left/vault/0/0: 640", "cells of right/vault/0/0: 640",
            ])
    }

    @Test(
        "two worlds: rows that no owner writes, for a person it chose, change nothing before the end",
        arguments: [VaultAccess.whole, .selected])
    func damagedRows(_ access: VaultAccess) async throws {
        var left = Self.left()
        left[7].rawRows = [UInt8](repeating: 0xff, count: 40)
        let selected = try await Self.round(choosing: true, access, left: left)
        let other = try await Self.round(choosing: false, access, left: left)
        let operations = try await Self.operations(selected)
        #expect(operations == (try await Self.operations(other)))
        #expect(selected.opened.damagedRecords == [0: 1] && selected.opened.portraits.count == 9)
        #expect(other.opened.damagedRecords.isEmpty && other.opened.portraits.count == 10)
    }

    @Test("a hop's altered or copied capsule stops nothing before the end", arguments: [false, true])
    func capsules(isCopied: Bool) async throws {
        for selectedCount in [6, 3] {
            var options = SimulatedStudy.Options(padding: .none)
            options.mixers = 1
            let study = try SimulatedStudy(
                registers: ["left", "right"], cohorts: [("both", .intersect(.register("left"), .register("right")))],
                releasedFor: ["left": ["both"], "right": ["both"]], options: options)
            let people = (0..<6).map { SimulatedPerson("person \($0)", rows: [[.integer(Int64($0)), .null]]) }
            let registers = ["left": people, "right": Array(people.prefix(selectedCount))]
            let round = SimulatedRound(Ristretto255.self, study: study, registers: registers)
            try await round.run { $0.stages["left"]?[1] != nil }
            // Left's list has passed its first hop, which changes the capsule of one item, or puts it into another as
            // well.
            let width = ItemLayout(Ristretto255.self, agreement: study.agreement).itemByteCount
            let elements = Ristretto255.randomElements(count: 2)
            let other = Array(elements[0]) + Array(elements[1])
            try await round.streams.damage("left/1/0/0") { bytes in
                var bytes = bytes
                let second = bytes.count % width + width
                let first = Array(bytes[(second - 64)..<second])
                bytes.replaceSubrange((second + 32)..<(second + 96), with: isCopied ? first : other)
                return bytes
            }
            let rest = try await Self.goingOn(round, registers)
            try await rest.run()
            #expect(try rest.record().ending == .closed)
            #expect(try rest.record().refusals.isEmpty)
            let damaged = rest.opened.damagedRecords[0, default: 0]
            #expect(selectedCount == 6 ? damaged == (isCopied ? 2 : 1) : damaged <= 2)
            #expect(rest.opened.portraits.count == selectedCount - damaged)
        }
    }

    /// The same round with the digest of what the hop really sent.
    private static func goingOn(
        _ round: SimulatedRound<Ristretto255>, _ registers: [RegisterID: [SimulatedPerson]]
    ) async throws -> SimulatedRound<Ristretto255> {
        let before = try round.prepared()
        var record = before.record
        let list = try #require(await round.streams.load("left/1/0/0"))
        record.stages["left"]?[1]?.digest = HexBytes(Digest.of(list))
        return SimulatedRound(
            Ristretto255.self,
            from: PreparedRound(
                study: before.study, record: record, authorityStates: before.authorityStates,
                researchState: before.researchState), registers: registers, streams: round.streams)
    }
}
