import Crypto
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Rounds in which people withdraw from a study. [P-95] [P-96]
@Suite("Rounds of withdrawals")
struct WithdrawalRoundTests {
    private typealias Rounds = LastingPseudonymTests.Rounds

    private static let variety: [SimulatedStudy.Options] = [
        .init(pseudonymHolders: [0, 1]),
        .init(vaultAccess: .selected, mixers: 1, parts: 4, pseudonymHolders: [0, 2]),
        .init(padding: .none, mixers: 2, pseudonymHolders: [2, 3]),
        .init(mixers: 1, verification: .full, pseudonymHolders: [0, 1, 2]),
        .init(matchKeys: [.identityCode, MatchKey("passport")], pseudonymHolders: [0, 1]),
    ]

    /// Somebody on a list of withdrawals.
    private static func withdrawing(_ code: String) -> SimulatedPerson {
        var person = SimulatedPerson(nil, rows: [])
        person.official = code
        return person
    }

    private static func withdrawal(
        _ rounds: Rounds, _ lists: [RegisterID: [String]], known: [ParticipantID: [UInt8]]
    ) async throws -> SimulatedRound<Ristretto255> {
        try await rounds.round(lists.mapValues { $0.map(withdrawing) }, known: known) { $0.purpose = .withdrawals }
    }

    private static func people(_ range: Range<Int>, keys: Int) -> [SimulatedPerson] {
        range.map { number in
            var person = LastingPseudonymTests.person("person \(number)")
            while person.keys.count < keys { person.keys.append(nil) }
            return person
        }
    }

    @Test("The research environment finds who withdraws, whoever lists them, and nobody else", arguments: variety)
    func finds(options: SimulatedStudy.Options) async throws {
        let rounds = try Rounds(options)
        let keys = rounds.study.agreement.matchKeys.count
        let linked = try await rounds.round([
            "left": Self.people(0..<8, keys: keys), "right": Self.people(4..<12, keys: keys),
        ])
        let names = LastingPseudonymTests.names(linked)
        // Somebody whom both list, somebody in one register, and somebody who never was in the study.
        let round = try await Self.withdrawal(
            rounds, ["withdrawals_1": ["person 5", "person 1", "stranger"], "withdrawals_2": ["person 5"]],
            known: linked.record().revealedStudyKeys)
        #expect(try round.record().ending == .closed)
        let found = Set(round.withdrawn)
        #expect(found.count == 3)
        for (code, name) in names {
            #expect(found.contains(name.tag) == (code == "person 5" || code == "person 1"), "\(code)")
        }
    }

    /// Against people as they are in the registers' plain rows: whoever is listed anywhere, and was in the study.
    @Test(
        "Nobody, everybody, everybody twice, and people who never were in the study: as a plain list finds them",
        arguments: [
            [:], ["withdrawals_1": 0..<12], ["withdrawals_1": 0..<12, "withdrawals_2": 0..<12],
            ["withdrawals_1": 0..<6, "withdrawals_2": 6..<12], ["withdrawals_2": 100..<140],
            ["withdrawals_1": 8..<40, "withdrawals_2": 30..<50],
        ] as [[RegisterID: Range<Int>]])
    func lists(lists: [RegisterID: Range<Int>]) async throws {
        let rounds = try Rounds(.init(mixers: 1, pseudonymHolders: [0, 2]))
        let linked = try await rounds.round([
            "left": Self.people(0..<8, keys: 1), "right": Self.people(4..<12, keys: 1),
        ])
        let listed = Set(lists.values.joined().map { "person \($0)" })
        let round = try await Self.withdrawal(
            rounds, lists.mapValues { $0.map { "person \($0)" } }, known: linked.record().revealedStudyKeys)
        #expect(try round.record().ending == .closed)
        let found = Set(round.withdrawn)
        #expect(found.count == listed.count)
        let left = LastingPseudonymTests.names(linked).filter { !found.contains($0.value.tag) }.keys
        #expect(Set(left) == Set((0..<12).map { "person \($0)" }).subtracting(listed))
    }

    /// What others than the research environment see of sizes: of lists, vaults, selections, requests, shares.
    private static func sizes(_ round: SimulatedRound<Ristretto255>) async throws -> [String: Int] {
        var sizes: [String: Int] = [:]
        for (name, bytes) in await round.streams.all() { sizes[name] = bytes.count }
        let record = try round.record()
        for (id, batch) in record.batches { sizes["batch \(id)"] = batch.count }
        for overlap in record.counted?.overlap ?? [] {
            sizes["overlap \(overlap.registers)"] = overlap.people ?? -1
        }
        return sizes
    }

    @Test("Nobody sees whether anybody withdraws, or whether two authorities list the same person")
    func hidden() async throws {
        let rounds = try Rounds(.init(mixers: 1, pseudonymHolders: [0, 2]))
        let linked = try await rounds.round(["left": Self.people(0..<3, keys: 1), "right": Self.people(1..<3, keys: 1)])
        let known = try linked.record().revealedStudyKeys
        let nobody = try await Self.withdrawal(rounds, [:], known: known)
        #expect(nobody.withdrawn.isEmpty)
        #expect(try nobody.record().ending == .closed)
        let expected = try await Self.sizes(nobody)
        #expect(expected["batch withdrawals_1"] == 32 && expected["batch withdrawals_2"] == 32)
        let everybody = (0..<32).map { "person \($0)" }
        for lists in [
            ["withdrawals_1": ["person 1"]], ["withdrawals_1": ["person 1"], "withdrawals_2": ["person 1"]],
            ["withdrawals_1": everybody, "withdrawals_2": everybody],
        ] {
            let round = try await Self.withdrawal(rounds, lists, known: known)
            #expect(try await Self.sizes(round) == expected)
            #expect(round.withdrawn.count == Set(lists.values.joined()).count)
        }
    }

    @Test("How many withdraw is told as the agreement lets counts be told")
    func counted() async throws {
        let rounds = try Rounds(.init(smallestCell: 3, countRounding: 5, pseudonymHolders: [0, 1]))
        for (count, told) in [(0, 0), (2, nil), (3, 5), (7, 5), (8, 10)] as [(Int, Int?)] {
            let round = try await Self.withdrawal(
                rounds, ["withdrawals_1": (0..<count).map { "person \($0)" }], known: [:])
            let entries = try round.board.map { try SignedEntry(bytes: $0).body }
            let received = try #require(entries.compactMap { $0 as? Received }.first)
            #expect(received.withdrawn == told, "\(count)")
        }
    }

    @Test("An agreement without lasting pseudonyms, or without rows, has no rounds of withdrawals")
    func refused() throws {
        let study = try Rounds(.init(pseudonymHolders: [0, 1])).study
        var agreement = study.agreement
        #expect(agreement.forWithdrawals != nil)
        let opening = try study.opening(purpose: .withdrawals).bytes
        agreement.pseudonyms = .round
        #expect(agreement.forWithdrawals == nil)
        #expect(throws: ProtocolViolation(.badOpening, by: "coordinator")) {
            try RoundRecord(opening: opening, agreement: agreement, file: study.file)
        }
        agreement = study.agreement
        agreement.release = .none
        #expect(agreement.forWithdrawals == nil)
    }

    @Test("What a round of withdrawals goes by is what was signed, but for what is on the lists")
    func derived() throws {
        let signed = try Rounds(.init(mixers: 2, verification: .full, pseudonymHolders: [0, 2])).study.agreement
        let derived = try #require(signed.forWithdrawals)
        #expect(derived.participants == signed.participants && derived.study == signed.study)
        #expect(derived.pseudonyms == signed.pseudonyms && derived.suite == signed.suite)
        #expect(derived.verification == signed.verification && derived.checkers == signed.checkers)
        #expect(derived.roundsAllowed == signed.roundsAllowed && derived.deadlineMinutes == signed.deadlineMinutes)
        #expect(derived.registers.map(\.owner) == ["owner-left", "owner-right"])
        #expect(derived.registers.allSatisfy { $0.columns.isEmpty && $0.releasedFor == ["withdrawn"] })
        #expect(derived.forWithdrawals == derived)
        var large = signed
        large.registers[0].maxPeople = 100_000_000
        #expect(large.forWithdrawals?.registers[0].maxPeople == 100_000)
    }

    @Test("A count of withdrawals has no place in another round, and is rounded")
    func wrongCounts() async throws {
        let rounds = try Rounds(.init(countRounding: 5, pseudonymHolders: [0, 1]))
        let people = ["left": Self.people(0..<3, keys: 1), "right": Self.people(1..<3, keys: 1)]
        await #expect(throws: ProtocolViolation(.notAllowed, by: "research")) {
            _ = try await rounds.round(people) { round in
                round.alter = { _, _, body, _ in if body is Received { body = Received(withdrawn: 5) } }
            }
        }
        for wrong in [-5, 3] {
            await #expect(throws: ProtocolViolation(.notAllowed, by: "research")) {
                _ = try await rounds.round([:]) { round in
                    round.purpose = .withdrawals
                    round.alter = { _, _, body, _ in if body is Received { body = Received(withdrawn: wrong) } }
                }
            }
        }
    }
}
