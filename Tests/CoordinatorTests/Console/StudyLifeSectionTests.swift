import Exchange
import Testing

@testable import Agreement
@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import Values
@testable import WebConsole

/// What the coordinator's console shows of a study's life: who is ready, on which days rounds open, which agreements
/// are superseded, what a round is for. [P-76] [P-84] [P-95]
@Suite("A study's life in the console")
struct StudyLifeSectionTests {
    private static let others = ["owner-left", "owner-right", "mixer0", "research"]

    /// All words of a page, as a string.
    private static func words(
        _ section: any ConsoleSection, _ path: [String] = [], _ language: PlainLanguage = .english
    ) async throws -> String {
        let request = ConsoleRequest(path: path, query: [:], form: [:], say: Say(language))
        guard case .page(let page) = try await section.show(request) else { return "" }
        return "\(page.title)\n" + page.blocks.map { "\($0)" }.joined(separator: "\n")
    }

    private static func readiness(_ coordinator: RunningCoordinator) -> ReadinessSection {
        let rounds = coordinator.rounds
        return ReadinessSection(home: coordinator.study.home.home, clock: coordinator.clock.clock) { id in
            try StatusJSON.decode(AgreementStanding.self, try await rounds.standing(of: id))
        }
    }

    private static func say(
        _ word: ReadinessWord, _ who: ParticipantID, at coordinator: RunningCoordinator
    ) async throws {
        let study = coordinator.study
        try await coordinator.rounds.take(word, about: AgreementID(ofFile: study.file), caller: try study.caller(who))
    }

    @Test("Who is ready, who has said nothing, and the code of what is wrong, in every language")
    func ready() async throws {
        let study = try TestStudy()
        try study.install()
        try await RunningCoordinator.run(study) { coordinator in
            let section = Self.readiness(coordinator)
            var page = try await Self.words(section)
            #expect(page.contains("Waits for: owner-left, owner-right, mixer0, research"), "\(page)")
            #expect(page.contains("has said nothing within a day") && !page.contains("Calendar"))
            try await Self.say(.register, "owner-left", at: coordinator)
            for who in Self.others.dropFirst() { try await Self.say(.ready, who, at: coordinator) }
            page = try await Self.words(section)
            #expect(page.contains("Waits for: owner-left\""), "\(page)")
            #expect(page.contains("register.unusable") && page.contains("a register cannot be used"))
            #expect(page.contains("2026-06-01 12:00 UTC"))
            #expect(try await Self.words(section, [], .finnish).contains("rekisteriä ei voi käyttää"))
            #expect(try await Self.words(section, [], .swedish).contains("ett register kan inte användas"))
            coordinator.clock.advance(by: 10)
            try await Self.say(.ready, "owner-left", at: coordinator)
            #expect(try await Self.words(section).contains("Nothing stands in the way of a round."))
            // What stands in the coordinator's own way is told as it says it.
            try await coordinator.open()
            page = try await Self.words(section)
            #expect(page.contains("is still open") && !page.contains("Nothing stands"), "\(page)")
        }
    }

    @Test("Every code has words of its own in every language, and no number")
    func codes() throws {
        for language in PlainLanguage.allCases {
            let words = ReadinessWord.allCases.map { ReadinessSection.words($0, Say(language)) }
            #expect(Set(words).count == ReadinessWord.allCases.count)
            #expect(words.allSatisfy { !$0.isEmpty && $0.allSatisfy { !$0.isNumber } })
        }
        let unknown = AgreementStanding.Participant(
            participant: "a", role: "authority", state: .obstacle, code: "of.a.newer.version", saidAt: 1)
        #expect(ReadinessSection.words(unknown, Say(.english)).text == "–")
    }

    @Test("Days on which rounds open are told, those that have passed too, and that the agreement has to be lodged")
    func calendar() async throws {
        var design = TestStudy.Design()
        design.calendar = "[2026-06-01, 2026-06-03, 2026-07-01]"
        let study = try TestStudy(design)
        try study.install()
        let clock = TestClock()
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let section = Self.readiness(coordinator)
            var page = try await Self.words(section)
            #expect(page.contains("agreement lodge") && page.contains("A round is due today."), "\(page)")
            #expect(page.contains("2026-06-03, 2026-07-01"))
            let signed = SignedAgreement(
                bytes: study.file, signatures: try study.participants.map { try study.signature($0.id) })
            try LodgedAgreements(study.home.home).lodge(signed, at: Int64(clock.now))
            await coordinator.rounds.keepCalendars()
            clock.advance(by: TestClock.day)
            page = try await Self.words(section)
            #expect(page.contains("2026-06-01 passed without a round.") && !page.contains("agreement lodge"), "\(page)")
            let days = CalendarSection(
                home: study.home.home, standing: { ConsoleStanding(isRunning: true, rounds: []) }, clock: clock.clock)
            let told = try await Self.words(days)
            for day in ["2026-06-01", "2026-06-03", "2026-07-01"] { #expect(told.contains(day), "\(told)") }
            #expect(told.contains("day of a round: A study of invented people"))
        }
    }

    @Test("An agreement that is superseded is shown as such, opens no round on any day, and nobody is asked about it")
    func superseded() async throws {
        var design = TestStudy.Design()
        design.calendar = "[2026-06-03]"
        let study = try TestStudy(design)
        let amendment = study.amendment(of: study.file) { $0.calendar = "[2026-06-04]" }
        for file in [study.file, amendment] { try study.install(file) }
        let (former, later) = (AgreementID(ofFile: study.file), AgreementID(ofFile: amendment))
        func short(_ id: AgreementID) -> String { String(id.description.prefix(12)) }
        try await RunningCoordinator.run(study) { coordinator in
            let home = study.home.home
            let agreements = AgreementsSection(home: home, clock: coordinator.clock.clock)
            let days = CalendarSection(
                home: home, standing: { ConsoleStanding(isRunning: true, rounds: []) }, clock: coordinator.clock.clock)
            let readiness = Self.readiness(coordinator)
            #expect(try await !Self.words(agreements).contains("superseded"))
            #expect(try await Self.words(days).contains("2026-06-03"))
            #expect(try await Self.words(readiness).contains(short(former)))
            try await coordinator.open(amendment)
            // The daemon has the state open while this is shown.
            #expect(try await Self.words(agreements).contains("superseded"))
            #expect(try await Self.words(agreements, [], .finnish).contains("korvattu"))
            #expect(try await Self.words(agreements, [], .swedish).contains("ersatt"))
            let page = try await Self.words(agreements, ["\(former)"])
            #expect(page.contains("Superseded: agreement \(short(later))") && page.contains("/agreements/\(later)"))
            #expect(try await !Self.words(agreements, ["\(later)"]).contains("Superseded"))
            let told = try await Self.words(days)
            #expect(!told.contains("2026-06-03") && told.contains("2026-06-04"), "\(told)")
            let asked = try await Self.words(readiness)
            #expect(!asked.contains(short(former)) && asked.contains(short(later)), "\(asked)")
        }
    }

    @Test(
        "While the coordinator does not run it says that nobody can be asked; without agreements, that there are none")
    func stopped() async throws {
        let study = try TestStudy()
        let section = ReadinessSection(home: study.home.home)
        #expect(try await Self.words(section).contains("No agreement that is in force"))
        try study.install()
        #expect(
            try await Self.words(ReadinessSection(home: study.home.home, clock: TestClock().clock) { _ in nil })
                .contains("The service is not running"))
        struct Fault: Error {}
        let failing = ReadinessSection(home: study.home.home, clock: TestClock().clock) { _ in throw Fault() }
        #expect(try await Self.words(failing).contains("A study of invented people"))
    }

    @Test("A round of withdrawals is shown as one, among the others and by itself")
    func withdrawals() async throws {
        var round = try await SampleStatus.ring()
        let status = round
        func section(_ status: RoundStatus) -> RoundsSection {
            RoundsSection(
                standing: { ConsoleStanding(isRunning: true, rounds: [status]) }, more: { _, _ in [] },
                perform: { _, _, _ in nil })
        }
        for path in [[], [status.round]] {
            let page = try await Self.words(section(status), path)
            #expect(page.contains("linkage") && !page.contains("withdrawals"), "\(page)")
        }
        round.purpose = "withdrawals"
        for path in [[], [status.round]] {
            let page = try await Self.words(section(round), path)
            #expect(page.contains("withdrawals") && !page.contains("linkage"), "\(page)")
        }
        #expect(try await Self.words(section(round), [status.round], .finnish).contains("tutkimuksesta poistuvat"))
        #expect(try await Self.words(section(round), [status.round], .swedish).contains("de som lämnar studien"))
    }

    @Test("A round of withdrawals can be opened where the agreement has such rounds, and no other kind is taken")
    func kinds() throws {
        var agreement = try TestStudy().agreement
        #expect(OpenSection.kinds(agreement, Say(.english)).isEmpty)
        agreement.pseudonyms = .study(holders: ["owner-left", "mixer0"])
        let fields = OpenSection.kinds(agreement, Say(.english))
        #expect(fields.map(\.name) == ["kind"])
        guard case .choice(let choices) = try #require(fields.first).kind else {
            return #expect(Bool(false), "no choice")
        }
        #expect(choices.map(\.value) == ["linkage", "withdrawals"])
        func purpose(_ kind: String?) throws -> RoundPurpose? {
            try OpenSection.purpose(
                ConsoleRequest(
                    path: ["now"], query: [:], form: kind.map { ["kind": $0] } ?? [:], say: Say(.english)))
        }
        #expect(try purpose(nil) == nil && purpose("linkage") == nil && purpose("withdrawals") == .withdrawals)
        #expect(throws: ConsoleMistake.self) { try purpose("release") }
    }
}
