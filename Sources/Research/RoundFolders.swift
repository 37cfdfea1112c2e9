internal import Agreement
internal import Crypto
internal import Daemon
internal import Dataset
internal import Files
internal import Foundation
internal import PSIProtocol
internal import Values

/// What was received, a private directory a round: `items.N`, sealed, and `cells.N`, the cells as they came, of each
/// register; `doubts`, sealed; `received`, sealed, which says that they are complete and how the round stands; and
/// `working/store.sqlite` with the rows, once the cells have been opened.
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

/// A round of which everything that was released is here.
struct ReceivedRound: Codable {
    static let currentVersion = 2

    /// How many cells were received of a register, and their SHA-256.
    struct Copy: Codable {
        var count: Int
        var digest: HexBytes
    }

    var version = currentVersion
    /// Agreement id.
    var agreement: HexBytes
    /// The board when everything had been received: no other board counts later.
    var entryCount: Int
    var head: HexBytes
    /// Whether the board has closed the round.
    var isClosed = false
    /// Key holders who have not yet signed the board that closed it.
    var unsigned: [ParticipantID]
    /// By register, in the agreement's order.
    var copies: [Copy]
    /// Without the people and dummies of registers, which are known once the cells are opened.
    var report: RoundReport
    /// By which dates are moved in every dataset of the study, where pseudonyms last. Secret.
    var shiftKey: HexBytes?

    /// Whether cells may be opened: every key holder has signed one board on which the round was closed.
    var isSettled: Bool { isClosed && unsigned.isEmpty }

    init(_ record: RoundRecord, copies: [ListSummary], report: RoundReport) {
        agreement = record.opening.agreement
        entryCount = record.head.count
        head = HexBytes(record.head.hash)
        unsigned = record.keyHolders
        self.copies = copies.map { Copy(count: $0.count, digest: HexBytes($0.digest)) }
        self.report = report
    }

    /// Whether the record goes on from the board on which everything was received.
    func isOf(_ record: RoundRecord) -> Bool {
        record.heads.indices.contains(entryCount) && record.heads[entryCount].hash == head.bytes
    }
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
    var receivedPath: String { directory.file("received") }
    private var label: String { "received \(round)" }

    var hasStore: Bool { FileStatus.exists(storePath) }

    func itemsPath(_ register: Int) -> String { directory.file("\(Self.itemsName)\(register)") }
    func cellsPath(_ register: Int) -> String { directory.file("\(Self.cellsName)\(register)") }
    func itemsLabel(_ register: Int) -> String { "items \(round) \(register)" }
    var itemsKey: SymmetricKey { home.keys.stateKey }

    private static let itemsName = "items."
    private static let cellsName = "cells."
    private static let lockName = "lock"

    var doubtsPath: String { directory.file(Self.doubtsName) }
    var doubtsLabel: String { "doubts \(round)" }
    private static let doubtsName = "doubts"

    /// Whether items and cells of so many registers are here.
    func hasRelease(_ registerCount: Int) -> Bool {
        (0..<registerCount).allSatisfy {
            FileStatus.exists(itemsPath($0)) && FileStatus.exists(cellsPath($0))
        }
    }

    /// Keeps other commands off the round.
    func lock() throws -> ProcessLock { try ProcessLock(in: directory, name: Self.lockName) }

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
        case FileError.altered, ResearchError.unreadableRecord: true
        default: false
        }
    }

    func write(_ received: ReceivedRound) throws {
        let writer = try SealedFileWriter(receivedPath, key: home.keys.stateKey, label: label)
        try writer.append(Array(try JSONEncoder().encode(received)))
        _ = try writer.finish()
    }

    // MARK: Who has withdrawn

    private static let withdrawnName = "withdrawn"

    /// Which list of people was removed from what is here; empty for none.
    func withdrawnMark() throws -> [UInt8] {
        do { return try PublicFile.read(directory.file(Self.withdrawnName), maxByteCount: 32) } catch FileError.notFound
        { return [] }
    }

    func note(withdrawn mark: [UInt8]) throws { try AtomicFile.write(mark, to: directory.file(Self.withdrawnName)) }

    /// Copies what is here, while the folder is locked: nobody has the store open then. Files of the release never
    /// change.
    func copy(to backup: BackupWriter) throws {
        let path = "rounds/\(round)"
        for name in try directory.names() where name.hasPrefix(Self.itemsName) || name.hasPrefix(Self.cellsName) {
            try backup.copy(directory.file(name), as: "\(path)/\(name)", linking: true)
        }
        if hasStore {
            let place = "\(path)/working/store.sqlite"
            try WorkingStore.copy(from: storePath, to: try backup.place(place))
            try backup.add(place)
        }
        try backup.copy(doubtsPath, as: "\(path)/\(Self.doubtsName)")
        try backup.copy(directory.file(Self.withdrawnName), as: "\(path)/\(Self.withdrawnName)")
        try backup.copy(receivedPath, as: "\(path)/received")
    }

    /// Removes all that is here of the round, so that receiving begins anew.
    func clear() throws {
        try AtomicFile.remove(receivedPath)
        try AtomicFile.remove(doubtsPath)
        try AtomicFile.remove(directory.file(Self.withdrawnName))
        try WorkingStore.remove(path: storePath)
        try removeRelease()
    }

    /// Removes items and cells: once they have been opened, nobody need be able to again.
    func removeRelease() throws {
        for name in try directory.names() where name.hasPrefix(Self.itemsName) || name.hasPrefix(Self.cellsName) {
            try AtomicFile.remove(directory.file(name))
        }
        try AtomicFile.removePartials(in: directory)
    }

    /// Removes everything of the round. The record goes last, so that an interrupted removal can be repeated.
    func remove() throws {
        try removeRelease()
        try WorkingStore.remove(path: storePath)
        try Directory.remove(workingPath)
        try AtomicFile.remove(doubtsPath)
        try AtomicFile.remove(directory.file(Self.withdrawnName))
        try AtomicFile.remove(receivedPath)
        try AtomicFile.remove(directory.file(Self.lockName))
        try Directory.remove(directory.path)
    }
}
