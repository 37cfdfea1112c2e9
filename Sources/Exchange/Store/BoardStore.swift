internal import Crypto
internal import Files
internal import Foundation
internal import GRDB
public import Values

/// The boards of all rounds in one SQLite file: entries that are only ever appended, and never lost once numbered.
///
/// An entry is bytes here; what it means and whether it may be appended is the caller's to say. The file is in WAL mode
/// with full synchronisation, so an entry whose number has been given out survives a power cut.
public final class BoardStore: Sendable {
    /// Longest entry, 64 KiB.
    public static let entryByteCountLimit = 65_536
    /// Longest attachment, 16 MiB.
    public static let attachmentByteCountLimit = 16_777_216

    /// What a long-poll waits for.
    public enum Topic: Sendable, Hashable {
        /// Some round was opened, deleted, or announced to be in another state.
        case roundList
        /// The round's board grew.
        case board(RoundID)
    }

    /// Announced after every append and change of the list of rounds.
    public let changes = ChangeSignal<Topic>()

    private let database: DatabasePool
    private let gate = KeyedGate<RoundID>()

    /// Opens the file, or creates it.
    public init(path: String) throws(StoreError) {
        database = try Self.rethrowing("opening the board") {
            var configuration = Configuration()
            configuration.label = "board"
            configuration.busyMode = .timeout(10)
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
            }
            let database = try DatabasePool(path: path, configuration: configuration)
            try database.write { try BoardSchema.prepare($0) }
            return database
        }
    }

    /// Closes the file. Nothing may be called after.
    public func close() throws(StoreError) {
        try Self.rethrowing("closing the board") { try database.close() }
    }

    /// Copies a board's file as it is at one moment, also while another process appends to it. The copy is one file,
    /// flushed to the disk.
    ///
    /// - Parameter target: of the copy, which must not exist.
    public static func copy(from path: String, to target: String) throws(StoreError) {
        try rethrowing("copying the board") {
            var configuration = Configuration()
            configuration.label = "board"
            configuration.busyMode = .timeout(10)
            let source = try DatabaseQueue(path: path, configuration: configuration)
            let copy = try DatabaseQueue(path: target)
            try source.backup(to: copy)
            try copy.close()
            try source.close()
        }
        try foldIntoOneFile(target)
    }

    /// Takes what SQLite keeps beside a closed board's file into it, and flushes it.
    public static func foldIntoOneFile(_ path: String) throws(StoreError) {
        try rethrowing("folding the board into one file") {
            let database = try DatabaseQueue(path: path)
            try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try database.close()
        }
        try StoreError.during("syncing a file") { () throws(FileError) in try OpenFile(changing: path).sync() }
    }

    // MARK: Rounds

    /// Adds a round with its first entry, in one transaction.
    ///
    /// - Parameter attachment: whatever the caller keeps with the round, at most 16 MiB; never changed after.
    /// - Returns: false when the very same round was there already.
    /// - Throws: `StoreError.roundDiffers` when it was there with another attachment or first entry.
    @discardableResult
    public func createRound(
        _ round: RoundID, attachment: [UInt8], firstEntry: [UInt8]
    ) async throws(StoreError) -> Bool {
        guard attachment.count <= Self.attachmentByteCountLimit else {
            throw .invalidByteCount(limit: Self.attachmentByteCountLimit)
        }
        try Self.checkEntry(firstEntry)
        let isNew = try await Self.rethrowing("adding a round") {
            try await self.database.write { database in
                if let key = try BoardSchema.key(of: round, database) {
                    let isSame = try Bool.fetchOne(
                        database,
                        sql: """
                            SELECT attachment = ? AND EXISTS (SELECT * FROM entry
                                WHERE entry.round = round.id AND number = 1 AND bytes = ?) FROM round WHERE id = ?
                            """,
                        arguments: [Data(attachment), Data(firstEntry), key])
                    guard isSame == true else { throw StoreError.roundDiffers }
                    return false
                }
                try database.execute(
                    sql: "INSERT INTO round (round, attachment) VALUES (?, ?)",
                    arguments: [Data(round.bytes), Data(attachment)])
                try BoardSchema.insert(firstEntry, number: 1, roundKey: database.lastInsertedRowID, database)
                return true
            }
        }
        if isNew {
            changes.announce(.board(round))
            changes.announce(.roundList)
        }
        return isNew
    }

    /// Every round, in the order in which they were added.
    public func rounds() async throws(StoreError) -> [RoundID] {
        try await Self.rethrowing("listing rounds") {
            try await self.database.read { database in
                try Data.fetchAll(database, sql: "SELECT round FROM round ORDER BY id").map { bytes in
                    guard let round = RoundID(bytes: Array(bytes)) else {
                        throw StoreError.damaged("a round's identity")
                    }
                    return round
                }
            }
        }
    }

    public func holds(_ round: RoundID) async throws(StoreError) -> Bool {
        try await Self.rethrowing("looking up a round") {
            try await self.database.read { try BoardSchema.key(of: round, $0) != nil }
        }
    }

    /// What was given with `createRound`.
    public func attachment(of round: RoundID) async throws(StoreError) -> [UInt8] {
        try await Self.rethrowing("reading a round") {
            try await self.database.read { database in
                guard
                    let bytes = try Data.fetchOne(
                        database, sql: "SELECT attachment FROM round WHERE round = ?", arguments: [Data(round.bytes)])
                else { throw StoreError.unknownRound }
                return Array(bytes)
            }
        }
    }

    /// Deletes a round and its board, when its retention is over. Nothing happens when it isn't there.
    public func deleteRound(_ round: RoundID) async throws(StoreError) {
        try await gate.withGate(round) { () async throws(StoreError) in
            try await Self.rethrowing("deleting a round") {
                try await self.database.write { database in
                    guard let key = try BoardSchema.key(of: round, database) else { return }
                    try database.execute(sql: "UPDATE round SET erasing = 1 WHERE id = ?", arguments: [key])
                    try database.execute(sql: "DELETE FROM entry WHERE round = ?", arguments: [key])
                    try database.execute(sql: "DELETE FROM round WHERE id = ?", arguments: [key])
                }
            }
        }
        changes.forget { $0 == .board(round) }
        changes.announce(.roundList)
    }

    /// Wakes those who wait for the list of rounds, when a round's state has changed in the eyes of its callers.
    public func announceRounds() {
        changes.announce(.roundList)
    }

    // MARK: Entries

    /// Appends an entry unless the very same bytes are on the board.
    ///
    /// - Parameter check: whether the entry may be appended, asked while no other entry of the round can come between;
    /// it isn't asked for bytes that are there already. It must not append to the same round: that would wait for
    /// itself.
    /// - Throws: what `check` throws, or `StoreError`.
    public func append(
        _ entry: [UInt8], to round: RoundID, check: @Sendable () async throws -> Void = {}
    ) async throws -> AppendedEntry {
        try Self.checkEntry(entry)
        let appended = try await gate.withGate(round) {
            if let number = try await number(of: entry, in: round) {
                return AppendedEntry(number: number, isNew: false)
            }
            try await check()
            return AppendedEntry(number: try await insert(entry, in: round), isNew: true)
        }
        if appended.isNew { changes.announce(.board(round)) }
        return appended
    }

    /// Entries after number `after`, in order, as many as make `byteCountLimit` bytes but at least one if there is one.
    public func entries(
        of round: RoundID, after: Int, countLimit: Int = 256, byteCountLimit: Int = 1_048_576
    ) async throws(StoreError) -> BoardPage {
        try await Self.rethrowing("reading the board") {
            try await self.database.read { database in
                guard let key = try BoardSchema.key(of: round, database) else { throw StoreError.unknownRound }
                var page = BoardPage(entries: [], isLast: true)
                var byteCount = 0
                let rows = try Row.fetchCursor(
                    database, sql: "SELECT number, bytes FROM entry WHERE round = ? AND number > ? ORDER BY number",
                    arguments: [key, after])
                while let row = try rows.next() {
                    let bytes: Data = row[1]
                    byteCount += bytes.count
                    if !page.entries.isEmpty, page.entries.count >= countLimit || byteCount > byteCountLimit {
                        page.isLast = false
                        break
                    }
                    page.entries.append(NumberedEntry(number: row[0], bytes: Array(bytes)))
                }
                return page
            }
        }
    }

    /// How many entries the board has; numbers run from 1 to this.
    public func entryCount(of round: RoundID) async throws(StoreError) -> Int {
        try await Self.rethrowing("counting entries") {
            try await self.database.read { database in
                guard let key = try BoardSchema.key(of: round, database) else { throw StoreError.unknownRound }
                return try BoardSchema.entryCount(key, database)
            }
        }
    }

    /// Entries of all rounds, for the metrics.
    public func totalEntryCount() async throws(StoreError) -> Int {
        try await Self.rethrowing("counting entries") {
            try await self.database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM entry") ?? 0 }
        }
    }

    /// Proves that the store can be written, by a transaction that changes nothing.
    public func checkWritable() async throws(StoreError) {
        try await Self.rethrowing("writing to the board") {
            try await self.database.write { database in
                try database.execute(sql: "UPDATE round SET erasing = erasing WHERE id = -1")
            }
        }
    }

    private func number(of entry: [UInt8], in round: RoundID) async throws(StoreError) -> Int? {
        try await Self.rethrowing("looking up an entry") {
            try await self.database.read { database in
                guard let key = try BoardSchema.key(of: round, database) else { throw StoreError.unknownRound }
                return try Int.fetchOne(
                    database, sql: "SELECT number FROM entry WHERE round = ? AND hash = ?",
                    arguments: [key, Data(SHA256.hash(data: entry))])
            }
        }
    }

    private func insert(_ entry: [UInt8], in round: RoundID) async throws(StoreError) -> Int {
        try await Self.rethrowing("appending an entry") {
            try await self.database.write { database in
                guard let key = try BoardSchema.key(of: round, database) else { throw StoreError.unknownRound }
                let number = try BoardSchema.entryCount(key, database) + 1
                try BoardSchema.insert(entry, number: number, roundKey: key, database)
                return number
            }
        }
    }

    private static func checkEntry(_ entry: [UInt8]) throws(StoreError) {
        guard (1...entryByteCountLimit).contains(entry.count) else {
            throw .invalidByteCount(limit: entryByteCountLimit)
        }
    }

    /// Runs a database operation and turns SQLite's errors into the store's.
    private static func rethrowing<Value>(
        _ operation: String, _ body: () throws -> Value
    ) throws(StoreError) -> Value {
        do { return try body() } catch { throw storeError(error, operation) }
    }

    private static func rethrowing<Value>(
        _ operation: String, _ body: () async throws -> Value
    ) async throws(StoreError) -> Value {
        do { return try await body() } catch { throw storeError(error, operation) }
    }

    private static func storeError(_ error: any Error, _ operation: String) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let error as DatabaseError where error.resultCode == .SQLITE_FULL: .diskFull
        case let error as DatabaseError where error.resultCode == .SQLITE_NOTADB || error.resultCode == .SQLITE_CORRUPT:
            .damaged("the board's file is not the database it was")
        case let error as DatabaseError: .failed(operation: operation, code: error.extendedResultCode.rawValue)
        default: .failed(operation: operation, code: -1)
        }
    }
}
