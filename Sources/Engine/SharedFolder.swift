public import Files
public import Values

/// The folder that the daemon, the agents and the workers share: files under one path on every host.
///
/// ```
/// <round>/                what one round needs, for as long as it lasts
///   agent.<host>          a host's key of the round
///   <job>/                one step
///     <host>.keys         the step's keys, sealed to that host's agent
///     <salt>              pieces and results, sealed
///     tickets-<n>         the tickets that were given out at once
///     <ticket>.receipt    that a ticket is done
/// ```
///
/// Whatever is in it is sealed or public. It is for one account, which daemon, agents and workers run as.
public struct SharedFolder: Sendable {
    public let directory: PrivateDirectory

    /// - Throws: `EngineError.folder`.
    public init(_ path: String) throws {
        directory = try EngineError.inFolder { try PrivateDirectory(path) }
    }

    /// The rounds that have a folder.
    public func rounds() throws -> [RoundID] {
        // Looked at anew: where nothing is mounted any more there is another directory.
        try EngineError.inFolder { try PrivateDirectory(directory.path).names() }.compactMap { RoundID(hex: $0) }
    }

    /// Makes the folder of a round, if need be.
    public func make(_ round: RoundID) throws -> PrivateDirectory {
        try EngineError.inFolder { try directory.subdirectory(round.description) }
    }

    /// The folder of a round; nil when there is none.
    public func existing(_ round: RoundID) throws -> PrivateDirectory? {
        try Self.existing(directory.file(round.description))
    }

    static func existing(_ path: String) throws -> PrivateDirectory? {
        do { return try PrivateDirectory(path) } catch {
            if case .notFound = error { return nil }
            throw EngineError.folder(error)
        }
    }

    /// Removes all that the folder has of a round, from which its agents take that it is over.
    public func remove(_ round: RoundID) throws {
        try EngineError.inFolder { try Directory.removeTree(directory.file(round.description)) }
    }
}

/// One step under way: 16 random bytes, in hexadecimal in paths and tickets.
public struct JobID: Sendable, Hashable, CustomStringConvertible {
    public let bytes: [UInt8]

    public static let byteCount = 16

    public init() { bytes = (0..<Self.byteCount).map { _ in UInt8.random(in: .min ... .max) } }

    public init?(hex: some StringProtocol) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes: bytes)
    }

    init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    public var description: String { Hex.encode(bytes) }
}

/// A step's place in the shared folder, and what its files are labelled with.
struct JobFolder {
    let round: RoundID
    let job: JobID
    let directory: PrivateDirectory

    static let receiptMark = ".receipt"
    static func keysName(host: String) -> String { host + ".keys" }

    static let ticketsMark = "tickets-"

    /// Makes the folder of a step. What earlier steps of the round have left behind goes: a participant does one step
    /// of a round at a time.
    init(making job: JobID, of round: RoundID, in folder: PrivateDirectory) throws {
        self.round = round
        self.job = job
        directory = try EngineError.inFolder {
            for name in try folder.names() where JobID(hex: name) != nil {
                try Directory.removeTree(folder.file(name))
            }
            return try folder.subdirectory(job.description)
        }
    }

    /// The folder of a step of this daemon's own; nil when there is none.
    init?(_ job: JobID, of round: RoundID, existingIn folder: PrivateDirectory) throws {
        guard let directory = try SharedFolder.existing(folder.file("\(job)")) else { return nil }
        self.round = round
        self.job = job
        self.directory = directory
    }

    /// - Throws: `EngineError.noKeys` where there is no such step.
    init(_ job: JobID, of round: RoundID, in folder: SharedFolder) throws {
        guard let directory = try folder.existing(round).flatMap({ try SharedFolder.existing($0.file("\(job)")) })
        else { throw EngineError.noKeys }
        self.round = round
        self.job = job
        self.directory = directory
    }

    /// What a file of the step is labelled with, so that none can stand for another.
    func label(_ kind: FileKind, _ number: Int) -> String { "engine \(round) \(job) \(kind.rawValue) \(number)" }

    enum FileKind: String {
        /// Pieces as they were read.
        case pieces
        /// What a ticket made of them.
        case made
        /// The names of all that was made.
        case list
        /// A range of records in order.
        case sorted
    }
}
