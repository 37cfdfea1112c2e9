public import Agreement
internal import Crypto
public import Files
public import Logging
internal import PSIProtocol
public import Values

/// A participant's directory: keys, sealed state, agreements, spool. All of it is for its owner alone.
///
/// ```
/// keys/         long-lived keys and the TLS certificate; new ones beside them in keys-2/
/// state/        sealed round secrets and counters
/// agreements/   agreements that this participant signed
/// spool/        sealed runs of sorts under way; empty when nothing runs
/// lists/        sealed lists that were declared and are yet to be sent
/// boards/       boards of rounds, with their agreements, sealed; the coordinator has its own in `board.sqlite`
/// evidence/     of rounds in which somebody accused another: streams as they came, sealed
/// generators/   what proofs of verified rounds are made with; not secret, and made again where it is missing
/// courier/      what was brought and what is to be carried, of a participant without a connection
/// config.yaml   what the operator configures
/// spark.log     what Spark's driver said since it was last started, if steps are computed on Spark
/// moved.json    that this participant lives elsewhere now
/// ```
public struct Home: Sendable {
    public let directory: PrivateDirectory
    public let keyRing: KeyRing
    /// The newest.
    public var keys: KeyDirectory { keyRing.current }

    /// Makes a home with fresh keys.
    public static func create(
        at path: String, id: ParticipantID, name: String, role: ParticipantRole, alternativeNames: [String],
        validityDays: Int, token: SigningToken? = nil
    ) throws -> Home {
        let directory = try PrivateDirectory(creating: path)
        let keys = try KeyDirectory.create(
            at: directory.file("keys"), id: id, name: name, role: role, alternativeNames: alternativeNames,
            validityDays: validityDays, token: token)
        return Home(directory: directory, keys: keys)
    }

    /// Opens a home.
    ///
    /// - Parameter roles: what this program can be; another role's home is refused.
    public init(at path: String, roles: Set<ParticipantRole>) throws {
        directory = try PrivateDirectory(path)
        keyRing = try KeyRing(in: directory)
        guard roles.contains(keys.role) else {
            throw HomeError.otherRole(path: path, role: keys.role, expected: roles.map(\.rawValue).sorted())
        }
    }

    private init(directory: PrivateDirectory, keys: KeyDirectory) {
        self.directory = directory
        keyRing = KeyRing(current: keys)
    }

    /// The keys that an agreement pins for this participant; the newest if it pins none that are here.
    public func keys(pinnedBy agreement: Agreement) -> KeyDirectory { keyRing.pinned(by: agreement) ?? keys }

    public var configurationPath: String { directory.file("config.yaml") }
    public var statusPath: String { directory.file("status.json") }
    /// Where Spark's driver says what it does, if steps are computed on Spark.
    public var sparkLogPath: String { directory.file("spark.log") }

    public func agreements() throws -> AgreementStore {
        AgreementStore(directory: try directory.subdirectory("agreements"))
    }

    /// That the participant was moved to another machine by `backup --move`: no daemon runs from here any more.
    var movedPath: String { directory.file("moved.json") }

    /// The state, for a daemon.
    ///
    /// - Throws: `HomeError.moved`; as `state`.
    public func stateToServe() throws -> SealedState {
        let state = try state()
        guard try FileStatus.at(movedPath) == nil else { throw HomeError.moved(path: movedPath) }
        return state
    }

    /// Locked while it is open: one daemon at a time.
    public func state() throws -> SealedState {
        try SealedState(in: try directory.subdirectory("state"), key: keys.stateKey)
    }

    /// Whether a daemon has this home's state open now. Changes nothing, so that anybody may ask at any time.
    public func isInUse() throws -> Bool {
        try ProcessLock.isHeld(in: directory.file("state"))
    }

    /// The last `status.json`, or nil when no daemon ever ran here.
    public func status() throws -> [UInt8]? {
        do { return try PublicFile.read(statusPath, maxByteCount: 1 << 22) } catch {
            if case .notFound = error { return nil }
            throw error
        }
    }

    public func evidence() throws -> PrivateDirectory { try directory.subdirectory("evidence") }

    public func boards() throws -> PrivateDirectory { try directory.subdirectory("boards") }

    public func courier() throws -> PrivateDirectory { try directory.subdirectory("courier") }

    public func spool() throws -> SealedSpool { SealedSpool(in: try directory.subdirectory("spool")) }

    /// While the state is open.
    public func generators(_ logger: Logger) throws -> GeneratorFiles {
        try GeneratorFiles(in: try directory.subdirectory("generators"), key: keys.stateKey, logger: logger)
    }
}

public enum HomeError: Error, Equatable, CustomStringConvertible, ReportableError {
    case otherRole(path: String, role: ParticipantRole, expected: [String])
    case unknownAgreement(path: String, id: String)
    case notSignedHere(path: String)
    case notInAgreement(path: String, id: ParticipantID)
    case otherKeys(path: String, id: ParticipantID, what: String)
    case moved(path: String)

    public var description: String {
        switch self {
        case .otherRole(let path, let role, let expected):
            "\(path) belongs to a participant whose role is \(role.rawValue); this program runs "
                + "\(expected.joined(separator: " or ")): give --directory the right directory"
        case .unknownAgreement(let path, let id):
            "\(path) holds no agreement \(id): sign it first with `agreement sign`"
        case .notSignedHere(let path):
            "\(path) was not signed by this participant: sign it first with `agreement sign`"
        case .notInAgreement(let path, let id):
            "\(path) names no participant \(id): ask the study's operator for an agreement with this card"
        case .otherKeys(let path, let id, let what):
            "\(path) pins another \(what) for \(id) than this directory holds: ask the study's operator to take the "
                + "current card (`card` prints it)"
        case .moved(let path):
            "\(path) says that this participant was moved to another machine: two copies must never run. If its backup "
                + "was never restored, remove that file and start again"
        }
    }

    public var exitStatus: ExitStatus {
        switch self {
        case .otherRole: .configuration
        case .moved: .configuration
        case .unknownAgreement, .notSignedHere, .notInAgreement, .otherKeys: .refused
        }
    }
}
