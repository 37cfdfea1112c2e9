internal import Agreement
internal import Daemon
internal import Values

/// Why a study key is not handed over, taken over or destroyed.
enum StudyKeyCommandError: Error, Equatable, CustomStringConvertible, ReportableError {
    case amendment(path: String, AmendmentError)
    case notAHolder(path: String, participant: ParticipantID)
    case noSuccessor(path: String, participant: ParticipantID)
    case stillNeeded(path: String, participant: ParticipantID)
    case notAKey(path: String)
    case otherSuccessor(path: String, successor: ParticipantID, participant: ParticipantID)
    case notNamed(path: String, agreement: AgreementID)
    case neverSeen(study: String, leaver: ParticipantID)
    case otherEvidence(path: String, leaver: ParticipantID)
    case doesNotOpen(path: String)
    case otherKey(path: String, leaver: ParticipantID)

    var description: String {
        switch self {
        case .amendment(let path, let error): "\(path): \(error.description)"
        case .notAHolder(let path, let participant):
            "\(path) amends no agreement that was signed here and in which \(participant) holds a study key"
        case .noSuccessor(let path, let participant):
            "\(path) names no successor of \(participant) under pseudonym_successors: it keeps its study key, or the "
                + "study's pseudonyms end"
        case .stillNeeded(let path, let participant):
            "\(participant) holds the study key under \(path), too: it is needed there"
        case .notAKey(let path): "\(path) is not what `study-key hand` writes: ask for it again"
        case .otherSuccessor(let path, let successor, let participant):
            "\(path) is for \(successor), and this is \(participant): only \(successor) can open it"
        case .notNamed(let path, let agreement):
            "\(path) is for agreement \(agreement), which does not say that this key passes to this participant"
        case .neverSeen(let study, let leaver):
            "no round of \(study) in which \(leaver) took part is known here, so its key cannot be compared: ask "
                + "somebody for `evidence export` of one, and name the file with --evidence"
        case .otherEvidence(let path, let leaver):
            "\(path) shows no round of the study, under an agreement that is amended here, in which \(leaver) has "
                + "shown its study key and all have signed that they saw it"
        case .doesNotOpen(let path):
            "\(path) does not open here: it was altered, or sealed to another key or for another agreement"
        case .otherKey(let path, let leaver):
            "\(path) does not have the study key that \(leaver) has shown in rounds: do not take part with it, and "
                + "tell the others"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .amendment, .notAHolder, .noSuccessor, .stillNeeded, .notNamed, .otherSuccessor: .refused
        case .notAKey, .doesNotOpen, .otherEvidence: .badData
        case .neverSeen: .noInput
        case .otherKey: .protocolViolation
        }
    }
}
