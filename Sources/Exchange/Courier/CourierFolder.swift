internal import Crypto
public import Files
internal import Foundation
public import PSIProtocol
public import Values

/// A participant's `courier/` directory, which its daemon and the commands `courier in` and `courier out` share. Every
/// call blocks.
///
/// ```
/// boards/ROUND         the round's board, as it was brought last
/// inbox/rounds/…       streams that were brought
/// entries/ROUND/N      own entries that are on their way to the board, in their order
/// outbox/rounds/…      the streams that were stored for them
/// idle/ROUND           how much of the board was there when nothing more could be done
/// imported.json        the last disk that was taken
/// exported.json        the last disk that was made
/// ```
public struct CourierFolder: Sendable {
    let directory: PrivateDirectory

    public init(_ directory: PrivateDirectory) throws(FileError) {
        self.directory = directory
        for name in ["boards", "entries", "idle"] { _ = try directory.subdirectory(name) }
    }

    /// Keeps two commands, or a command and a daemon that removes something, apart.
    public func lock() throws(FileError) -> ProcessLock { try ProcessLock(in: directory) }

    // MARK: The last disks

    /// The last disk that was taken.
    public struct Imported: Sendable, Codable, Equatable {
        /// When the coordinator made it; seconds since 1970.
        public var made: Int64
        /// When it was taken.
        public var at: Int64
        /// Of its manifest, in hexadecimal.
        public var digest: String
        /// The key that the coordinator signs by, in hexadecimal.
        public var signingKey: String
        /// How many of its rounds were left out, as their agreements were not signed here.
        public var leftOut: Int?

        public init(_ disk: CourierDisk, at: Int64, leftOut: Int = 0) {
            self.leftOut = leftOut
            made = disk.manifest.made
            self.at = at
            digest = Hex.encode(disk.digest)
            signingKey = Hex.encode(disk.manifest.from.signingKey)
        }
    }

    /// The last disk that was made.
    public struct Exported: Sendable, Codable, Equatable {
        /// Seconds since 1970.
        public var made: Int64
        /// SHA-256 of the entries that were on it, in hexadecimal.
        public var entries: Set<String>

        public init(made: Int64, entries: Set<String>) {
            self.made = made
            self.entries = entries
        }
    }

    var importedPath: String { directory.file("imported.json") }
    private var exportedPath: String { directory.file("exported.json") }
    /// A round has some ten entries of a participant, rarely some hundred.
    private static let noteByteCountLimit = 1 << 20

    public func imported() throws -> Imported? { try note(Imported.self, importedPath) }
    public func exported() throws -> Exported? { try note(Exported.self, exportedPath) }

    private func note<Note: Decodable>(_: Note.Type, _ path: String) throws -> Note? {
        guard let bytes = try Self.read(path, limit: Self.noteByteCountLimit) else { return nil }
        guard let note = try? JSONDecoder().decode(Note.self, from: Data(bytes)) else {
            throw CourierError.damagedMailbox(path: path)
        }
        return note
    }

    /// The daemon sees by this that there is something new, so it is written last.
    public func write(_ imported: Imported) throws {
        try AtomicFile.write(Array(try JSONEncoder().encode(imported)), to: importedPath)
    }

    public func write(_ exported: Exported) throws {
        try AtomicFile.write(Array(try JSONEncoder().encode(exported)), to: exportedPath)
    }

    // MARK: Boards

    private var boards: String { directory.file("boards") }

    func boardPath(_ round: RoundID) -> String { "\(boards)/\(round)" }

    /// Rounds of which a board was brought.
    public func rounds() throws(FileError) -> [RoundID] { try Self.rounds(in: boards) }

    private static func rounds(in path: String) throws(FileError) -> [RoundID] {
        try names(in: path).compactMap { $0.utf8.count == 64 ? RoundID(hex: $0) : nil }
    }

    /// None where there is no directory.
    private static func names(in path: String) throws(FileError) -> [String] {
        do throws(FileError) { return try Directory.names(in: path) } catch {
            if case .notFound = error { return [] }
            throw error
        }
    }

    /// Nil where there is no file.
    private static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8]? {
        do throws(FileError) { return try PublicFile.read(path, maxByteCount: limit) } catch {
            if case .notFound = error { return nil }
            throw error
        }
    }

    /// The board's entries from the first on; none if none was brought.
    public func board(of round: RoundID) throws -> [[UInt8]] {
        guard let bytes = try Self.read(boardPath(round), limit: CourierManifest.entriesByteCountLimit) else {
            return []
        }
        guard let entries = CourierEntries.decode(bytes) else {
            throw CourierError.damagedMailbox(path: boardPath(round))
        }
        return entries
    }

    public func write(board entries: [[UInt8]], of round: RoundID) throws(FileError) {
        try AtomicFile.write(CourierEntries.encode(entries), to: boardPath(round))
    }

    public func removeBoard(of round: RoundID) throws(FileError) {
        try AtomicFile.remove(boardPath(round))
        try AtomicFile.remove(idlePath(round))
    }

    /// When the board was brought, in seconds since 1970.
    public func boardTime(of round: RoundID) throws(FileError) -> Int64? {
        try FileStatus.at(boardPath(round))?.modified.seconds
    }

    // MARK: Whether the daemon is done

    private func idlePath(_ round: RoundID) -> String { directory.file("idle/\(round)") }

    private func idleText(in round: RoundID, entryCount: Int) throws -> [UInt8] {
        Array("\(entryCount) entries read, \(try waiting(in: round).count) on their way\n".utf8)
    }

    func noteIdle(in round: RoundID, entryCount: Int) throws {
        let text = try idleText(in: round, entryCount: entryCount)
        if (try? PublicFile.read(idlePath(round), maxByteCount: 256)) == text { return }
        try AtomicFile.write(text, to: idlePath(round))
    }

    /// Whether the daemon has done all that it can do in the round with what was brought.
    public func isIdle(in round: RoundID) throws -> Bool {
        let text = try idleText(in: round, entryCount: board(of: round).count)
        return (try? PublicFile.read(idlePath(round), maxByteCount: 256)) == text
    }

    // MARK: Own entries

    /// An own entry that is on its way.
    public struct Waiting: Sendable, Equatable {
        public var round: RoundID
        var number: Int
        public var entry: SignedEntry

        /// SHA-256 in hexadecimal.
        public var digest: String { Hex.encode(SHA256.hash(data: entry.bytes)) }
    }

    private func entries(_ round: RoundID) -> String { directory.file("entries/\(round)") }
    private func path(_ round: RoundID, _ number: Int) -> String {
        "\(entries(round))/" + String(repeating: "0", count: max(0, 8 - "\(number)".count)) + "\(number)"
    }

    /// Own entries of a round that no board which was brought has yet, in their order.
    public func waiting(in round: RoundID) throws -> [Waiting] {
        try Self.names(in: entries(round)).compactMap { name in
            guard name.utf8.count == 8, let number = Int(name) else { return nil }
            let path = path(round, number)
            // `courier in` removes what the board has.
            guard let bytes = try Self.read(path, limit: BoardStore.entryByteCountLimit) else { return nil }
            guard let entry = try? SignedEntry(bytes: bytes) else { throw CourierError.damagedMailbox(path: path) }
            return Waiting(round: round, number: number, entry: entry)
        }
    }

    /// Own entries of all rounds, by round.
    public func waiting() throws -> [Waiting] {
        try Self.rounds(in: directory.file("entries")).flatMap(waiting(in:))
    }

    /// Puts an entry on its way, durably; the same again changes nothing.
    func add(_ entry: [UInt8], to round: RoundID) throws {
        let known = try waiting(in: round)
        if known.contains(where: { $0.entry.bytes == entry }) { return }
        try Directory.make("entries/\(round)", below: directory.path)
        try AtomicFile.write(entry, to: path(round, (known.last?.number ?? 0) + 1), replacing: false)
    }

    public func remove(_ waiting: Waiting) throws(FileError) {
        try AtomicFile.remove(path(waiting.round, waiting.number))
    }

    // MARK: Streams

    private var inboxPath: String { directory.file("inbox") }
    var outboxPath: String { directory.file("outbox") }

    /// The store of streams that were brought.
    public func inbox() throws -> StreamStore { try StreamStore(root: inboxPath) }

    /// A chunk that was brought, or nil.
    func chunk(_ seq: Int, _ stream: StreamID, _ round: RoundID) throws -> StoredChunk? {
        guard StreamPath.isStorable(stream), (0...StreamPath.seqLimit).contains(seq) else {
            throw StoreError.invalidName
        }
        let place = "\(inboxPath)/\(StreamPath.directory(of: stream, in: round))"
        for last in [true, false] {
            let path = "\(place)/\(StreamPath.fileName(seq: seq, last: last))"
            if let bytes = try Self.read(path, limit: StreamStore.chunkByteCountLimit) {
                return StoredChunk(bytes: bytes, isLast: last)
            }
        }
        return nil
    }

    /// Parts of streams that were brought to their end.
    public func held() throws -> [CourierManifest.Held] {
        try Self.rounds(in: "\(inboxPath)/rounds").flatMap { round in
            try StreamScan.streams(of: round, root: inboxPath).filter(\.value.isComplete).keys.map {
                CourierManifest.Held(round: round, stream: $0)
            }
        }
    }

    /// All chunks of an own entry's streams, and where they are.
    public func chunks(of waiting: Waiting) throws -> [(path: CourierPath, file: String)] {
        try waiting.entry.storedStreams.flatMap { stream in
            let parent = SplitPath(StreamPath.directory(of: stream, in: waiting.round)).parent
            let parts = try Directory.names(in: "\(outboxPath)/\(parent)").compactMap {
                StreamPath.number($0, limit: StreamPath.partLimit)
            }
            return try parts.sorted().flatMap { part in
                let directory = "\(outboxPath)/\(StreamPath.directory(of: stream.part(part), in: waiting.round))"
                return try Directory.names(in: directory).compactMap { name in
                    StreamPath.chunk(fileName: name).map { chunk in
                        let path = CourierPath.chunk(
                            waiting.round, stream.part(part), seq: chunk.seq, last: chunk.last)
                        return (path, "\(directory)/\(name)")
                    }
                }
            }
        }
    }

    /// Removes what no own entry names: a step that was broken off left it.
    func removeOrphans() throws {
        for round in try Self.rounds(in: "\(outboxPath)/rounds") {
            let named = Set(try waiting(in: round).flatMap(\.entry.storedStreams))
            for stream in try StreamScan.streams(of: round, root: outboxPath).keys
            where !named.contains(stream.part(0)) {
                try Directory.removeTree("\(outboxPath)/\(StreamPath.directory(of: stream, in: round))")
            }
        }
    }
}
