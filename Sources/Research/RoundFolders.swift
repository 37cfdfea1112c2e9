internal import Daemon
internal import Dataset
internal import Foundation
internal import Glibc
internal import PSIProtocol

/// What was received, a private directory a round: `rounds/ID/working/store.sqlite` with the rows, and
/// `rounds/ID/received`, sealed, which says that they are complete.
///
/// Outside the sealed state, which a running daemon keeps locked: datasets are written while it serves.
struct RoundFolders {
    /// Of a round's id, where an operator names one.
    static let fewestDigits = 6

    private let home: Home
    private let directory: PrivateDirectory

    init(home: Home) throws {
        self.home = home
        directory = try home.directory.subdirectory("rounds")
    }

    /// A round's folder, made if need be.
    func folder(of round: RoundID) throws -> RoundFolder {
        RoundFolder(round: round, directory: try directory.subdirectory(round.description), home: home)
    }

    func existing(_ round: RoundID) throws -> RoundFolder? {
        try all().contains(round) ? folder(of: round) : nil
    }

    func all() throws -> [RoundID] { try directory.names().compactMap { RoundID(hex: $0) } }

    /// The only round there is, or the one whose id begins with `prefix`.
    func find(_ prefix: String?) throws -> RoundFolder {
        let rounds = try all()
        guard let prefix else {
            guard let first = rounds.first else { throw ResearchError.noRounds }
            guard rounds.count == 1 else { throw ResearchError.severalRounds(rounds) }
            return try folder(of: first)
        }
        let digits = prefix.lowercased()
        guard (Self.fewestDigits...64).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { throw ResearchError.badRound(prefix) }
        let fitting = rounds.filter { $0.description.hasPrefix(digits) }
        guard let first = fitting.first else { throw ResearchError.noSuchRound(digits) }
        guard fitting.count == 1 else { throw ResearchError.ambiguousRound(digits, fitting) }
        return try folder(of: first)
    }
}

/// A round whose rows are all in the working store.
struct ReceivedRound: Codable {
    static let currentVersion = 1

    var version = currentVersion
    /// Agreement id.
    var agreement: HexBytes
    /// Whether the round is over and was not aborted: a dataset may be written.
    var isOver: Bool
    var report: RoundReport
}

struct RoundFolder {
    let round: RoundID
    private let directory: PrivateDirectory
    private let home: Home

    init(round: RoundID, directory: PrivateDirectory, home: Home) {
        self.round = round
        self.directory = directory
        self.home = home
    }

    var storePath: String { workingPath + "/store.sqlite" }
    private var workingPath: String { directory.file("working") }
    private var receivedPath: String { directory.file("received") }
    private var label: String { "received \(round)" }

    var hasStore: Bool { FileManager.default.fileExists(atPath: storePath) }

    /// Opens the store, or makes it.
    func store(agreement: Agreement, id: AgreementID) throws -> WorkingStore {
        _ = try directory.subdirectory("working")
        return try WorkingStore(path: storePath, agreement: agreement, agreementID: id, round: round)
    }

    /// Nil until everything was received.
    func received() throws -> ReceivedRound? {
        let reader: SealedFileReader
        do {
            reader = try SealedFileReader(receivedPath, key: home.keys.stateKey, label: label)
        } catch FileError.notFound {
            return nil
        }
        var bytes: [UInt8] = []
        while let piece = try reader.next() {
            bytes += piece
            guard bytes.count <= SealedState.maxValueByteCount else {
                throw ResearchError.unreadableRecord(path: receivedPath)
            }
        }
        guard let received = try? JSONDecoder().decode(ReceivedRound.self, from: Data(bytes)),
            received.version == ReceivedRound.currentVersion
        else { throw ResearchError.unreadableRecord(path: receivedPath) }
        return received
    }

    /// Whether `received` threw because the record itself is of no use.
    static func isDamage(_ error: any Error) -> Bool {
        switch error {
        case SealedStateError.altered, ResearchError.unreadableRecord: true
        default: false
        }
    }

    func write(_ received: ReceivedRound) throws {
        let writer = try SealedFileWriter(receivedPath, key: home.keys.stateKey, label: label)
        try writer.append(Array(try JSONEncoder().encode(received)))
        _ = try writer.finish()
    }

    /// Removes the rows and what is known of them, so that receiving begins anew.
    func clear() throws {
        try AtomicFile.remove(receivedPath)
        try WorkingStore.remove(path: storePath)
    }

    /// Removes everything of the round. The record goes last, so that an interrupted removal can be repeated.
    func remove() throws {
        try WorkingStore.remove(path: storePath)
        try Self.removeDirectory(workingPath)
        try AtomicFile.remove(receivedPath)
        try AtomicFile.removePartials(in: directory)
        try Self.removeDirectory(directory.path)
    }

    private static func removeDirectory(_ path: String) throws {
        guard rmdir(path) == 0 || errno == ENOENT else {
            throw FileError.failed(operation: "removing", path: path, code: errno)
        }
    }
}
