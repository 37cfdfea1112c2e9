public import Files

/// How a Sidos program ends, as its exit status. The numbers are those of BSD's `sysexits` where it has one that fits;
/// 79 to 81 are Sidos's own.
public enum ExitStatus: Int32, Sendable, CaseIterable {
    /// Done.
    case success = 0
    /// The command was used wrongly: unknown option, missing argument.
    case usage = 64
    /// An input's content is wrong: a register's row, a damaged key file, altered state.
    case badData = 65
    /// An input file is missing or can't be read as a file.
    case noInput = 66
    /// A peer or service can't be reached.
    case unavailable = 69
    /// A mistake of the program itself; please report it.
    case software = 70
    /// An output already exists or can't be made.
    case cannotCreate = 73
    /// Reading or writing failed: disk full, I/O error.
    case inputOutput = 74
    /// Try again later: another process holds the directory, the coordinator is busy.
    case temporary = 75
    /// The operating system or a peer denies permission, or a secret file is open to others.
    case noPermission = 77
    /// The configuration has mistakes.
    case configuration = 78
    /// The agreement or the local policy doesn't allow what was asked.
    case refused = 79
    /// A peer broke the protocol.
    case protocolViolation = 80
    /// The round was aborted.
    case abortedRound = 81
}

/// An error that an operator may see: one sentence that says what is wrong, where, and what to do, and the status the
/// program ends with. Errors of other modules conform where the programs are put together.
public protocol ReportableError: Error {
    /// Without the program's name and without a full stop. May have several lines when there are several mistakes.
    var sentence: String { get }
    var exitStatus: ExitStatus { get }
}

extension ReportableError where Self: CustomStringConvertible {
    public var sentence: String { description }
}

extension FileError: ReportableError {
    public var exitStatus: ExitStatus {
        switch self {
        case .notFound, .symbolicLink, .notDirectory, .notRegularFile: .noInput
        case .exists: .cannotCreate
        case .looseMode, .foreignOwner, .noPermission: .noPermission
        case .tooLarge, .altered: .badData
        case .diskFull, .failed: .inputOutput
        case .inUse: .temporary
        case .finished, .discarded: .software
        }
    }
}

extension KeyError: ReportableError {
    public var exitStatus: ExitStatus {
        switch self {
        case .file(let error): error.exitStatus
        case .exists: .cannotCreate
        case .missing, .allLost: .noInput
        case .rotating: .refused
        case .malformed, .otherKey, .otherOwner, .unusableCertificate: .badData
        case .badParticipantID, .badName, .badSubjectAlternativeName, .badValidity: .usage
        case .twice, .certificateExpired, .certificateNotYetValid: .configuration
        case .token: .unavailable
        case .notMade: .software
        }
    }
}

extension SealedStateError: ReportableError {
    public var exitStatus: ExitStatus {
        switch self {
        case .file(let error): error.exitStatus
        case .altered, .vanished, .stray: .badData
        case .full: .cannotCreate
        case .badName, .tooLarge: .software
        }
    }
}

extension ConfigurationError: ReportableError {
    public var exitStatus: ExitStatus { cause?.exitStatus ?? .configuration }
}
