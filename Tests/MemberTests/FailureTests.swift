import Files
import PSIProtocol
import Testing

@testable import Daemon
@testable import Member

@Suite("Failures that end a round")
struct FailureTests {
    @Test("What may pass by itself ends nothing; what was altered or lost does")
    func codes() {
        let cases: [(any Error, RefusalCode?)] = [
            (FileError.diskFull(path: "/x"), nil), (FileError.noPermission(path: "/x", code: 13), nil),
            (SealedStateError.file(.diskFull(path: "/x")), nil), (FileError.altered(path: "/x"), .keysLost),
            (SealedStateError.altered(path: "/x"), .keysLost), (SealedStateError.vanished(path: "/x"), .keysLost),
            (SealedStateError.full(maxCount: 1), .internalFailure),
            (ProtocolViolation(.equivocation), .equivocation), (RoundRefusal(.policy, "not allowed"), .policy),
        ]
        for (error, code) in cases { #expect(Failure.refusal(for: error) == code, "\(error)") }
    }

    @Test("An altered file ends a program as wrong data does, and says what to do")
    func altered() {
        let report = ErrorReport(FileError.altered(path: "/s/x"))
        #expect(report.exitStatus == .badData)
        #expect(report.sentence.contains("/s/x was altered"))
        #expect(report.sentence.contains("don't restore it from a backup"))
        #expect(report.sentence == ErrorReport(SealedStateError.altered(path: "/s/x")).sentence)
        #expect(ErrorReport(FileError.finished).exitStatus == .software)
        #expect(ErrorReport(FileError.discarded).exitStatus == .software)
    }
}
