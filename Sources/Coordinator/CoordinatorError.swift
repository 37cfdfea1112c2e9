internal import Daemon
internal import Values

/// What an operator of the coordinator is told.
enum CoordinatorError: Error, Equatable, CustomStringConvertible, ReportableError {
    /// No coordinator has left word of where it listens.
    case notRunning(directory: String)
    /// A stored round can't be replayed.
    case damagedRound(RoundID, reason: String)
    case badRoundID(String)
    /// No board is kept of such a round.
    case unknownRound(String)
    case unknownAnswer
    /// A round ended before it was closed.
    case aborted(round: String, code: String, participants: [String], reason: String?)
    /// The command was stopped, not the round.
    case stoppedFollowing(round: String)
    /// No participant of this name takes part by courier.
    case notCarried(String)
    case severalCarried(String)
    /// A round could not be opened now, or would wait for these.
    case notReady(study: String, participants: [ParticipantID], isCoordinator: Bool)
    case unknownStudy(String, known: [String])
    case severalAgreements(String, [String])
    /// An agreement whose calendar cannot be kept: it has none, or all its days are over.
    case noCalendar(path: String, isOver: Bool)
    case notLodged(agreement: String)

    var description: String {
        switch self {
        case .notRunning(let directory):
            "no coordinator is running from \(directory): start it with `serve`, or give `url` in config.yaml"
        case .damagedRound(let round, let reason):
            "the board of round \(round) can't be replayed (\(reason)): board.sqlite is damaged. Restore the whole "
                + "directory from the last backup, with `restore`, into a new one; board.sqlite alone would not fit "
                + "the streams and counters beside it"
        case .badRoundID(let text):
            "`\(text.prefix(80))` names no round: give the 64 hexadecimal digits that `rounds` shows, or the first ones"
        case .unknownRound(let text):
            "no board is kept of a round `\(text.prefix(80))`: `evidence list` says of which rounds there is one"
        case .unknownAnswer:
            "this program does not know the coordinator's answer: use the version that the coordinator runs"
        case .aborted(let round, let code, let participants, let reason):
            "round \(round) was aborted: \(code)"
                + (participants.isEmpty ? "" : " (\(participants.joined(separator: ", ")))")
                + (reason.map { ": \($0)" } ?? "")
        case .stoppedFollowing(let round):
            "stopped following round \(round), which goes on: `status \(round)` tells how it stands, `abort` ends it"
        case .notCarried(let name):
            "no participant `\(name.prefix(80))` of an agreement that was signed here takes part by courier: list its "
                + "pin in config.yaml under couriers, and start the coordinator again"
        case .severalCarried(let name):
            "several participants are called \(name): give the pin of the one that is meant"
        case .notReady(let study, let participants, let isCoordinator):
            "no round of \(study) should be opened now: "
                + [
                    participants.isEmpty ? nil : "waiting for \(participants.joined(separator: ", "))",
                    isCoordinator ? "the coordinator itself is not ready" : nil,
                ].compactMap { $0 }.joined(separator: "; ")
        case .unknownStudy(let name, let known):
            "no agreement of a study `\(name.prefix(80))` was signed here; there "
                + (known.isEmpty ? "is none yet" : "are agreements of \(known.joined(separator: ", "))")
        case .severalAgreements(let name, let ids):
            "several agreements of \(name) were signed here: give the first digits of the one that is meant: "
                + ids.joined(separator: ", ")
        case .noCalendar(let path, let isOver):
            "\(path) has no calendar\(isOver ? " with a day that is still to come" : ""): open its rounds with `link`"
        case .notLodged(let agreement):
            "agreement \(agreement) is not lodged here"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .notRunning, .unknownAnswer: .unavailable
        case .damagedRound: .badData
        case .unknownRound: .noInput
        case .badRoundID, .severalCarried, .unknownStudy, .severalAgreements: .usage
        case .notCarried: .configuration
        case .noCalendar: .refused
        case .notLodged: .noInput
        case .aborted: .abortedRound
        case .stoppedFollowing, .notReady: .temporary
        }
    }
}
