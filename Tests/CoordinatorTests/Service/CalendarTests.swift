import Exchange
import Files
import Foundation
import Testing

@testable import Agreement
@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import Values

/// Rounds that the coordinator opens by itself on the days of an agreement's calendar.
@Suite("Calendars")
struct CalendarTests {
    private static let others = ["owner-left", "owner-right", "mixer0", "research"]

    /// Today, by the tests' clock, and a later day.
    private static func study(_ calendar: String = "[2026-06-01, 2026-06-03]") throws -> TestStudy {
        var design = TestStudy.Design()
        design.calendar = calendar
        let study = try TestStudy(design)
        try study.install()
        return study
    }

    private static func lodge(_ study: TestStudy, _ clock: TestClock) throws {
        let signed = SignedAgreement(
            bytes: study.file, signatures: try study.participants.map { try study.signature($0.id) })
        try LodgedAgreements(study.home.home).lodge(signed, at: Int64(clock.now))
    }

    private static func sayReady(_ who: [ParticipantID], at coordinator: RunningCoordinator) async throws {
        let study = coordinator.study
        for id in who {
            try await coordinator.rounds.take(
                .ready, about: AgreementID(ofFile: study.file), caller: try study.caller(id))
        }
    }

    private static func rounds(_ coordinator: RunningCoordinator) async throws -> Int {
        try await coordinator.board.rounds().count
    }

    private static func status(_ coordinator: RunningCoordinator) async throws -> CalendarStatus {
        let bytes = try await coordinator.rounds.standing(of: AgreementID(ofFile: coordinator.study.file))
        return try #require(try StatusJSON.decode(AgreementStanding.self, bytes).calendar)
    }

    @Test("A round is opened once everybody has said that it is ready, and only one that day")
    func opens() async throws {
        let study = try Self.study()
        let (clock, log) = (TestClock(), Transcript())
        try Self.lodge(study, clock)
        try await RunningCoordinator.run(study, clock: clock, log: log) { coordinator in
            await coordinator.rounds.keepCalendars()
            #expect(try await Self.rounds(coordinator) == 0)
            try await Self.sayReady(Array(Self.others.dropLast()), at: coordinator)
            await coordinator.rounds.keepCalendars()
            #expect(try await Self.rounds(coordinator) == 0)
            try await Self.sayReady(["research"], at: coordinator)
            await coordinator.rounds.keepCalendars()
            #expect(try await Self.rounds(coordinator) == 1)
            let status = try await Self.status(coordinator)
            #expect(status.isToday && status.isOpenedToday && !status.isDue && status.next == "2026-06-03")
            // Aborted, it is not opened again by itself that day.
            let round = try #require(try await coordinator.board.rounds().first)
            try await coordinator.rounds.abort(round, reason: "a test", caller: try study.operatorCaller())
            for _ in 0..<3 { await coordinator.rounds.keepCalendars() }
            #expect(try await Self.rounds(coordinator) == 1)
            // Nor on a day that is none of the calendar's.
            clock.advance(by: TestClock.day)
            try await Self.sayReady(Self.others, at: coordinator)
            await coordinator.rounds.keepCalendars()
            #expect(try await Self.rounds(coordinator) == 1)
            clock.advance(by: TestClock.day)
            try await Self.sayReady(Self.others, at: coordinator)
            await coordinator.rounds.keepCalendars()
            #expect(try await Self.rounds(coordinator) == 2)
        }
        #expect(log.lines.count { $0.contains("The calendar's round is opened") } == 2)
    }

    @Test("It says whom it waits for, whenever that changes and not each time it looks")
    func waits() async throws {
        let study = try Self.study()
        let (clock, log) = (TestClock(), Transcript())
        try Self.lodge(study, clock)
        try await RunningCoordinator.run(study, clock: clock, log: log) { coordinator in
            for _ in 0..<3 { await coordinator.rounds.keepCalendars() }
            var told = log.lines.filter { $0.contains("is due today and waits") }
            #expect(told.count == 1)
            for who in Self.others { #expect(told[0].contains("\(who) (has said nothing)")) }
            try await Self.sayReady(["mixer0"], at: coordinator)
            try await coordinator.rounds.take(
                .register, about: AgreementID(ofFile: study.file), caller: try study.caller("owner-left"))
            for _ in 0..<3 { await coordinator.rounds.keepCalendars() }
            told = log.lines.filter { $0.contains("is due today and waits") }
            #expect(told.count == 2)
            #expect(told[1].contains("owner-left (register.unusable)") && !told[1].contains("mixer0"))
        }
    }

    @Test("A day that waits for the same as the day before is told all the same")
    func nextDay() async throws {
        let study = try Self.study("[2026-06-01, 2026-06-02]")
        let (clock, log) = (TestClock(), Transcript())
        try Self.lodge(study, clock)
        try await RunningCoordinator.run(study, clock: clock, log: log) { coordinator in
            await coordinator.rounds.keepCalendars()
            clock.advance(by: TestClock.day)
            for _ in 0..<2 { await coordinator.rounds.keepCalendars() }
        }
        #expect(log.lines.count { $0.contains("is due today and waits") } == 2)
        let passed = log.lines.filter { $0.contains("passed without a round") }
        #expect(passed.count == 1 && passed[0].contains("research (has said nothing)"))
    }

    @Test("A day that passes without a round is told once, with whom it waited for, also after a restart")
    func passes() async throws {
        let study = try Self.study()
        let (clock, log) = (TestClock(), Transcript())
        try Self.lodge(study, clock)
        try await RunningCoordinator.run(study, clock: clock, log: log) { coordinator in
            await coordinator.rounds.keepCalendars()
            clock.advance(by: TestClock.day)
            for _ in 0..<3 { await coordinator.rounds.keepCalendars() }
            let status = try await Self.status(coordinator)
            #expect(status.passed == ["2026-06-01"])
        }
        let told = log.lines.filter { $0.contains("passed without a round") }
        #expect(told.count == 1 && told[0].contains("day=2026-06-01") && told[0].contains("mixer0 (has said nothing)"))
        let again = Transcript()
        try await RunningCoordinator.run(study, clock: clock, log: again) { coordinator in
            await coordinator.rounds.keepCalendars()
        }
        #expect(again.lines.count { $0.contains("passed without a round") } == 1)
    }

    @Test("A day on which the operator opened a round is served, and one before the agreement was lodged is not missed")
    func served() async throws {
        let study = try Self.study("[2026-05-20, 2026-06-01]")
        let clock = TestClock()
        try Self.lodge(study, clock)
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let round = try await coordinator.open()
            try await Self.sayReady(Self.others, at: coordinator)
            await coordinator.rounds.keepCalendars()
            #expect(try await Self.rounds(coordinator) == 1)
            try await coordinator.rounds.abort(round, reason: "a test", caller: try study.operatorCaller())
            clock.advance(by: TestClock.day)
            let status = try await Self.status(coordinator)
            #expect(status.passed == [] && status.next == nil)
        }
    }

    @Test("Without a lodged agreement nothing is opened, however ready everybody is")
    func notLodged() async throws {
        let study = try Self.study()
        try await RunningCoordinator.run(study) { coordinator in
            try await Self.sayReady(Self.others, at: coordinator)
            await coordinator.rounds.keepCalendars()
            #expect(try await Self.rounds(coordinator) == 0)
            let status = try await Self.status(coordinator)
            #expect(!status.isLodged && !status.isDue)
            try Self.lodge(study, coordinator.clock)
            await coordinator.rounds.keepCalendars()
            #expect(try await Self.rounds(coordinator) == 1)
        }
    }

    @Test("What was taken away, altered, or lacks a signature opens nothing, and is told once")
    func unusable() async throws {
        let study = try Self.study()
        let (clock, log) = (TestClock(), Transcript())
        let id = AgreementID(ofFile: study.file)
        try Self.lodge(study, clock)
        let path = study.home.home.directory.file("lodged") + "/\(id).json"
        let whole = try PublicFile.read(path, maxByteCount: 1 << 22)
        try await RunningCoordinator.run(study, clock: clock, log: log) { coordinator in
            try await Self.sayReady(Self.others, at: coordinator)
            let parts = String(decoding: whole, as: UTF8.self)
            let signature = try study.signature("mixer0").json
            let encoded = Data(signature).base64EncodedString()
            #expect(parts.contains(encoded))
            for (number, text) in [
                "{}", "", String(parts.dropLast(3)), parts.replacing("\"\(encoded)\",", with: ""),
                parts.replacing("2lkb3Nf", with: "2lkb3Nm"),
            ].enumerated() {
                try AtomicFile.write(Array((text + String(repeating: " ", count: number)).utf8), to: path)
                for _ in 0..<2 { await coordinator.rounds.keepCalendars() }
                #expect(try await Self.rounds(coordinator) == 0, "\(number)")
                #expect(log.lines.count { $0.contains("A lodged agreement can't be used") } == number + 1)
            }
            #expect(try LodgedAgreements(study.home.home).remove(id))
            #expect(try !LodgedAgreements(study.home.home).remove(id))
            await coordinator.rounds.keepCalendars()
            try AtomicFile.write(whole, to: path)
            // Its own signature is taken away: the agreement is none of its own any more.
            try AtomicFile.remove(study.home.home.agreements().directory.file("\(id).signature.json"))
            await coordinator.rounds.keepCalendars()
            #expect(try await Self.rounds(coordinator) == 0)
            try study.install()
            await coordinator.rounds.keepCalendars()
            #expect(try await Self.rounds(coordinator) == 1)
        }
    }

    @Test("A round of the agreement that is still open is waited for")
    func stillOpen() async throws {
        let study = try Self.study("[2026-06-02]")
        let (clock, log) = (TestClock(), Transcript())
        try Self.lodge(study, clock)
        try await RunningCoordinator.run(study, clock: clock, log: log) { coordinator in
            let round = try await coordinator.open()
            clock.advance(by: TestClock.day)
            try await Self.sayReady(Self.others, at: coordinator)
            await coordinator.rounds.keepCalendars()
            #expect(try await Self.rounds(coordinator) == 1)
            #expect(log.lines.contains { $0.contains("is due today and waits") && $0.contains("is still open") })
            try await coordinator.rounds.abort(round, reason: "a test", caller: try study.operatorCaller())
            await coordinator.rounds.keepCalendars()
            #expect(try await Self.rounds(coordinator) == 2)
        }
    }

    @Test("The status has words for every case")
    func words() throws {
        func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(iso: text)) }
        let calendar = [try day("2026-01-05"), try day("2026-02-05"), try day("2026-03-05")]
        func lines(_ today: String, lodged: String?, opened: [String] = []) throws -> String {
            let status = CalendarStatus(
                calendar, today: try day(today), lodgedOn: try lodged.map(day), openedOn: Set(try opened.map(day)))
            let standing = AgreementStanding(
                agreement: AgreementID(ofFile: [1]), study: "study", coordinator: [],
                participants: [.init(participant: "a", role: "authority", state: .silent)], calendar: status)
            return CalendarText(standing: standing, calendar: status).lines.joined(separator: "\n")
        }
        #expect(try lines("2026-01-01", lodged: nil).contains("`agreement lodge`"))
        #expect(try lines("2026-01-01", lodged: "2026-01-01").hasSuffix("the next day is 2026-01-05"))
        let waiting = try lines("2026-02-05", lodged: "2026-01-01")
        #expect(
            waiting.contains("waits for a (has said nothing)") && waiting.contains("2026-01-05 passed without a round"))
        #expect(
            try lines("2026-02-05", lodged: "2026-02-01", opened: ["2026-02-05"]).contains("today: a round was opened"))
        let over = try lines("2026-04-01", lodged: "2026-01-01", opened: ["2026-02-05"])
        #expect(
            over.contains("no day is left") && over.contains("2026-01-05 passed") && over.contains("2026-03-05 passed"))
        #expect(!over.contains("2026-02-05"))
    }
}
