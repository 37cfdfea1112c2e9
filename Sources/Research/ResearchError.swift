internal import Daemon
internal import PSIProtocol
internal import Values

/// What stands in the way of a command on received rounds.
enum ResearchError: Error, Equatable, CustomStringConvertible, ReportableError {
    case badRound(String)
    case noRounds
    case noSuchRound(String)
    case ambiguousRound(String, [RoundID])
    case severalRounds([RoundID])
    case roundTwice(RoundID)
    case notReceived(RoundID)
    case notClosed(RoundID)
    case notSigned(RoundID, by: [ParticipantID])
    case damaged(RoundID, [Damage])
    case copyDamaged(RoundID, path: String)
    case storeMissing(RoundID, path: String)
    case unreadableRecord(path: String)
    case endedWithoutRound
    case aborted(RoundID, RoundAborted)
    case needsRelease
    case notPrepared(String)
    /// Whatever was written may have people who have withdrawn.
    case withdrawnMeanwhile
    /// So may this prepared dataset.
    case withdrawnSince(String)

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
            "there are several rounds here: \(Self.list(rounds)): name one with --round, or several with --rounds"
        case .roundTwice(let round):
            "--rounds names round \(round) twice: name each once"
        case .notReceived(let round):
            "round \(round) was not received to its end yet: keep `serve` or `receive` running until it was"
        case .notClosed(let round):
            "round \(round) was received, but the coordinator has not closed it yet: "
                + "keep `serve` or `receive` running until it has"
        case .notSigned(let round, let participants):
            "round \(round) is closed, but \(participants.joined(separator: ", ")) "
                + (participants.count == 1 ? "has" : "have")
                + " not yet signed that it is, and that the round's keys are erased: keep `serve` or `receive` running "
                + "until all have. If they say that the round was aborted, the coordinator has told two different ends"
        case .damaged(let round, let damages):
            "vault.wrong: cells of round \(round) are missing or could not be opened: "
                + damages.map { "\($0.register) of \($0.owner): \($0.items)" }.joined(separator: "; ")
                + ". The register's owner may have stored wrong cells, a node on the list's way may have altered "
                + "a capsule, a node's share may be wrong, or the coordinator's selection. Nothing was written. Tell "
                + "none of them how many, or that there are any, before you know why: somebody who damaged one "
                + "person's cell would learn that the person is selected. `dataset --without-damaged` leaves these "
                + "people "
                + "out whole, from every register"
        case .copyDamaged(let round, let path):
            "\(path) is not what was received of round \(round): its disk may be damaged, or somebody altered it. "
                + "Restore it from a backup, or `\(ResearchProgram.name) forget` the round; a new one is needed"
        case .storeMissing(let round, let path):
            "the rows of round \(round) are gone: \(path) does not exist. "
                + "`\(ResearchProgram.name) forget` clears the rest"
        case .unreadableRecord(let path):
            "\(path) is of another version of this program, or damaged"
        case .needsRelease:
            "several people decide here on what is handed over: prepare the dataset with `dataset --prepare`, propose "
                + "it with `approval propose dataset`, and hand it over with `release` when it is approved"
        case .notPrepared(let name):
            "no dataset \(name) was prepared here: `dataset --prepare` makes one and says its name"
        case .withdrawnMeanwhile:
            "people withdrew from the study while the dataset was written, several times: nothing was written. Run the "
                + "command again"
        case .withdrawnSince(let name):
            "people have withdrawn from the study since \(name) was prepared: it is not handed over. "
                + "`\(ResearchProgram.name) serve` removes it; prepare another one"
        case .endedWithoutRound:
            "no round was received before the program ended: its log says why"
        case .aborted(let round, let abort):
            "round \(round) was aborted: \(abort.code.rawValue)"
                + (abort.participants.isEmpty ? "" : " (\(abort.participants.joined(separator: ", ")))")
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .badRound, .ambiguousRound, .severalRounds, .roundTwice: .usage
        case .noRounds, .noSuchRound, .storeMissing: .noInput
        case .notReceived, .notClosed, .notSigned, .endedWithoutRound, .withdrawnMeanwhile: .temporary
        case .unreadableRecord, .copyDamaged: .badData
        case .damaged: .protocolViolation
        case .needsRelease, .withdrawnSince: .refused
        case .notPrepared: .noInput
        case .aborted: .abortedRound
        }
    }

    /// How many items of a register could not be opened.
    struct Damage: Equatable {
        let register: RegisterID
        let owner: ParticipantID
        let items: Int
    }

    private static func list(_ rounds: [RoundID]) -> String {
        rounds.map { String($0.description.prefix(12)) }.joined(separator: ", ")
    }
}
