public import Daemon
public import Files

/// Why a step could not be computed on other machines. None of it says anything of a person; all may pass by itself or
/// be mended by the operator, and the step is tried again.
public enum EngineError: Error, Equatable, ReportableError {
    /// Something with a file of the shared folder.
    case folder(FileError)
    /// Hosts of the configuration whose agents have not answered.
    case noAgent(hosts: [String], folder: String)
    /// A host's agent shows a key that the configuration does not have.
    case wrongAgentKey(host: String, path: String)
    /// The command that starts Spark could not be run.
    case cannotStart(path: String, reason: String)
    /// Spark's driver ended by itself.
    case driverEnded(status: Int32)
    /// The driver said what no driver of this version says.
    case driverMalformed
    /// The cluster failed at a stage, in the driver's words.
    case stageFailed(String)
    /// A worker's receipt is not genuine, or there is none for some tickets.
    case receiptWrong
    /// Work that another version's program wrote.
    case otherVersion(what: String)
    /// A ticket that was altered, or made with other keys than its round's.
    case ticketWrong
    /// The agent has no keys for what was asked.
    case noKeys
    /// The shared folder has more rounds than any node takes part in.
    case tooManyRounds(folder: String)
    /// The host's agent cannot be asked.
    case agentUnreachable(socket: String)

    public var sentence: String {
        switch self {
        case .folder(let error): "the shared folder of the engine: \(ErrorReport(error).sentence)"
        case .noAgent(let hosts, let folder):
            "no answer from the agent on \(hosts.joined(separator: ", ")): start `sidos-worker agent` there with the "
                + "folder \(folder), or take the host out of `engine.agents`"
        case .wrongAgentKey(let host, let path):
            "\(path) is not signed with the key that `engine.agents` has for \(host): print the agent's key there with "
                + "`sidos-worker agent-key` and compare"
        case .cannotStart(let path, let reason): "cannot start \(path): \(reason)"
        case .driverEnded(let status):
            "Spark's driver ended with status \(status): spark.log in this participant's directory says why"
        case .driverMalformed: "Spark's driver speaks another version: install Sidos anew on this machine"
        case .stageFailed(let reason): "Spark could not finish a stage: \(reason)"
        case .receiptWrong: "a worker's receipt is missing or not genuine"
        case .otherVersion(let what): "the \(what) is of another version: install the same version on all hosts"
        case .ticketWrong: "the ticket was altered, or is of another round"
        case .tooManyRounds(let folder):
            "\(folder) has folders of too many rounds: remove those of rounds that are over"
        case .noKeys: "the host's agent has no keys for this ticket"
        case .agentUnreachable(let socket):
            "the agent at \(socket) cannot be asked: start `sidos-worker agent` on this host"
        }
    }

    public var exitStatus: ExitStatus {
        switch self {
        case .folder(let error): error.exitStatus
        case .noAgent, .agentUnreachable, .cannotStart, .driverEnded, .stageFailed: .unavailable
        case .wrongAgentKey, .ticketWrong, .noKeys, .tooManyRounds: .refused
        case .driverMalformed, .receiptWrong, .otherVersion: .badData
        }
    }

    /// Runs what uses the shared folder, and says whose file it was that failed.
    static func inFolder<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as FileError { throw EngineError.folder(error) }
    }
}
