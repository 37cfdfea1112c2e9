import Exchange
import Testing

@testable import Coordinator
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Deleting streams before their retention is over.
@Suite("Pruning")
struct PruneTests {
    @Test("Streams of a round go once it has ended, its board stays, and nothing goes where it is only told")
    func prunes() async throws {
        let study = try TestStudy()
        let clock = TestClock()
        let members = Members(study)
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let round = try await coordinator.openInstalled()
            let operatorCaller = try study.operatorCaller()
            func prune(_ choice: PruneRequest.Choice, isDry: Bool = false) async throws -> [PrunedRound] {
                try await coordinator.rounds.prune(PruneRequest(choice, isDry: isDry), caller: operatorCaller)
            }
            try await members.run(round, at: coordinator) { $0.allDeclared }
            let open = try await prune(.round(round))
            #expect(open.map(\.keptReason) == ["the round has not ended"] && open[0].byteCount > 0)
            #expect(try await prune(.olderThan(days: 0)) == open)
            try await coordinator.driving { try await members.finish(round, at: coordinator) }
            let byteCount = try await coordinator.streams.byteCount(of: round)
            clock.advance(by: 2 * TestClock.day - 1)
            #expect(try await prune(.olderThan(days: 2)).map(\.keptReason) == ["it ended less than 2 days ago"])
            clock.advance(by: 1)
            let told = try await prune(.olderThan(days: 2), isDry: true)
            #expect(told == [PrunedRound(round: round, byteCount: byteCount, keptReason: nil)])
            #expect(try await coordinator.streams.byteCount(of: round) == byteCount)
            #expect(try await prune(.olderThan(days: 2)) == told)
            #expect(try await coordinator.streams.byteCount(of: round) == 0)
            #expect(await coordinator.rounds.isCleared(round))
            #expect(try await coordinator.rounds.record(of: round).ending == .closed)
            #expect(try await prune(.olderThan(days: 0)) == [])
            await expectRefusal(.roundUnknown) {
                _ = try await prune(.round(#require(RoundID(bytes: .filled(1, 32)))))
            }
        }
    }

    @Test("[P-73] What a complaint is about stays until the retention is over")
    func evidence() async throws {
        let opened = try await BoardFixture.verifiedRows.value.after(Proved.self)
        let proved = try #require(opened.proofs.first { !$0.value.isEmpty })
        let (register, stage) = (proved.key, try #require(proved.value.keys.first))
        let declaration = try #require(opened.register(register))
        let hop = try #require(opened.node(forStage: stage, of: declaration))
        let accuser = try #require(opened.checkers(ofStage: stage, of: declaration).first)
        var accused = opened
        try accused.apply(Complained(against: hop, code: .proofWrong, register: register, stage: stage), by: accuser)
        let retained = 3 * 86_400
        func kept(_ record: RoundRecord, now: Int, _ choice: PruneRequest.Choice) -> Bool {
            CoordinatedRounds.reasonToKeep(record, ended: 1_000, now: now, retainedDays: 3, choice) != nil
        }
        for choice in [PruneRequest.Choice.round(opened.round), .olderThan(days: 0)] {
            #expect(!kept(opened, now: 1_000, choice))
            #expect(kept(accused, now: 1_000, choice) && kept(accused, now: 999 + retained, choice))
            #expect(!kept(accused, now: 1_000 + retained, choice))
        }
    }
}
