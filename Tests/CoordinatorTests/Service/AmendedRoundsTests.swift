import Testing

@testable import Agreement
@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import Values

/// Rounds of a study whose agreement is amended.
@Suite("Rounds under amendments")
struct AmendedRoundsTests {
    private static func end(_ round: RoundID, _ coordinator: RunningCoordinator) async throws {
        try await coordinator.rounds.post(RoundAborted(code: .operatorAborted, participants: []), to: round)
    }

    @Test("Once a round was opened under an amendment, none is under what it amends, also after a restart")
    func superseded() async throws {
        let study = try TestStudy()
        let amendment = study.amendment(of: study.file)
        for file in [study.file, amendment] { try study.install(file) }
        try await RunningCoordinator.run(study) { coordinator in
            try await Self.end(coordinator.open(), coordinator)
            // Until then both may be used.
            let former = try await coordinator.open()
            let round = try await coordinator.open(amendment)
            #expect(try await coordinator.rounds.record(of: round).opening.number == 3)
            // What is open goes on.
            #expect(try await coordinator.rounds.record(of: former).ending == nil)
            for round in [former, round] { try await Self.end(round, coordinator) }
        }
        for isForgotten in [false, true] {
            try await RunningCoordinator.run(study) { coordinator in
                await expectRefusal(.agreementRefused, "\(AgreementID(ofFile: amendment)), which amends it") {
                    _ = try await coordinator.open()
                }
                #expect(try await coordinator.rounds.allRounds().count == 3)
                let installed = try #require(try await coordinator.rounds.installed(AgreementID(ofFile: study.file)))
                let standing = await coordinator.rounds.standing(of: installed)
                #expect(standing.coordinator.contains { $0.contains("The agreement is amended") })
                // As when it was killed between the board and the note: the board says it.
                if !isForgotten { try coordinator.state.remove(.amendment(of: AgreementID(ofFile: study.file))) }
            }
        }
    }

    @Test("Of two amendments the first under which a round is opened wins; the error says what to do")
    func rivals() async throws {
        let study = try TestStudy()
        let winner = study.amendment(of: study.file) { $0.roundsAllowed = 4 }
        let loser = study.amendment(of: study.file) { $0.roundsAllowed = 5 }
        let after = study.amendment(of: loser) { $0.roundsAllowed = 6 }
        for file in [study.file, winner, loser, after] { try study.install(file) }
        try await RunningCoordinator.run(study) { coordinator in
            try await Self.end(coordinator.open(winner), coordinator)
            for file in [loser, after] {
                await expectRefusal(
                    .agreementRefused, "write an agreement that amends \(AgreementID(ofFile: winner))"
                ) { _ = try await coordinator.open(file) }
            }
            #expect(try await coordinator.rounds.allRounds().count == 1)
        }
    }

    @Test("rounds_allowed counts the rounds of all agreements that follow each other, those aborted too")
    func spent() async throws {
        let study = try TestStudy()
        let second = study.amendment(of: study.file)
        let third = study.amendment(of: second) { $0.roundsAllowed = 4 }
        for file in [study.file, second, third] { try study.install(file) }
        try await RunningCoordinator.run(study) { coordinator in
            for _ in 0..<2 { try await Self.end(coordinator.open(), coordinator) }
            try await Self.end(coordinator.open(second), coordinator)
            await expectRefusal(.agreementRefused, "All 3 rounds of the agreement are spent") {
                _ = try await coordinator.open(second)
            }
            let last = try await coordinator.open(third)
            #expect(try await coordinator.rounds.record(of: last).opening.number == 4)
            try await Self.end(last, coordinator)
            await expectRefusal(.agreementRefused, "All 4 rounds of the agreement are spent") {
                _ = try await coordinator.open(third)
            }
        }
    }

    @Test("[A-73] The account of noise goes on under an amendment, and a larger total is one that all have signed")
    func noise() async throws {
        var design = TestStudy.Design(release: .none)
        design.counts = "{mechanism: discrete_laplace, epsilon: 0.5, total_epsilon: 0.5}"
        let study = try TestStudy(design)
        let same = study.amendment(of: study.file)
        let more = study.amendment(of: same) {
            $0.counts = "{mechanism: discrete_laplace, epsilon: 0.5, total_epsilon: 1}"
        }
        for file in [study.file, same, more] { try study.install(file) }
        try await RunningCoordinator.run(study) { coordinator in
            let round = try await coordinator.open()
            guard case .noise(let noise) = study.agreement.counts else { throw CountLedgerError.damaged }
            try CountLedger(coordinator.state).charge(round, study: "rounds", noise)
            try await Self.end(round, coordinator)
            await expectRefusal(.agreementRefused, "have cost an epsilon of 0.5, and a round costs 0.5") {
                _ = try await coordinator.open(same)
            }
            _ = try await coordinator.open(more)
        }
    }

    @Test("The calendar of what was amended is silent")
    func calendar() async throws {
        let clock = TestClock()
        let study = try TestStudy(TestStudy.Design(calendar: "[\(clock.clock.today())]"))
        let amendment = study.amendment(of: study.file) { $0.calendar = nil }
        for file in [study.file, amendment] { try study.install(file) }
        let signed = SignedAgreement(
            bytes: study.file, signatures: try study.participants.map { try study.signature($0.id) })
        try LodgedAgreements(study.home.home).lodge(signed, at: Int64(clock.now))
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            await coordinator.rounds.keepCalendars()
            #expect(coordinator.log.text.contains("A round of the calendar is due today and waits"))
        }
        let log = Transcript()
        try await RunningCoordinator.run(study, clock: clock, log: log) { coordinator in
            try await Self.end(coordinator.open(amendment), coordinator)
            await coordinator.rounds.keepCalendars()
            #expect(!log.text.contains("A round of the calendar"))
        }
    }
}
