import Daemon
import Testing

@testable import Coordinator
@testable import Values

@Suite("What an operator is told of errors")
struct CoordinatorErrorTests {
    @Test("Each has its documented status and a sentence that says what to do")
    func statuses() throws {
        let round = try #require(RoundID(bytes: [UInt8](repeating: 7, count: 32)))
        let cases: [(CoordinatorError, Int32, String)] = [
            (.notRunning(directory: "/srv/hub"), 69, "no coordinator is running from /srv/hub"),
            (.damagedRound(round, reason: "why"), 65, "(why): board.sqlite is damaged. Restore the whole directory"),
            (
                .damagedRound(round, reason: "why"), 65,
                "with `restore`, into a new one; board.sqlite alone would not fit"
            ),
            (.badRoundID("12"), 64, "`12` names no round"),
            (.unknownAnswer, 69, "use the version that the coordinator runs"),
            (
                .aborted(round: "0a", code: "deadline.passed", participants: ["a", "b"], reason: nil), 81,
                "round 0a was aborted: deadline.passed (a, b)"
            ),
            (
                .aborted(round: "0a", code: "operator.aborted", participants: [], reason: "Wrong year"), 81,
                "round 0a was aborted: operator.aborted: Wrong year"
            ),
            (.stoppedFollowing(round: "0a"), 75, "`abort` ends it"),
        ]
        for (error, status, words) in cases {
            let report = ErrorReport(error)
            #expect(report.exitStatus.rawValue == status, "\(error)")
            #expect(report.sentence.contains(words), "\(report.sentence)")
        }
        #expect(CoordinatorError.badRoundID(String(repeating: "x", count: 10_000)).description.utf8.count < 300)
    }
}
