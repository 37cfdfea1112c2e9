import Synchronization
import Testing

@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import RoundSimulation

@Suite("Following a round", .timeLimit(.minutes(10)))
struct FollowServiceTests {
    private let output = Transcript()
    private let errors = Transcript()

    private struct Unreachable: Error {}

    /// Follows what is handed out look by look; the last again and again.
    private func follow(
        _ looks: [RoundStatus], patience: Duration = .seconds(60), failing: Bool = false
    ) async throws -> RoundStatus? {
        let rest = Mutex(looks[...])
        let report = ProgressReport(console: errors.console, form: .lines(interval: .seconds(60)))
        let voice = FollowVoice(json: false, progress: report, output: output.console, errors: errors.console)
        let service = FollowService(voice: voice, interval: .milliseconds(1), patience: patience) {
            try rest.withLock { rest in
                if rest.count == 1, failing { throw Unreachable() }
                return rest.count > 1 ? rest.removeFirst() : rest[rest.startIndex]
            }
        }
        try await service.run()
        return service.outcome
    }

    /// A round's statuses, as somebody sees them who looks after each entry.
    private static func statuses() async throws -> [RoundStatus] {
        try await BoardFixture.rows.value.records.map {
            RoundStatus($0)
        }
    }

    @Test("Each phase is told once, however often one looks, and the outcome is the last status")
    func once() async throws {
        let statuses = try await Self.statuses().prefix { $0.ended == nil || $0.erased.done == 0 }
        let outcome = try await follow(statuses.flatMap { [$0, $0, $0] })
        #expect(outcome == statuses.last)
        let phases = errors.lines.filter { $0.hasPrefix("phase: ") }
        #expect(
            phases
                == ["keys", "declaring", "ring", "matching", "releasing", "receiving", "closing", "closed"]
                .map { "phase: \($0)" })
        // Patience has not run out, so nobody is pressed.
        #expect(!errors.text.contains("waiting for"))
        #expect(output.text.isEmpty, "the outcome is told by the command")
    }

    @Test("Every stage of every list begins and ends once, even if one looks seldom")
    func stages() async throws {
        let statuses = try await Self.statuses().prefix { $0.ended == nil || $0.erased.done == 0 }
        let seldom = statuses.enumerated().filter { $0.offset.isMultiple(of: 4) }.map(\.element) + statuses.suffix(1)
        for (looks, isSeldom) in [(Array(statuses), false), (seldom, true)] {
            let before = errors.lines.count
            _ = try await follow(looks)
            let lines = errors.lines.dropFirst(before)
            for register in ["left", "right"] {
                for stage in 1...3 {
                    let own = lines.filter { $0.hasPrefix("\(register), stage \(stage) of 3") }
                    #expect(own.count { $0.contains("done") } == 1, "\(register) \(stage), \(isSeldom): \(own)")
                    #expect(own.count == 2, "\(register) \(stage), \(isSeldom): \(own)")
                }
            }
            #expect(!lines.contains { $0.contains("failed") })
        }
        #expect(errors.text.contains("left, stage 2 of 3 by owner-right"))
    }

    @Test("Whom a round waits for is told once after a while, and again after it has moved")
    func waiting() async throws {
        let statuses = try await Self.statuses()
        let (first, second) = (statuses[0], statuses[1])
        let end = try #require(statuses.first { $0.ended != nil })
        let looks = Array(repeating: first, count: 5) + Array(repeating: second, count: 5) + [end]
        _ = try await follow(looks, patience: .zero)
        let told = errors.lines.filter { $0.hasPrefix("waiting for ") }
        #expect(
            told == [
                "waiting for owner-left, owner-right, mixer0, research",
                "waiting for owner-right, mixer0, research",
            ])
    }

    @Test("A stage under way when the round is aborted is told as failed, and the outcome says why")
    func aborted() async throws {
        let ring = try await SampleStatus.ring()
        var end = ring
        end.phase = "aborted"
        end.ended = RoundStatus.Ending(outcome: "aborted", code: "operator.aborted", participants: [])
        for index in end.registers.indices { end.registers[index].stageNode = nil }
        #expect(try await follow([ring, end])?.ended == end.ended)
        #expect(errors.lines.count { $0.hasPrefix("left, stage 2 of 3 by owner-right: failed") } == 1)
        #expect(errors.lines.count { $0.hasPrefix("right, stage 1 of 3 by owner-right: failed") } == 1)
    }

    @Test("What goes wrong while following is not taken for an end")
    func failure() async throws {
        let status = try await SampleStatus.ring()
        await #expect(throws: Unreachable.self) { try await follow([status, status, status], failing: true) }
    }

    @Test("Who stops following has no outcome")
    func stopped() async throws {
        let status = try await SampleStatus.ring()
        let following = Task { try await follow([status]) }
        try await Task.sleep(for: .milliseconds(50))
        following.cancel()
        #expect(try await following.value == nil)
        #expect(errors.lines.first == "phase: ring")
    }
}
