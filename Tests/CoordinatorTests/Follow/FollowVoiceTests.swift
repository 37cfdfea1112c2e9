import Foundation
import Testing

@testable import Agreement
@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import Values

@Suite("What `link` tells")
struct FollowVoiceTests {
    private let output = Transcript()
    private let errors = Transcript()

    private func voice(json: Bool) -> FollowVoice {
        FollowVoice(
            json: json, progress: ProgressReport(console: errors.console, form: .quiet), output: output.console,
            errors: errors.console)
    }

    private func tell(json: Bool, _ status: RoundStatus) throws {
        let voice = voice(json: json)
        let round = try #require(RoundID(hex: status.round))
        try voice.opened(round, agreement: try #require(AgreementID(hex: status.agreement)))
        try voice.phase(status)
        try voice.waiting(status)
        var nobody = status
        nobody.waitingFor = []
        try voice.waiting(nobody)
        var ended = status
        ended.phase = "aborted"
        ended.ended = RoundStatus.Ending(outcome: "aborted", code: "deadline.passed", participants: ["mixer0"])
        try voice.ended(ended)
    }

    @Test("To people: how it goes on standard error, what comes of it on standard output")
    func plain() async throws {
        let status = try await SampleStatus.ring()
        try tell(json: false, status)
        #expect(errors.lines == ["phase: ring", "waiting for owner-right"])
        #expect(
            output.lines == [
                "Opened round \(status.round)", "Round \(status.round)",
                "  ended      aborted: deadline.passed (mixer0)",
            ])
    }

    @Test("To programs: one JSON object a line on standard output, and nothing beside")
    func json() async throws {
        let status = try await SampleStatus.ring()
        try tell(json: true, status)
        #expect(errors.text.isEmpty)
        let events = try output.lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(events.map { $0["event"] as? String } == ["opened", "phase", "waiting", "waiting", "ended"])
        #expect(events.allSatisfy { $0["round"] as? String == status.round })
        #expect(events[0]["agreement"] as? String == status.agreement)
        #expect(events[1]["phase"] as? String == "ring")
        #expect(events[2]["waiting_for"] as? [String] == ["owner-right"])
        let last = try #require(events[4]["status"] as? [String: Any])
        #expect((last["ended"] as? [String: Any])?["code"] as? String == "deadline.passed")
    }
}
