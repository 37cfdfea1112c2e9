import PSIProtocol
import Testing

@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import Values

@Suite("What the coordinator keeps of a round")
struct RoundStateTests {
    private static let counts = Counted(
        overlap: [PublishedCount(registers: ["left", "right"], people: 20, upperBound: false)],
        cohorts: [PublishedCohort(cohort: "everybody", people: nil, upperBound: true)])

    @Test("Counts are there once they are kept, and after a restart")
    func counts() async throws {
        let study = try TestStudy()
        let round = try await RunningCoordinator.run(study) { coordinator in
            let round = try await coordinator.openInstalled()
            let record = try await coordinator.rounds.record(of: round)
            #expect(try await coordinator.rounds.sealedCounts(of: record) == nil)
            try await coordinator.rounds.keep(Self.counts, of: round)
            #expect(try await coordinator.rounds.sealedCounts(of: record) == Self.counts)
            return round
        }
        try await RunningCoordinator.run(study) { coordinator in
            let record = try await coordinator.rounds.record(of: round)
            #expect(try await coordinator.rounds.sealedCounts(of: record) == Self.counts)
            #expect(try await coordinator.status(of: round).counts == Self.counts)
        }
    }

    @Test("A round ended when that was first seen, whatever the clock says later")
    func endTime() async throws {
        let study = try TestStudy()
        let clock = TestClock()
        let round = try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let round = try await coordinator.openInstalled()
            #expect(try await coordinator.rounds.endTime(of: round) == TestClock.noon)
            clock.advance(by: 5_000)
            #expect(try await coordinator.rounds.endTime(of: round) == TestClock.noon)
            return round
        }
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let ended = try await coordinator.rounds.endTime(of: round)
            #expect(ended == TestClock.noon)
        }
    }

    @Test("A clock that was never set is no trap")
    func clockBeforeTheEpoch() async throws {
        let study = try TestStudy()
        let round = try await RunningCoordinator.run(study) { try await $0.openInstalled() }
        try await RunningCoordinator.run(study, clock: TestClock(-86_400)) { coordinator in
            let ended = try await coordinator.rounds.endTime(of: round)
            #expect(ended == 0)
        }
    }

    @Test("Once a round is cleared, the counters of its streams go, and nothing else of it or of others")
    func cleared() async throws {
        try await RunningCoordinator.run(try TestStudy()) { coordinator in
            let round = try await coordinator.openInstalled()
            let other = try #require(RoundID(bytes: [UInt8](repeating: 7, count: 32)))
            let kept: [StateName] = [.counts(of: round), .attempts(of: other, batch: "left", stage: "0")]
            for name in kept { try coordinator.state.put(name, [1]) }
            for stage in ["0", "1"] {
                try coordinator.state.put(.attempts(of: round, batch: "left", stage: stage), [1])
            }
            #expect(await !coordinator.rounds.isCleared(round))
            try await coordinator.rounds.didClear(round)
            #expect(await coordinator.rounds.isCleared(round))
            #expect(await !coordinator.rounds.isCleared(other))
            #expect(coordinator.state.names(.attempts(of: round)).isEmpty)
            #expect(kept.allSatisfy(coordinator.state.contains))
        }
    }

    @Test("A reason is told of an operator's abort only")
    func reasons() async throws {
        let study = try TestStudy()
        try await RunningCoordinator.run(study) { coordinator in
            let first = try await coordinator.openInstalled()
            // Kept for an abort that came too late.
            try coordinator.state.put(.abortReason(of: first), Array("Too late".utf8))
            #expect(try await coordinator.rounds.abortReason(of: first) == nil)
            try await coordinator.rounds.post(RoundAborted(code: .internalFailure, participants: []), to: first)
            #expect(try await coordinator.rounds.abortReason(of: first) == nil)
            #expect(try await coordinator.status(of: first).ended?.reason == nil)
            let second = try await coordinator.open()
            try await coordinator.rounds.abort(
                second, reason: "Wrong year: ä", caller: try study.operatorCaller())
            #expect(try await coordinator.rounds.abortReason(of: second) == "Wrong year: ä")
        }
    }
}
