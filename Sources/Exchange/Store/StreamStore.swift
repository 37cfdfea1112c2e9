internal import Files
internal import NIOPosix
public import PSIProtocol
internal import Synchronization
public import Values

/// Bulk streams of all rounds, as one file per chunk.
///
/// A chunk is written beside, synced, renamed, and its directory synced before its writer hears of success, so what
/// has been acknowledged survives a crash and a power cut, and what has not leaves no trace but a `.part` file that
/// the next start removes. Chunks of a stream are stored in order; the same chunk again is no error, another in its
/// place is. The store doesn't know what the bytes mean.
public final class StreamStore: Sendable {
    /// Largest chunk, 4 MiB.
    public static let chunkByteCountLimit = 4_194_304

    /// Names a stream of a round.
    public struct Key: Sendable, Hashable {
        public var round: RoundID
        public var stream: StreamID

        public init(round: RoundID, stream: StreamID) {
            self.round = round
            self.stream = stream
        }
    }

    /// Announced whenever a stream grows.
    public let changes = ChangeSignal<Key>()

    let root: String
    /// Bytes of the disk that are never filled.
    private let reserve: Int
    private let freeByteCount: @Sendable () -> Int?
    /// Files of the file system that are never made.
    private let fileReserve: Int
    private let freeFileCount: @Sendable () -> Int?
    /// Bytes that all rounds' streams may take; nil sets no bound.
    public let storageQuota: Int?
    /// File calls block, so they run here and not on an event loop or a task's thread.
    let threads: NIOThreadPool

    struct State {
        var rounds: [RoundID: StoredRound] = [:]
        /// Of the rounds that are known.
        var byteCount: Int { rounds.values.reduce(0) { $0 + $1.byteCount } }
        var streams: [Key: StoredStream] = [:]
        var partCount: UInt64 = 0
    }
    let state = Mutex(State())
    private let loading = KeyedGate<RoundID>()
    let writing = KeyedGate<Key>()
    let vaultIndexes = VaultIndexCache()

    /// Opens the store in a directory, which is made if its parent exists.
    ///
    /// - Parameter reserve: bytes of the disk to leave free.
    /// - Parameter fileReserve: files (inodes) to leave free.
    /// - Parameter storageQuota: bytes that the streams of all rounds may take, once `loadAll` has counted them.
    /// - Parameter freeByteCount: what is free now; nil asks the system.
    /// - Parameter freeFileCount: files that can be made now; nil asks the system.
    public init(
        root: String, reserve: Int = 268_435_456, fileReserve: Int = 4_096, storageQuota: Int? = nil,
        freeByteCount: (@Sendable () -> Int?)? = nil,
        freeFileCount: (@Sendable () -> Int?)? = nil
    ) throws(StoreError) {
        self.root = root
        self.reserve = reserve
        self.fileReserve = fileReserve
        self.storageQuota = storageQuota
        self.freeByteCount = freeByteCount ?? { try? FreeSpace(at: root).byteCount }
        self.freeFileCount = freeFileCount ?? { try? FreeSpace(at: root).fileCount }
        threads = NIOThreadPool.singleton
        let split = SplitPath(ofDirectory: root)
        guard split.isNameable else { throw .invalidName }
        try StoreError.during("making a directory") { () throws(FileError) in
            try Directory.make(split.name, below: split.parent)
            try Directory.make("rounds", below: root)
        }
    }

    // MARK: Writing

    /// Stores a chunk.
    ///
    /// - Parameter seq: the number of chunks stored, or that of one stored already.
    /// - Parameter quota: what the round and the stream may have; nil sets no bound.
    /// - Returns: true when it is new, false when the same was stored already.
    @discardableResult
    public func put(
        _ bytes: [UInt8], seq: Int, last: Bool, stream: StreamID, round: RoundID, quota: StreamQuota? = nil
    ) async throws(StoreError) -> Bool {
        let slot = try await reserve(
            seq: seq, last: last, stream: stream, round: round, byteCount: bytes.count, quota: quota)
        var part = try await openPart(of: slot)
        do {
            try await part.append(bytes)
            return try await finish(part, last: last, quota: quota)
        } catch {
            await part.discard()
            throw error
        }
    }

    /// Checks everything that can be checked before a chunk's bytes are there.
    ///
    /// - Parameter byteCount: how many are announced, or nil.
    func reserve(
        seq: Int, last: Bool, stream: StreamID, round: RoundID, byteCount: Int?, quota: StreamQuota?
    ) async throws(StoreError) -> ChunkSlot {
        guard StreamPath.isStorable(stream), (0...StreamPath.seqLimit).contains(seq) else { throw .invalidName }
        if let byteCount { try Self.checkLength(byteCount, last: last, quota) }
        try await load(round)
        let slot = ChunkSlot(key: Key(round: round, stream: stream), seq: seq)
        if let free = freeByteCount(), free - reserve < byteCount ?? Self.chunkByteCountLimit { throw .diskFull }
        if let free = freeFileCount(), free - fileReserve < Self.filesPerChunk { throw .diskFull }
        try state.withLock { state throws(StoreError) in
            try check(slot, byteCount: byteCount ?? 0, quota: quota, state)
            try Self.begin(slot.key, quota: quota, &state)
        }
        return slot
    }

    /// A chunk, and the directories that its stream may need: round, streams, batch, stage, attempt, part.
    private static let filesPerChunk = 7

    /// Counts an attempt before there is a directory of it, whatever becomes of its first chunk.
    private static func begin(_ key: Key, quota: StreamQuota?, _ state: inout State) throws(StoreError) {
        guard state.streams[key] == nil else { return }
        let family = StoredRound.Family(key.stream)
        let attempts = state.rounds[key.round]?.attempts[family] ?? []
        if let limit = quota?.attemptCount, attempts.count >= limit, !attempts.contains(key.stream.attempt) {
            throw .tooManyAttempts(limit: limit)
        }
        if let quota, key.stream.part >= quota.partCount { throw .invalidName }
        state.streams[key] = StoredStream()
        state.rounds[key.round, default: StoredRound()].attempts[family, default: []].insert(key.stream.attempt)
    }

    /// Opens the file beside, in which a chunk waits until it is whole.
    func openPart(of slot: ChunkSlot) async throws(StoreError) -> ChunkPart {
        let number = state.withLock { state in
            state.partCount &+= 1
            return state.partCount
        }
        let directory = StreamPath.directory(of: slot.key.stream, in: slot.key.round)
        let name = "\(slot.seq)-\(number)\(StreamPath.partSuffix)"
        let file = try await blocking { () throws(StoreError) in
            try StoreError.during("making a directory") { () throws(FileError) in
                try Directory.make(directory, below: self.root, flushingAll: slot.seq == 0)
            }
            return try ChunkFile(creating: "\(self.root)/\(directory)/\(name)")
        }
        return ChunkPart(slot: slot, directory: "\(root)/\(directory)", name: name, file: file, store: self)
    }

    /// Gives a whole part its place in the stream.
    func finish(_ part: ChunkPart, last: Bool, quota: StreamQuota?) async throws(StoreError) -> Bool {
        try Self.checkLength(part.byteCount, last: last, quota)
        let slot = part.slot
        let isNew = try await writing.withGate(slot.key) { () async throws(StoreError) in
            let stored = state.withLock { $0.streams[slot.key] ?? StoredStream() }
            if slot.seq < stored.chunkByteCounts.count {
                try await compare(part, last: last, with: stored)
                return false
            }
            try state.withLock { state throws(StoreError) in
                try check(slot, byteCount: part.byteCount, quota: quota, state)
            }
            try await blocking { () throws(StoreError) in
                try part.place(as: StreamPath.fileName(seq: slot.seq, last: last))
            }
            state.withLock { state in
                state.streams[slot.key, default: StoredStream()].append(byteCount: part.byteCount, last: last)
                state.rounds[slot.key.round, default: StoredRound()].byteCount += part.byteCount
                state.rounds[slot.key.round, default: StoredRound()].chunkCount += 1
            }
            return true
        }
        if isNew { changes.announce(slot.key) } else { await part.discard() }
        return isNew
    }

    /// Only the last chunk may be small or empty, so that a stream has no more files than its bytes need, and one of
    /// nothing can be told from none.
    static func checkLength(_ byteCount: Int, last: Bool, _ quota: StreamQuota? = nil) throws(StoreError) {
        guard byteCount <= chunkByteCountLimit else { throw .invalidByteCount(limit: chunkByteCountLimit) }
        let least = max(1, quota?.leastChunkByteCount ?? 1)
        guard last || byteCount >= least else { throw .chunkTooSmall(least: least) }
    }

    private func check(
        _ slot: ChunkSlot, byteCount: Int, quota: StreamQuota?, _ state: State
    ) throws(StoreError) {
        let stored = state.streams[slot.key] ?? StoredStream()
        if slot.seq < stored.chunkByteCounts.count { return }
        if stored.isComplete { throw .streamComplete(chunkCount: stored.chunkByteCounts.count) }
        guard slot.seq == stored.chunkByteCounts.count else {
            throw .outOfOrder(expected: stored.chunkByteCounts.count)
        }
        if let storageQuota, byteCount > storageQuota - state.byteCount {
            throw .storageQuotaReached(limit: storageQuota)
        }
        guard let quota else { return }
        guard byteCount <= quota.streamByteCount - stored.byteCount else {
            throw .streamTooLong(limit: quota.streamByteCount)
        }
        let round = state.rounds[slot.key.round] ?? StoredRound()
        guard byteCount <= quota.byteCount - round.byteCount else { throw .quotaExceeded(limit: quota.byteCount) }
        guard round.chunkCount < quota.chunkCount else { throw .tooManyChunks(limit: quota.chunkCount) }
    }

    /// Throws unless the part and the stored chunk of its number are the same.
    private func compare(_ part: ChunkPart, last: Bool, with stored: StoredStream) async throws(StoreError) {
        let seq = part.slot.seq
        guard stored.isLast(seq) == last, stored.chunkByteCounts[seq] == part.byteCount else {
            throw .chunkDiffers(seq: seq)
        }
        let isSame = try await blocking { () throws(StoreError) in
            try part.isSame(as: StreamPath.fileName(seq: seq, last: last))
        }
        guard isSame else { throw .chunkDiffers(seq: seq) }
    }

    // MARK: Reading

    /// How far the stream is; a stream of which nothing is stored has no chunks.
    public func status(of stream: StreamID, round: RoundID) async throws(StoreError) -> StreamStatus {
        try await stored(stream, round).status
    }

    /// Reads a chunk.
    public func chunk(seq: Int, stream: StreamID, round: RoundID) async throws(StoreError) -> StoredChunk {
        guard let chunk = try await openChunk(seq: seq, stream: stream, round: round) else {
            throw .noSuchChunk(seq: seq)
        }
        return StoredChunk(bytes: try await chunk.read(chunk.byteCount, at: 0), isLast: chunk.isLast)
    }

    /// Opens a chunk, to be read a piece at a time; nil when it is not stored.
    func openChunk(seq: Int, stream: StreamID, round: RoundID) async throws(StoreError) -> OpenChunk? {
        let stored = try await stored(stream, round)
        guard (0..<stored.chunkByteCounts.count).contains(seq) else { return nil }
        let isLast = stored.isLast(seq)
        let path =
            "\(root)/\(StreamPath.directory(of: stream, in: round))/\(StreamPath.fileName(seq: seq, last: isLast))"
        let expected = stored.chunkByteCounts[seq]
        // Before anything of it is sent: a body that breaks off would tell neither side why.
        let file = try await blocking { () throws(StoreError) in
            let file = try ChunkFile(reading: path)
            guard try file.byteCount() == expected else {
                throw .damaged("chunk \(seq) of \(stream) has another length than was stored")
            }
            return file
        }
        return OpenChunk(file: file, byteCount: expected, isLast: isLast, store: self)
    }

    /// Bytes that the round's streams take.
    public func byteCount(of round: RoundID) async throws(StoreError) -> Int {
        try await load(round)
        return state.withLock { $0.rounds[round]?.byteCount ?? 0 }
    }

    /// Chunks of the rounds in use since the start, for the metrics.
    public var loadedChunkCount: Int { state.withLock { $0.rounds.values.reduce(0) { $0 + $1.chunkCount } } }

    /// Bytes of the rounds in use since the start; of all, once `loadAll` has counted them.
    public var loadedByteCount: Int { state.withLock { $0.byteCount } }

    /// Counts what the disk has of every round.
    public func loadAll() async throws(StoreError) {
        let root = root
        let names = try await blocking { () throws(StoreError) in
            try StoreError.during("listing a directory") { () throws(FileError) in
                try Directory.names(in: "\(root)/rounds")
            }
        }
        for round in names.compactMap({ RoundID(hex: $0) }) { try await load(round) }
    }

    /// Throws `StoreError.storageQuotaReached` if not even one more chunk may be stored.
    public func checkStorageQuota() throws(StoreError) {
        guard let storageQuota, loadedByteCount > storageQuota - Self.chunkByteCountLimit else { return }
        throw .storageQuotaReached(limit: storageQuota)
    }

    /// Bytes that may be stored before the disk is at its reserve, or nil when the system does not say.
    public func availableByteCount() -> Int? { freeByteCount().map { max(0, $0 - reserve) } }

    /// Files that may be made before the file system is at its reserve, or nil when there is no bound.
    public func availableFileCount() -> Int? { freeFileCount().map { max(0, $0 - fileReserve) } }

    /// Proves that the store can be written, by a file that is made, synced and removed.
    public func checkWritable() async throws(StoreError) {
        if let available = availableByteCount(), available < Self.chunkByteCountLimit { throw .diskFull }
        if let available = availableFileCount(), available < Self.filesPerChunk { throw .diskFull }
        try checkStorageQuota()
        let number = state.withLock { state in
            state.partCount &+= 1
            return state.partCount
        }
        let path = "\(root)/ready-\(number)\(StreamPath.partSuffix)"
        try await blocking { () throws(StoreError) in
            let file = try ChunkFile(creating: path)
            defer { try? AtomicFile.remove(path) }
            try file.write([UInt8](repeating: 0, count: 512))
            try file.sync()
        }
    }

    /// Deletes a round's streams. Nothing happens when there are none.
    public func deleteRound(_ round: RoundID) async throws(StoreError) {
        try await loading.withGate(round) { () async throws(StoreError) in
            let path = "\(root)/\(StreamPath.directory(of: round))"
            try await blocking { () throws(StoreError) in
                try StoreError.during("removing a directory") { () throws(FileError) in
                    try Directory.removeTree(path)
                    try Directory.sync("\(self.root)/rounds")
                }
            }
            state.withLock { state in
                state.rounds[round] = nil
                state.streams = state.streams.filter { $0.key.round != round }
            }
        }
        vaultIndexes.forget(round)
        changes.forget { $0.round == round }
    }

    func stored(_ stream: StreamID, _ round: RoundID) async throws(StoreError) -> StoredStream {
        guard StreamPath.isStorable(stream) else { throw .invalidName }
        try await load(round)
        return state.withLock { $0.streams[Key(round: round, stream: stream)] ?? StoredStream() }
    }

    /// Learns what is on the disk of a round that hasn't been used since the start.
    private func load(_ round: RoundID) async throws(StoreError) {
        if state.withLock({ $0.rounds[round] != nil }) { return }
        try await loading.withGate(round) { () async throws(StoreError) in
            if state.withLock({ $0.rounds[round] != nil }) { return }
            let streams = try await blocking { () throws(StoreError) in
                try StreamScan.streams(of: round, root: self.root)
            }
            state.withLock { state in
                var total = StoredRound()
                for (stream, stored) in streams {
                    state.streams[Key(round: round, stream: stream)] = stored
                    total.byteCount += stored.byteCount
                    total.chunkCount += stored.chunkByteCounts.count
                    total.attempts[StoredRound.Family(stream), default: []].insert(stream.attempt)
                }
                state.rounds[round] = total
            }
        }
    }

    /// Runs blocking file calls on the store's threads.
    func blocking<Value: Sendable>(
        _ body: @escaping @Sendable () throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await threads.runIfActive(body)
        } catch let error as StoreError {
            throw error
        } catch {
            throw .failed(operation: "running a file operation", code: -1)
        }
    }
}
