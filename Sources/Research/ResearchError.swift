internal import Daemon
internal import PSIProtocol

/// What stands in the way of a command on received rounds.
enum ResearchError: Error, Equatable, CustomStringConvertible, ReportableError {
    case badRound(String)
    case noRounds
    case noSuchRound(String)
    case ambiguousRound(String, [RoundID])
    case severalRounds([RoundID])
    case notReceived(RoundID)
    case notOver(RoundID)
    case storeMissing(RoundID, path: String)
    case unreadableRecord(path: String)
    case endedWithoutRound
    case aborted(RoundID, RoundAborted)

    var description: String {
        switch self {
        case .badRound(let text):
            "`\(text.prefix(64))` names no round: "
                + "give at least \(RoundFolders.fewestDigits) hexadecimal digits of its id"
        case .noRounds:
            "nothing was received here yet: run `\(ResearchProgram.name) receive` or `serve` while a round is open"
        case .noSuchRound(let prefix):
            "no round here begins with \(prefix): `\(ResearchProgram.name) status` lists them"
        case .ambiguousRound(let prefix, let rounds):
            "several rounds begin with \(prefix): \(Self.list(rounds)): give more digits"
        case .severalRounds(let rounds):
            "there are several rounds here: \(Self.list(rounds)): name one with --round"
        case .notReceived(let round):
            "round \(round) was not received to its end yet: keep `serve` or `receive` running until it was"
        case .notOver(let round):
            "round \(round) was received, but the coordinator has not closed it yet: "
                + "keep `serve` or `receive` running until it has"
        case .storeMissing(let round, let path):
            "the rows of round \(round) are gone: \(path) does not exist. "
                + "`\(ResearchProgram.name) forget` clears the rest"
        case .unreadableRecord(let path):
            "\(path) is of another version of this program, or damaged"
        case .endedWithoutRound:
            "no round was received before the program ended: its log says why"
        case .aborted(let round, let abort):
            "round \(round) was aborted: \(abort.code.rawValue)"
                + (abort.participants.isEmpty ? "" : " (\(abort.participants.joined(separator: ", ")))")
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .badRound, .ambiguousRound, .severalRounds: .usage
        case .noRounds, .noSuchRound, .storeMissing: .noInput
        case .notReceived, .notOver, .endedWithoutRound: .temporary
        case .unreadableRecord: .badData
        case .aborted: .abortedRound
        }
    }

    private static func list(_ rounds: [RoundID]) -> String {
        rounds.map { String($0.description.prefix(12)) }.joined(separator: ", ")
    }
}
