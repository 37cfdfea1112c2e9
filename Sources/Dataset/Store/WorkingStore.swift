public import Agreement
internal import Files
internal import GRDB
internal import PSIProtocol
internal import Synchronization
public import Values

/// Opened people and rows of one round, kept in one private SQLite file while they arrive.
///
/// Appends go into a transaction that is committed every `batchRowCount` rows and by `commit()`. A process that dies
/// loses the last batch at most; the next one opens the same path and replays from wherever it likes, for what is there
/// already is recognised and skipped. Memory doesn't grow with the number of people. The file holds plain rows: its
/// directory must belong to the user and be closed to everyone else. One process at a time has it open.
///
/// A failed write stops the store: every later append throws `storeStopped` until it is opened again. A refused person
/// or row leaves it as it was.
public final class WorkingStore: Sendable {
    public let agreement: Agreement
    public let agreementID: AgreementID
    public let round: RoundID
    public let layout: DatasetLayout
    public let path: String

    let schema: StoreSchema
    private let batchRowCount: Int
    private let database: DatabaseQueue
    private let progress: Mutex<Progress>

    struct Progress: Sendable {
        enum Phase { case receiving, finished, stopped }
        var phase: Phase
        /// Rows and people written since the last commit.
        var uncommitted = 0
        var nextRow: [Int64]
    }

    /// Creates the store, or opens the one at `path` if it is of the same agreement and round. The directory is made,
    /// with mode 0700, if its own parent exists; one that others can read is refused.
    public init(
        path: String, agreement: Agreement, agreementID: AgreementID, round: RoundID, batchRowCount: Int = 50_000
    ) throws(DatasetError) {
        let layout = try DatasetLayout(agreement)
        let schema = StoreSchema(layout)
        try Self.prepare(path)
        let identity = [("agreement", agreementID.description), ("round", round.description), ("finished", "no")]
        let (database, nextRow, finished) = try DatasetError.naming(path) {
            let database = try DatabaseQueue(path: path, configuration: Self.configuration)
            do {
                let (nextRow, finished) = try database.writeWithoutTransaction { database in
                    try Self.open(database, path: path, schema: schema, identity: identity)
                }
                return (database, nextRow, finished)
            } catch {
                try? database.close()
                throw error
            }
        }
        self.agreement = agreement
        self.agreementID = agreementID
        self.round = round
        self.layout = layout
        self.path = path
        self.schema = schema
        self.batchRowCount = max(1, batchRowCount)
        self.database = database
        progress = Mutex(Progress(phase: finished ? .finished : .receiving, nextRow: nextRow))
    }

    deinit { try? database.close() }

    /// Whether everything of the round was received.
    public var isFinished: Bool { progress.withLock { $0.phase == .finished } }

    /// Waits until everything appended so far is on disk. The caller may then forget what it would have to replay.
    public func commit() throws(DatasetError) {
        try update { _, progress in progress.uncommitted = .max }
    }

    /// 32 random bytes by which the dates of a finished store are moved, the same whenever its dataset is written.
    /// Secret: whoever has them can move the dates back.
    func shiftKey() throws(DatasetError) -> [UInt8] {
        try readFinished { database in
            let sql = "SELECT value FROM about WHERE name = 'shift'"
            if let kept = try String.fetchOne(database, sql: sql) {
                guard let key = Hex.decode(kept), key.count == 32 else { throw DatasetError.storeUnusable(path: path) }
                return key
            }
            var generator = SystemRandomNumberGenerator()
            let key = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
            try database.execute(sql: "INSERT INTO about VALUES ('shift', ?)", arguments: [Hex.encode(key)])
            return key
        }
    }

    /// Sets the key by which dates are moved, in place of a random one, unless there is one: 32 secret bytes, the same
    /// in all rounds of a study whose pseudonyms last, so that nothing is learnt from two datasets.
    public func keep(shiftKey: [UInt8]) throws(DatasetError) {
        try update { database, progress in
            try database.execute(
                sql: "INSERT OR IGNORE INTO about VALUES ('shift', ?)", arguments: [Hex.encode(shiftKey)])
            progress.uncommitted += 1
        }
    }

    /// Ends receiving: puts pseudonyms in the place of links, commits, and refuses any further append. Finishing twice
    /// is finishing once.
    public func finish() throws(DatasetError) { try finish(resolveLinks) }

    /// - Parameter resolve: what becomes of columns that name people.
    func finish(_ resolve: (Database) throws -> Void) throws(DatasetError) {
        if isFinished { return }
        try update { database, progress in
            try resolve(database)
            try database.execute(sql: "UPDATE about SET value = 'yes' WHERE name = 'finished'")
            progress.uncommitted = .max
        }
        progress.withLock { $0.phase = .finished }
    }

    /// Closes the store, dropping what was not committed. It can be opened again; this value is of no further use.
    public func close() throws(DatasetError) {
        progress.withLock { $0.phase = .stopped }
        try DatasetError.naming(path) {
            try database.writeWithoutTransaction { database in
                if database.isInsideTransaction { try database.execute(sql: "ROLLBACK") }
            }
            try database.close()
        }
    }

    /// Copies a store to a new file, which is flushed to the disk.
    ///
    /// - Parameter target: must not exist; its directory is as private as the store's.
    public static func copy(from path: String, to target: String) throws(DatasetError) {
        try DatasetError.naming(path) {
            let source = try DatabaseQueue(path: path, configuration: configuration)
            let copy = try DatabaseQueue(path: target)
            try source.backup(to: copy)
            // One file and none beside it.
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
            try source.close()
        }
        try DatasetError.onFile { () throws(FileError) in try OpenFile(changing: target).sync() }
    }

    /// Removes a closed store and the files SQLite keeps beside it. Nothing there is no failure.
    public static func remove(path: String) throws(DatasetError) {
        try DatasetError.onFile { () throws(FileError) in
            for suffix in ["-wal", "-shm", "-journal", ""] { try AtomicFile.remove(path + suffix) }
        }
    }

    /// Runs `body` in the open transaction, and commits when enough has gathered.
    func update(_ body: (Database, inout Progress) throws -> Void) throws(DatasetError) {
        let failure: DatasetError? = progress.withLock { progress -> DatasetError? in
            switch progress.phase {
            case .receiving: break
            case .finished: return .storeFinished
            case .stopped: return .storeStopped(path: path)
            }
            do throws(DatasetError) {
                var next = progress
                try DatasetError.naming(path) {
                    try database.writeWithoutTransaction { database in
                        if !database.isInsideTransaction { try database.execute(sql: "BEGIN IMMEDIATE") }
                        try body(database, &next)
                        if next.uncommitted >= batchRowCount {
                            try database.execute(sql: "COMMIT")
                            next.uncommitted = 0
                        }
                    }
                }
                progress = next
                return nil
            } catch {
                if error.isOfStorage {
                    progress.phase = .stopped
                    try? database.writeWithoutTransaction { database in
                        if database.isInsideTransaction { try database.execute(sql: "ROLLBACK") }
                    }
                }
                return error
            }
        }
        if let failure { throw failure }
    }

    /// Runs `body` on a finished store, for the one who writes the dataset.
    func readFinished<Result>(_ body: (Database) throws -> Result) throws(DatasetError) -> Result {
        guard isFinished else { throw .storeNotFinished }
        return try DatasetError.naming(path) { try database.writeWithoutTransaction(body) }
    }
}

extension WorkingStore {
    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "working store"
        configuration.allowsUnsafeTransactions = true
        configuration.busyMode = .immediateError
        configuration.prepareDatabase { database in
            // Exclusive before WAL: no shared-memory file, and a second process is refused. Nothing spills outside the
            // directory.
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
            try database.execute(sql: "PRAGMA cache_size = -65536")
            // What is dropped is overwritten.
            try database.execute(sql: "PRAGMA secure_delete = ON")
        }
        return configuration
    }

    private static func prepare(_ path: String) throws(DatasetError) {
        let parent = try SplitPath(naming: path).parent
        if let found = try DatasetError.onFile({ () throws(FileError) in try FileStatus.at(parent) }) {
            guard found.kind == .directory else { throw .noDirectory(path: parent) }
            guard found.isPrivate else { throw .directoryNotPrivate(path: parent) }
        } else {
            try DatasetError.onFile { () throws(FileError) in try Directory.make(parent) }
        }
        if let found = try DatasetError.onFile({ () throws(FileError) in try FileStatus.at(path) }) {
            if found.kind == .directory { throw .badPath(path: path) }
        } else {
            // SQLite would make it as the process's mode mask has it.
            try DatasetError.onFile { () throws(FileError) in
                _ = try OpenFile(creating: path)
                try Directory.sync(parent)
            }
        }
    }

    private static func open(
        _ database: Database, path: String, schema: StoreSchema, identity: [(name: String, value: String)]
    ) throws -> (nextRow: [Int64], finished: Bool) {
        let applicationID = try Int.fetchOne(database, sql: "PRAGMA application_id")
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version")
        let tableCount = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
        if applicationID == 0, version == 0, tableCount == 0 {
            try database.inTransaction(.immediate) {
                try schema.create(in: database, identity: identity)
                return .commit
            }
        } else if applicationID != StoreSchema.applicationID || version != StoreSchema.version {
            throw DatasetError.storeUnusable(path: path)
        }
        func about(_ name: String) throws -> String? {
            try String.fetchOne(database, sql: "SELECT value FROM about WHERE name = ?", arguments: [name])
        }
        guard try about("agreement") == identity[0].value else {
            throw DatasetError.storeOfAnotherAgreement(path: path)
        }
        guard try about("round") == identity[1].value else { throw DatasetError.storeOfAnotherRound(path: path) }
        return (try schema.nextRows(in: database), try about("finished") == "yes")
    }
}

extension DatasetError {
    /// Whether the file, rather than what was received, is at fault.
    fileprivate var isOfStorage: Bool {
        switch self {
        case .diskFull, .noPermission, .inputOutput, .storeUnusable, .storeInUse, .noDirectory: true
        default: false
        }
    }
}
