import Foundation
import TestDirectories
import Testing

@testable import Daemon
@testable import PSIProtocol
@testable import RoundSimulation
@testable import WebConsole

/// What the first page says needs somebody.
@Suite("The console's alarms")
struct AlarmsSectionTests {
    private let place: TemporaryDirectory

    init() throws { place = try TemporaryDirectory() }

    /// What is said, with its urgency, of a participant whose certificate lasts so long.
    private func alarms(
        days: Int = 825, isRunning: Bool = true, rounds: [RoundStatus] = [], notes: [String] = [],
        later: TimeInterval = 0
    ) async throws -> [String] {
        let path = place.path + "/\(UUID().uuidString)"
        let home = try Home.create(
            at: path, id: "omnia", name: "Omnia", role: .authority, alternativeNames: [], validityDays: days)
        let clock = MachineClock(wall: { Date() + later }, monotonic: { .zero })
        let overview = OverviewSection(
            home: home, standing: { ConsoleStanding(isRunning: isRunning, rounds: rounds, notes: notes) }, clock: clock)
        return await AlarmsSection(overview).blocks(Say(.english)).compactMap { block in
            guard case .notice(let urgency, let words) = block else { return nil }
            return "\(urgency): \(words.text)"
        }
    }

    @Test("A service that runs and has nothing to do is well; one that does not run is not")
    func running() async throws {
        #expect(try await alarms().map { $0.prefix(10) } == ["good: The "])
        #expect(try await alarms(notes: ["something to carry out"]).last == "note: something to carry out")
        #expect(try await alarms(isRunning: false).first?.hasPrefix("alarm: The service is not running") == true)
    }

    @Test("A certificate is told of a month before its end, and is an alarm in the last week and afterwards")
    func certificate() async throws {
        #expect(try await alarms(days: 40).count == 1)
        // A day more or less, as the certificate's own hours fall.
        #expect(
            try await alarms(days: 20).last?.wholeMatch(of: #/note: The certificate ends in (19|20) days\./#) != nil)
        #expect(try await alarms(days: 5).last?.wholeMatch(of: #/alarm: The certificate ends in [45] days\./#) != nil)
        #expect(try await alarms(days: 5, later: 7 * 86_400).last == "alarm: The certificate has expired.")
    }

    @Test("Rounds that are open, old, aborted or accused of are told, and those that are well are not")
    func rounds() async throws {
        let records = try await BoardFixture.rows.value.records
        let closed = RoundStatus(try #require(records.last))
        var open = RoundStatus(try #require(records.first))
        let now = Int(Date().timeIntervalSince1970)
        open.opened = now
        #expect(closed.ended?.outcome == "closed")
        #expect(try await alarms(rounds: [closed]).count == 1)
        #expect(try await alarms(rounds: [open]).last?.hasPrefix("note: ") == true)
        #expect(try await alarms(rounds: [open]).last?.contains("waits for ") == true)
        open.opened = now - AlarmsSection.oldRoundSeconds - 60
        #expect(try await alarms(rounds: [open]).last?.hasPrefix("alarm: ") == true)
        var aborted = closed
        aborted.opened = now
        aborted.ended?.outcome = "aborted"
        aborted.ended?.code = "policy.refused"
        #expect(try await alarms(rounds: [aborted]).last?.hasSuffix("aborted (policy.refused)") == true)
        var accused = closed
        accused.complaints = ["a accuses b of proof.wrong"]
        #expect(try await alarms(rounds: [accused]).last?.hasSuffix("somebody accuses another") == true)
    }

    @Test("The limits are those of the alarm rules for Prometheus")
    func rules() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/monitoring/alarms.yml")
        let text = try String(contentsOf: file, encoding: .utf8)
        let days = text.matches(of: #/< (\d+) \* 86400/#).compactMap { Int($0.output.1) }
        #expect(days == [AlarmsSection.certificateDays, AlarmsSection.certificateLastDays])
        #expect(text.contains("sidos_store_available_bytes < \(AlarmsSection.diskByteCount >> 30) * 2 ^ 30"))
        #expect(text.contains("oldest_round_seconds > \(AlarmsSection.oldRoundSeconds)\n"))
    }
}
