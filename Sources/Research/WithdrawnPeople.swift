internal import Agreement
internal import Crypto
internal import Daemon
internal import Dataset
internal import Files
internal import Foundation
internal import PSIProtocol
internal import Values

/// Who has withdrawn from which study, by their pseudonyms: `withdrawn/STUDY`, sealed. [P-96]
///
/// Outside the sealed state, like what was received: datasets are written while the daemon serves.
struct WithdrawnPeople {
    /// Of one study.
    struct List: Equatable {
        /// In ascending order, 16 bytes each.
        var names: [[UInt8]] = []
        /// Seconds since 1970, when the last of them was added; 0 for nobody.
        var changed: Int = 0

        var pseudonyms: [Pseudonym] { names.compactMap { Pseudonym(bytes: $0) } }

        /// Which list it is; empty for one of nobody.
        var mark: [UInt8] { names.isEmpty ? [] : Array(SHA256.hash(data: names.flatMap { $0 })) }
    }

    private let home: Home
    private let directory: PrivateDirectory
    private let byteLimit: Int

    /// - Parameter byteLimit: of a file.
    init(home: Home, byteLimit: Int = WithdrawnPeople.byteLimit) throws {
        self.home = home
        self.byteLimit = byteLimit
        directory = try home.directory.subdirectory(Self.name)
    }

    static let name = "withdrawn"
    private static let pendingPrefix = "round."
    /// Not a study's name, and in no backup.
    private static let lockName = ".lock"
    /// In the operations log, where somebody is new on a list.
    static let note = "withdrawals taken in"
    /// How long a command waits for another that hands a dataset over, or for the daemon, in seconds.
    static let commandPatience = 600.0
    /// Of a file: more than all authorities of an agreement can list.
    static let byteLimit = 64 << 20

    /// Does something during which no list changes and no dataset is put in its place by anybody else. So a dataset is
    /// either without whoever is on the list, or in the log before they come on it.
    ///
    /// - Parameter patience: for how many seconds it waits while another program is at that.
    /// - Throws: `FileError.inUse`; what `body` throws.
    func exclusively<Result>(
        patience: TimeInterval = 0, _ body: (WithdrawnPeople) throws -> Result
    ) throws -> Result {
        let end = Date().addingTimeInterval(patience)
        while true {
            let lock: ProcessLock
            do { lock = try ProcessLock(in: directory, name: Self.lockName) } catch {
                guard case .inUse = error, Date() < end else { throw error }
                continue
            }
            defer { lock.release() }
            return try body(self)
        }
    }

    // MARK: Lists

    func list(of study: String) throws -> List {
        guard let bytes = try read(study) else { return List() }
        guard bytes.count >= 8, (bytes.count - 8).isMultiple(of: Pseudonym.byteCount) else {
            throw FileError.altered(path: directory.file(study))
        }
        return List(
            names: stride(from: 8, to: bytes.count, by: Pseudonym.byteCount).map {
                Array(bytes[$0..<($0 + Pseudonym.byteCount)])
            }, changed: Int(clamping: BigEndian.read(bytes[..<8])))
    }

    /// Studies from which people have withdrawn.
    func studies() throws -> [String] {
        try directory.names().filter { !$0.hasPrefix(Self.pendingPrefix) && !$0.hasPrefix(".") }.sorted()
    }

    /// - Returns: whether somebody is new on it.
    private func add(_ names: [[UInt8]], to study: String, at time: Int) throws -> Bool {
        var list = try list(of: study)
        let all = Set(list.names).union(names)
        guard all.count > list.names.count else { return false }
        // Authorities can make the list grow from round to round; one that could not be read again is never written.
        guard 8 + all.count * Pseudonym.byteCount <= byteLimit else {
            throw FileError.tooLarge(path: directory.file(study), maxByteCount: byteLimit)
        }
        list.names = all.sorted { $0.lexicographicallyPrecedes($1) }
        try write(BigEndian.u64(UInt64(max(0, time))) + list.names.flatMap { $0 }, study)
        return true
    }

    // MARK: A round's, until it has closed

    /// Keeps what a round of withdrawals told, until it is known whether it closes.
    func keep(_ names: [[UInt8]], of round: RoundID) throws {
        try write(names.flatMap { $0 }, Self.pendingPrefix + round.description)
    }

    /// Whether what a round told is here.
    func has(_ round: RoundID) -> Bool { FileStatus.exists(directory.file(Self.pendingPrefix + round.description)) }

    /// Rounds of which that is here.
    func pending() throws -> [RoundID] {
        try directory.names().filter { $0.hasPrefix(Self.pendingPrefix) }
            .compactMap { RoundID(hex: $0.dropFirst(Self.pendingPrefix.count)) }
    }

    /// Takes what a closed round told into its study's list. Nothing where that was done before.
    ///
    /// - Returns: whether somebody is new on the list.
    @discardableResult
    func settle(_ round: RoundID, study: String, at time: Int) throws -> Bool {
        guard let bytes = try read(Self.pendingPrefix + round.description) else { return false }
        let names = stride(from: 0, to: bytes.count, by: Pseudonym.byteCount).map {
            Array(bytes[$0..<min(bytes.count, $0 + Pseudonym.byteCount)])
        }
        let isNew = try add(names, to: study, at: time)
        try forget(round)
        return isNew
    }

    /// Removes what a round told that did not close.
    func forget(_ round: RoundID) throws {
        try AtomicFile.remove(directory.file(Self.pendingPrefix + round.description))
    }

    // MARK: Files

    private func label(_ name: String) -> String { "withdrawn \(name)" }

    private func read(_ name: String) throws -> [UInt8]? {
        let path = directory.file(name)
        let reader: SealedFileReader
        do { reader = try SealedFileReader(path, key: home.keys.stateKey, label: label(name)) } catch FileError.notFound
        { return nil }
        var bytes: [UInt8] = []
        while let piece = try reader.next() {
            bytes += piece
            guard bytes.count <= byteLimit else { throw FileError.altered(path: path) }
        }
        return bytes
    }

    private func write(_ bytes: [UInt8], _ name: String) throws {
        let writer = try SealedFileWriter(directory.file(name), key: home.keys.stateKey, label: label(name))
        try writer.append(bytes)
        _ = try writer.finish()
    }
}

extension RoundFolder {
    /// Removes people who have withdrawn from what was received of the round, unless that was done with this very list.
    /// To be called while the folder is locked.
    ///
    /// - Parameter approvals: where it is noted that prepared datasets are discarded, which may have these people.
    /// - Throws: `ResearchError`, `DatasetError`, `FileError`; it can be repeated.
    func withdraw(
        _ list: WithdrawnPeople.List, under installed: AgreementStore.Installed, prepared: PreparedDatasets,
        noting approvals: ApprovalBook
    ) throws {
        guard !list.names.isEmpty, try withdrawnMark() != list.mark else { return }
        let agreement = installed.agreement
        let names = Set(list.names)
        let doubtful = try DoubtBook.people(in: self, of: names)
        if hasRelease(agreement.registers.count) {
            // A store that is being filled is filled anew, from items without them.
            try WorkingStore.remove(path: storePath)
            let people = names.union(doubtful)
            for register in agreement.registers.indices {
                try rewriteItems(register, installed) { people.contains($0) }
            }
        } else if hasStore {
            let store = try store(agreement: agreement, id: installed.id)
            do { try store.withdraw(list.pseudonyms + doubtful.compactMap { Pseudonym(bytes: $0) }) } catch {
                try? store.close()
                throw error
            }
            try store.close()
        }
        for entry in try prepared.all() where entry.name.hasPrefix(round.description.prefix(12)) {
            try prepared.discard(entry.name, noting: approvals)
        }
        try note(withdrawn: list.mark)
    }

    /// Without its item nobody can open a person's cells.
    private func rewriteItems(
        _ register: Int, _ installed: AgreementStore.Installed, without isWithdrawn: ([UInt8]) -> Bool
    ) throws {
        var items = try ItemFile(self, register: register, agreement: installed.agreement)
        let writer = try SealedFileWriter(itemsPath(register), key: itemsKey, label: itemsLabel(register))
        try writer.append(items.secret.withUnsafeBytes { Array($0) })
        while let item = try items.next() {
            if isWithdrawn(item.person) { continue }
            try writer.append(item.encoded(in: installed.agreement))
        }
        _ = try writer.finish()
    }
}
