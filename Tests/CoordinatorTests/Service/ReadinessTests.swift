import Exchange
import Files
import Foundation
import Testing

@testable import Agreement
@testable import Coordinator
@testable import Daemon
@testable import Values

/// What participants say of themselves before a round: who is believed, about what, and for how long. [P-76]
@Suite("Readiness")
struct ReadinessTests {
    private static func standing(
        _ coordinator: RunningCoordinator, _ file: [UInt8]? = nil
    ) async throws -> AgreementStanding {
        let id = AgreementID(ofFile: file ?? coordinator.study.file)
        return try StatusJSON.decode(AgreementStanding.self, try await coordinator.rounds.standing(of: id))
    }

    private static func say(
        _ word: ReadinessWord, _ who: ParticipantID, at coordinator: RunningCoordinator
    ) async throws {
        let study = coordinator.study
        try await coordinator.rounds.take(
            word, about: AgreementID(ofFile: study.file), caller: try study.caller(who))
    }

    private static let others = ["owner-left", "owner-right", "mixer0", "research"]

    @Test("Everybody but the coordinator is waited for, until each has said that it is ready")
    func allReady() async throws {
        let study = try TestStudy()
        try study.install()
        try await RunningCoordinator.run(study) { coordinator in
            var standing = try await Self.standing(coordinator)
            #expect(standing.waitingFor == Self.others && !standing.isReady && standing.coordinator == [])
            for who in Self.others { try await Self.say(.ready, who, at: coordinator) }
            standing = try await Self.standing(coordinator)
            #expect(standing.isReady && standing.waitingFor == [])
            #expect(standing.participants.map(\.participant) == Self.others)
            #expect(standing.participants.allSatisfy { $0.state == .ready && $0.saidAt == Int64(TestClock.noon) })
            #expect(StandingText(standing: standing).lines.last == "Nothing stands in the way of a round.")
        }
    }

    @Test("The code of what is wrong is told, and the latest word counts", arguments: ReadinessWord.allCases)
    func codes(word: ReadinessWord) async throws {
        let study = try TestStudy()
        try study.install()
        try await RunningCoordinator.run(study) { coordinator in
            try await Self.say(.ready, "mixer0", at: coordinator)
            coordinator.clock.advance(by: 10)
            try await Self.say(word, "mixer0", at: coordinator)
            let standing = try await Self.standing(coordinator)
            let mixer = try #require(standing.participants.first { $0.participant == "mixer0" })
            #expect(mixer.state == (word == .ready ? .ready : .obstacle))
            #expect(mixer.code == (word == .ready ? nil : word.rawValue))
            #expect(standing.waitingFor.contains("mixer0") == (word != .ready))
            let lines = StandingText(standing: standing).lines.joined(separator: "\n")
            #expect(lines.contains(word.rawValue) && lines.contains(word.sentence))
        }
    }

    @Test("A word is believed for a day and not a second longer, nor if it is of a time to come")
    func expiry() async throws {
        let study = try TestStudy()
        try study.install()
        try await RunningCoordinator.run(study) { coordinator in
            for who in Self.others { try await Self.say(.ready, who, at: coordinator) }
            coordinator.clock.advance(by: TestClock.day - 1)
            #expect(try await Self.standing(coordinator).isReady)
            coordinator.clock.advance(by: 1)
            #expect(try await Self.standing(coordinator).waitingFor == Self.others)
            // The coordinator's clock was ahead when they spoke.
            coordinator.clock.advance(by: -TestClock.day - 1)
            #expect(try await Self.standing(coordinator).waitingFor == Self.others)
        }
    }

    @Test("It outlives a restart, as one small value an agreement, and what is over is removed")
    func durable() async throws {
        let study = try TestStudy()
        try study.install()
        let clock = TestClock()
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            for who in Self.others { try await Self.say(.ready, who, at: coordinator) }
            #expect(coordinator.state.names(.readiness).count == 1)
        }
        let other = study.otherFile(study.design)
        try study.install(other)
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            #expect(try await Self.standing(coordinator).isReady)
            clock.advance(by: 2 * TestClock.day)
            try await coordinator.rounds.take(
                .ready, about: AgreementID(ofFile: other), caller: try study.caller("mixer0"))
            #expect(coordinator.state.names(.readiness).map(\.readinessAgreement) == [AgreementID(ofFile: other)])
        }
    }

    @Test("A value that cannot be read is as if nobody had said anything")
    func damaged() async throws {
        let study = try TestStudy()
        try study.install()
        try await RunningCoordinator.run(study) { coordinator in
            try coordinator.state.put(.readiness(of: AgreementID(ofFile: study.file)), Array("rubbish".utf8))
        }
        try await RunningCoordinator.run(study) { coordinator in
            #expect(try await Self.standing(coordinator).waitingFor == Self.others)
            try await Self.say(.ready, "mixer0", at: coordinator)
            #expect(try await Self.standing(coordinator).waitingFor == Self.others.filter { $0 != "mixer0" })
        }
    }

    @Test("Strangers, the coordinator, and those of other agreements are not heard, and learn nothing")
    func callers() async throws {
        let study = try TestStudy()
        try study.install()
        let unknown = AgreementID(ofFile: Array("another".utf8))
        try await RunningCoordinator.run(study) { coordinator in
            let id = AgreementID(ofFile: study.file)
            for (what, agreement, caller) in [
                ("a stranger", id, try TestStudy.stranger()), ("the coordinator", id, try study.caller("coordinator")),
                ("an operator", id, try study.operatorCaller()),
                ("of no agreement", unknown, try study.caller("mixer0")),
            ] {
                await expectRefusal(.callerNotAllowed, "signed no such agreement that names the caller", what) {
                    try await coordinator.rounds.take(.ready, about: agreement, caller: caller)
                }
            }
            #expect(coordinator.state.names(.readiness).isEmpty)
            // Taking the agreement away shuts its participants out.
            try await Self.say(.ready, "mixer0", at: coordinator)
            try AtomicFile.remove(study.home.home.agreements().directory.file("\(id).yaml"))
            await expectRefusal(.callerNotAllowed, "signed no such agreement", "taken away") {
                try await Self.say(.ready, "mixer0", at: coordinator)
            }
            await expectRefusal(.agreementRefused, "has not signed this agreement", "taken away") {
                _ = try await coordinator.rounds.standing(of: id)
            }
        }
    }

    @Test("The same word may come again at once; another one within ten seconds is refused and changes nothing")
    func tooSoon() async throws {
        let study = try TestStudy()
        try study.install()
        try await RunningCoordinator.run(study) { coordinator in
            for _ in 0..<3 { try await Self.say(.ready, "mixer0", at: coordinator) }
            coordinator.clock.advance(by: 9)
            await expectRefusal(.requestTooSoon, "after 10 seconds", "another") {
                try await Self.say(.disk, "mixer0", at: coordinator)
            }
            #expect(
                try await Self.standing(coordinator).participants.first { $0.participant == "mixer0" }?.state == .ready)
            // Another participant's word has nothing to do with it.
            try await Self.say(.disk, "owner-left", at: coordinator)
            coordinator.clock.advance(by: 1)
            try await Self.say(.disk, "mixer0", at: coordinator)
            #expect(
                try await Self.standing(coordinator).participants.first { $0.participant == "mixer0" }?.code
                    == "disk.low")
        }
    }

    @Test("The coordinator says what stands in its own way, all at once")
    func own() async throws {
        let study = try TestStudy()
        try study.install()
        try await RunningCoordinator.run(study) { coordinator in
            for who in Self.others { try await Self.say(.ready, who, at: coordinator) }
            _ = try await coordinator.open()
            var standing = try await Self.standing(coordinator)
            #expect(!standing.isReady && standing.waitingFor == [])
            #expect(standing.coordinator.count == 1 && standing.coordinator[0].contains("is still open"))
            coordinator.clock.advance(by: 400 * TestClock.day)
            standing = try await Self.standing(coordinator)
            #expect(standing.coordinator.contains { $0.contains("was valid until 2026-12-31") })
        }
    }

    @Test("Who takes part by courier is not waited for, and it is said that its readiness is not carried")
    func courier() async throws {
        let study = try TestStudy()
        try study.install()
        let pin = try study.caller("mixer0").pin
        try await RunningCoordinator.run(study, couriers: [pin]) { coordinator in
            for who in Self.others where who != "mixer0" { try await Self.say(.ready, who, at: coordinator) }
            let standing = try await Self.standing(coordinator)
            #expect(standing.isReady)
            #expect(standing.participants.first { $0.participant == "mixer0" }?.state == .notCarried)
            #expect(StandingText(standing: standing).lines.contains { $0.contains("readiness is not carried") })
        }
    }

    @Test("The log tells who says what, once, and never more than the word")
    func log() async throws {
        let study = try TestStudy()
        try study.install()
        let log = Transcript()
        try await RunningCoordinator.run(study, log: log) { coordinator in
            for _ in 0..<2 { try await Self.say(.register, "owner-left", at: coordinator) }
            let lines = log.lines.filter { $0.contains("says whether it is ready") }
            #expect(
                lines.count == 1 && lines[0].contains("says=register.unusable") && lines[0].contains("by=owner-left"))
        }
    }

    @Test("An agreement is named by its study or its first digits; of a study with several, by the valid one")
    func named() throws {
        let study = try TestStudy()
        let today = try #require(CalendarDate(iso: "2026-06-01"))
        #expect(throws: CoordinatorError.unknownStudy("rounds", known: [])) {
            try InstalledAgreement.named("rounds", study.home, today: today)
        }
        try study.install()
        let id = AgreementID(ofFile: study.file)
        #expect(try InstalledAgreement.named("rounds", study.home, today: today).id == id)
        #expect(try InstalledAgreement.named(String(id.description.prefix(6)), study.home, today: today).id == id)
        #expect(throws: CoordinatorError.unknownStudy("round", known: ["rounds"])) {
            try InstalledAgreement.named("round", study.home, today: today)
        }
        var former = study.design
        former.valid = "{from: 2025-01-01, until: 2025-12-31}"
        try study.install(study.otherFile(former))
        #expect(try InstalledAgreement.named("rounds", study.home, today: today).id == id)
        try study.install(study.otherFile(study.design))
        let error = #expect(throws: CoordinatorError.self) {
            try InstalledAgreement.named("rounds", study.home, today: today)
        }
        guard case .severalAgreements("rounds", let ids) = error else {
            return #expect(Bool(false), "\(String(describing: error))")
        }
        #expect(ids.count == 2)
    }
}
