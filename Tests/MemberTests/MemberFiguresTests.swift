import Exchange
import Foundation
import TestDirectories
import Testing

@testable import Daemon
@testable import Member
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// What a participant tells its own monitoring.
@Suite("Figures of a participant")
struct MemberFiguresTests {
    private let place: TemporaryDirectory
    private let home: Home
    private let metrics = PrometheusMetrics()

    init() throws {
        place = try TemporaryDirectory()
        home = try Home.create(
            at: place.file("home"), id: BoardFixture.mixer, name: "Mixer", role: .mixer, alternativeNames: [],
            validityDays: 30)
    }

    /// - Parameter date: what its clock says; the rounds of these tests are opened 1,000 seconds after 1970 began.
    private func figures(at date: Date = Date(timeIntervalSince1970: 1_100), isReached: Bool = true) -> MemberFigures {
        let clock = MachineClock(wall: { date }, monotonic: { .zero })
        return MemberFigures(home: home, factory: metrics, clock: clock) { isReached }
    }

    private static func rounds(_ figures: [Figure]) -> [String: Double] {
        Dictionary(
            uniqueKeysWithValues: figures.filter { $0.name == "sidos_participant_rounds" }
                .map { ($0.labels[0].value, $0.value) })
    }

    private static func value(_ name: String, _ figures: [Figure]) -> Double? {
        figures.first { $0.name == name }?.value
    }

    @Test("A round is counted in its phase from its opening to its end, and then as ended")
    func phases() async throws {
        let figures = figures()
        let fixture = try await BoardFixture.rows.value
        for record in fixture.records {
            figures.see(record)
            let told = await figures.figures()
            let rounds = Self.rounds(told)
            if record.ending == nil {
                #expect(rounds[record.phase.rawValue] == 1)
                #expect(rounds.values.reduce(0, +) == 1)
                #expect(Self.value("sidos_participant_oldest_round_seconds", told) == 100)
            } else {
                #expect(rounds.values.reduce(0, +) == 0)
                #expect(Self.value("sidos_participant_oldest_round_seconds", told) == 0)
            }
        }
        // Entries after the end end it no second time.
        #expect(metrics.exposition().contains("sidos_participant_rounds_ended_total{outcome=\"closed\"} 1\n"))
        #expect(metrics.exposition().contains("sidos_participant_rounds_joined_total 1\n"))
    }

    @Test("Counters are there with 0 before anything has happened, so that their first increase is seen")
    func zeros() {
        _ = figures()
        let text = metrics.exposition()
        for name in MemberFigures.counters {
            #expect(text.contains("\n\(name)") || text.hasPrefix(name), "\(name)")
            #expect(text.split(separator: "\n").contains { $0.hasPrefix(name) && $0.hasSuffix(" 0") }, "\(name)")
        }
    }

    @Test("A round that is left, refused or disowned is not one under way")
    func left() async throws {
        let figures = figures()
        var record = try await BoardFixture.rows.value.after(KeyCommitted.self)
        figures.see(record)
        figures.leave(record.round)
        #expect(Self.rounds(await figures.figures()).values.reduce(0, +) == 0)
        figures.see(record)
        record.refusals[home.keys.id] = .policy
        figures.see(record)
        #expect(Self.rounds(await figures.figures()).values.reduce(0, +) == 0)
        #expect(metrics.exposition().contains("sidos_participant_rounds_ended_total{outcome=\"aborted\"} 0\n"))
    }

    @Test("Work is timed by phase, complaints and failures are counted, and every call reaches the member")
    func work() async throws {
        let figures = figures()
        let record = try await BoardFixture.verifiedRows.value.after(Selected.self)
        let inner = Stub()
        let watched = WatchedMember(member: inner, figures: figures)
        #expect(try await watched.admit(record) == .policy)
        _ = try await watched.step(record)
        await inner.fail()
        await #expect(throws: Stub.Failure.self) { try await watched.step(record) }
        try await watched.erase(record.round, ending: nil)
        #expect(try await !watched.settle(record))
        try await watched.disown(record.round)
        await watched.tidy()
        await watched.observe(record)
        #expect(await inner.calls == ["admit", "step", "step", "erase", "settle", "disown", "tidy", "observe"])
        let text = metrics.exposition()
        #expect(text.contains("sidos_participant_work_seconds_count{phase=\"\(record.phase.rawValue)\"} 2\n"))
        #expect(text.contains("sidos_participant_work_failed_total{phase=\"\(record.phase.rawValue)\"} 1\n"))
        #expect(text.contains("sidos_participant_complaints_total 1\n"))
        #expect(text.contains("sidos_participant_rounds_refused_total 1\n"))
    }

    @Test("It is ready when the coordinator is reached and the certificate is valid, and else says why not")
    func obstacles() async throws {
        let now = Date()
        #expect(await figures(at: now).obstacle() == nil)
        #expect(await figures(at: now, isReached: false).obstacle() == "the coordinator cannot be reached")
        let reached = Self.value("sidos_participant_coordinator_reached", await figures().figures())
        let away = Self.value("sidos_participant_coordinator_reached", await figures(isReached: false).figures())
        #expect(reached == 1 && away == 0)
        let end = Self.value("sidos_certificate_expiry_timestamp_seconds", await figures().figures())
        #expect(abs((end ?? 0) - home.keys.certificateNotAfter.timeIntervalSince1970) <= 1)
        let obstacle = await figures(at: home.keys.certificateNotAfter + 1).obstacle()
        #expect(obstacle == "the own certificate is not valid now")
    }

    private actor Stub: RoundMember {
        struct Failure: Error {}
        var calls: [String] = []
        private var fails = false

        func fail() { fails = true }

        func admit(_ record: RoundRecord) async throws -> RefusalCode? {
            calls.append("admit")
            return .policy
        }
        func step(_ record: RoundRecord) async throws -> (any EntryBody)? {
            calls.append("step")
            if fails { throw Failure() }
            return Complained(against: "coordinator", code: .selectionWrong)
        }
        func erase(_ round: RoundID, ending: RoundRecord.Ending?) async throws { calls.append("erase") }
        func settle(_ record: RoundRecord) async throws -> Bool {
            calls.append("settle")
            return false
        }
        func disown(_ round: RoundID) async throws { calls.append("disown") }
        func tidy() async { calls.append("tidy") }
        func observe(_ record: RoundRecord) async { calls.append("observe") }
    }
}
