import Foundation
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// A thousand small verified rounds of several kinds: in some somebody lies, in some processes die, and in all whoever
/// has several things to do begins with any of them. The honest ones come to what the plaintext join does. In others
/// the liar is named, nothing is released, and outsiders find the same. [P-60] [P-73]
@Suite("Many verified rounds")
struct ManyVerifiedRoundsTests {
    /// SIDOS_SIMULATED_ROUNDS sets another number.
    private static let count =
        ProcessInfo.processInfo.environment["SIDOS_SIMULATED_ROUNDS"].flatMap { Int($0) } ?? 1_000
    private static let kinds = 0..<8

    /// A study of this kind, its rounds' keys, and who its first register has besides others.
    private static func prepared(_ kind: Int, _ random: inout SeededRandom) async throws -> PreparedRound {
        let owners = 2 + kind % 2
        let names = (0..<owners).map { "register_\($0)" }
        let release = kind % 4 == 3 ? ReleaseMode.none : .rows
        let study = try SimulatedStudy(
            registers: names,
            cohorts: [
                ("both", .intersect(.register(names[0]), .register(names[1]))),
                ("rest", .except(.register(names[1]), .register(names[0]))),
            ],
            releasedFor: release == .rows
                ? Dictionary(uniqueKeysWithValues: names.map { ($0, ["both", "rest"]) }) : [:],
            options: .init(
                release: release, vaultAccess: kind == 4 ? .selected : .whole, padding: .none,
                mixers: 1 + kind / 4 % 2, verification: .full, checkers: kind == 5 ? 1 : nil))
        let round = SimulatedRound(Ristretto255.self, study: study, registers: [:])
        try await round.run { $0.allManifestsSigned }
        return try round.prepared()
    }

    private static func registers(_ names: [RegisterID], _ random: inout SeededRandom) -> [RegisterID:
        [SimulatedPerson]]
    {
        var registers = RoundSimulationTests.randomRegisters(names, population: 14, using: &random)
        // Lies change the first items of the first list.
        for person in 20..<28 { registers[names[0]]?.append(SimulatedPerson("person \(person)", rows: [])) }
        for person in 22..<25 {
            registers[names[1]]?.append(
                SimulatedPerson("person \(person)", rows: [[.integer(2_020), .text("of \(person)")]]))
        }
        return registers
    }

    @Test("Judged by the plaintext join, or by who lied", arguments: kinds)
    func rounds(kind: Int) async throws {
        var random = SeededRandom(seed: UInt64(1_700 + kind))
        let prepared = try await Self.prepared(kind, &random)
        let lies = try VerifiedLie.all(in: prepared.record)
        var (honest, caught) = (0, 0)
        for _ in 0..<max(2, Self.count / Self.kinds.count) {
            let names = prepared.record.agreement.registers.map(\.id)
            var registers = Self.registers(names, &random)
            if !prepared.record.releasesRows {
                registers = registers.mapValues { $0.map { SimulatedPerson(keys: $0.keys, rows: []) } }
            }
            let round = SimulatedRound(Ristretto255.self, from: prepared, registers: registers)
            let lie = Int.random(in: 0..<5, using: &random) < 2 ? lies.randomElement(using: &random) : nil
            let order = Disorder(random.next())
            round.choose = { order.next($0.count) }
            // Whoever dies, dies before something that it has not died of. A liar lives: it could not prove a false
            // list that it has to make again.
            var died: Set<String> = []
            round.beforeDuty = { who, what in
                if who == lie?.who { return }
                guard order.next(12) == 0, died.insert("\(who) \(what)").inserted else { return }
                throw SimulatedCrash()
            }
            round.alter = { who, what, body, streams in
                guard let lie, who == lie.who, what == lie.duty else { return }
                try await lie.tell(&body, streams)
            }
            try await round.run()
            let record = try round.record()
            guard let lie else {
                #expect(record.ending == .closed, "\(record.complaints)")
                try Self.compare(round, registers)
                honest += 1
                continue
            }
            let complaints = record.complaints
            let comment = Comment(rawValue: "kind \(kind), \(lie.name): \(complaints)")
            #expect(!complaints.isEmpty && Set(complaints.keys).isSubset(of: lie.accusers), comment)
            #expect(complaints.allSatisfy { $0.value.code == lie.code }, comment)
            #expect(complaints.allSatisfy { $0.key == lie.who || $0.value.against == lie.who }, comment)
            #expect(record.ending != .closed && !record.isReceived, comment)
            #expect(record.released.isEmpty || lie.isOfShares, comment)
            for (accuser, complaint) in complaints {
                try await VerifiedAttackTests.judge(round, complaint, by: accuser, lie)
            }
            caught += 1
        }
        #expect(honest > 0 || Self.count < 100)
        #expect(caught > 0 || Self.count < 100)
    }

    private static func compare(
        _ round: SimulatedRound<Ristretto255>, _ registers: [RegisterID: [SimulatedPerson]]
    ) throws {
        let agreement = round.study.agreement
        if agreement.release == .rows {
            #expect(round.opened.portraits == PlaintextJoin.portraits(agreement: agreement, registers: registers))
        } else {
            let join = PlaintextJoin(agreement: agreement, registers: registers)
            #expect(try round.record().counted?.cohorts.map(\.people) == join.cohortCounts)
        }
    }
}

/// Random choices that a closure can make.
private final class Disorder {
    private var random: SeededRandom
    init(_ seed: UInt64) { random = SeededRandom(seed: seed) }
    func next(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
}
