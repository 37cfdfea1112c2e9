import Testing

@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import Values

/// What a coordinator does that was restored from a backup.
@Suite("Rounds after a restore")
struct RestoredRoundsTests {
    private static func mark(_ made: Int, wasRunning: Bool) -> RestoredMark {
        RestoredMark(made: Int64(made), restored: Int64(made), wasRunning: wasRunning)
    }

    @Test("Rounds that were open in a copy of a running coordinator are ended; those opened since are not")
    func endsOldRounds() async throws {
        let study = try TestStudy()
        let clock = TestClock()
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let round = try await coordinator.openInstalled()
            func ending() async throws -> RoundRecord.Ending? {
                try await coordinator.rounds.record(of: round).ending
            }
            try await coordinator.rounds.settleAfterRestore()
            #expect(try await ending() == nil)
            try Self.mark(clock.now, wasRunning: false).write(to: coordinator.state)
            try await coordinator.rounds.settleAfterRestore()
            #expect(try await ending() == nil, "one that was stopped goes on")
            try Self.mark(clock.now - 1, wasRunning: true).write(to: coordinator.state)
            try await coordinator.rounds.settleAfterRestore()
            #expect(try await ending() == nil, "one that was opened later goes on")
            try Self.mark(clock.now, wasRunning: true).write(to: coordinator.state)
            try await coordinator.rounds.settleAfterRestore()
            #expect(try await ending() == .aborted(RoundAborted(code: .operatorAborted, participants: [])))
            let status = try await coordinator.status(of: round)
            #expect(status.ended?.reason?.contains("restored from a backup") == true)
            // And not a second time.
            try await coordinator.rounds.settleAfterRestore()
        }
    }

    @Test("[A-73] What counts have cost in rounds that were forgotten is entered when their numbers are refused")
    func account() async throws {
        for isRestored in [true, false] {
            var design = TestStudy.Design(release: .none)
            design.counts = "{mechanism: discrete_laplace, epsilon: 0.5, total_epsilon: 1}"
            let study = try TestStudy(design)
            try study.install()
            let clock = TestClock()
            try await RunningCoordinator.run(study, clock: clock) { coordinator in
                if isRestored { try Self.mark(clock.now, wasRunning: false).write(to: coordinator.state) }
                for _ in 0..<2 {
                    let round = try await coordinator.open()
                    try await coordinator.post(Refused(code: .roundsSpent), by: "mixer0", to: round)
                    try await coordinator.rounds.post(
                        RoundAborted(code: .refused, participants: ["mixer0"]), to: round)
                }
                if isRestored {
                    await expectRefusal(.agreementRefused, "have cost an epsilon of 1, and a round costs 0.5") {
                        _ = try await coordinator.open()
                    }
                } else {
                    _ = try await coordinator.open()
                }
            }
        }
    }
}
