internal import Foundation

/// What stands in the way of a backup or of restoring one.
enum BackupError: Error, Equatable, CustomStringConvertible, ReportableError {
    case exists(path: String)
    case notABackup(path: String)
    case otherVersion(path: String, version: Int)
    case otherRole(path: String, role: String, expected: [String])
    case altered(path: String)
    case missing(path: String)
    case unnamed(path: String)
    case otherSignature(path: String)
    case otherParticipant(path: String, found: String, expected: String)
    case noKeys(path: String, missing: String)
    case homeExists(path: String)
    case homeInUse(path: String)
    case interrupted(path: String, partial: String)
    case clockBehind(made: Int64)
    case stateBusy(path: String)
    case stillRunning(path: String)
    case roundUnderWay(count: Int)

    var description: String {
        switch self {
        case .exists(let path): return "\(path) exists already: name a new directory for the backup"
        case .notABackup(let path):
            return "\(path) is not the list of a backup's files: give --from the directory that `backup` made"
        case .otherVersion(let path, let version):
            return "\(path) is of version \(version) and this program reads version \(BackupManifest.currentVersion): "
                + "restore it with the program that made it"
        case .otherRole(let path, let role, let expected):
            return "\(path) is the backup of a participant whose role is \(role); this program restores "
                + expected.joined(separator: " or ")
        case .altered(let path):
            return "\(path) is not what was backed up: the copy is damaged, or somebody changed it. Nothing was "
                + "restored; take another backup"
        case .missing(let path): return "\(path) is missing from the backup. Nothing was restored; take another backup"
        case .unnamed(let path):
            return "\(path) does not belong to the backup: its list does not name it. Nothing was restored; find out "
                + "who put it there"
        case .otherSignature(let path):
            return "\(path) does not have this participant's signature: somebody changed it, or the keys are "
                + "another participant's. Nothing was restored"
        case .otherParticipant(let path, let found, let expected):
            return "the keys in \(path) are those of \(found), and the backup is of \(expected). Nothing was restored"
        case .noKeys(let path, let missing):
            return "\(path) was made without its secret keys, and \(missing) is in no other place: name the directory "
                + "that has them with --keys, or run this as the service gets its credentials. Nothing was restored"
        case .homeExists(let path):
            return "\(path) is not empty: restore into a new directory, and move this one away if it is not needed"
        case .homeInUse(let path):
            return "a daemon runs from \(path): stop it, move the directory away, and restore into a new one"
        case .interrupted(let path, let partial):
            return "an earlier `restore` into \(path) was interrupted and left \(partial): empty the directory, and "
                + "restore again"
        case .clockBehind(let made):
            let time = MachineClock.timestamp(Date(timeIntervalSince1970: TimeInterval(made)))
            return "the backup was made at \(time), which this machine's clock has not reached: set the clock. "
                + "Nothing was restored"
        case .stateBusy(let path): return "\(path) changed all the time while it was copied: try again in a moment"
        case .stillRunning(let path):
            return "a daemon runs from \(path): stop it before you move it, so that nothing happens after the copy"
        case .roundUnderWay(let count):
            return "\(count) \(count == 1 ? "round is" : "rounds are") under way here. Round keys are in no backup, so "
                + "a move would end \(count == 1 ? "it" : "them"): start the daemon again and wait for the end"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .exists, .homeExists, .interrupted: .cannotCreate
        case .notABackup, .otherVersion, .altered, .unnamed, .otherSignature: .badData
        case .missing: .noInput
        case .otherRole, .otherParticipant, .clockBehind: .configuration
        case .noKeys: .noInput
        case .homeInUse, .stateBusy, .stillRunning, .roundUnderWay: .temporary
        }
    }
}
