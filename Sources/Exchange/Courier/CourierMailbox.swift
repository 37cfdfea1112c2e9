public import Files
public import PSIProtocol
internal import Synchronization
public import Values

/// The coordinator as a participant knows it that no connection leads to: it reads what was brought last, and puts what
/// it has to say where `courier out` takes it. What is not there yet is waited for.
///
/// One daemon has it open; the commands beside it work on the same directory.
public final class CourierMailbox: CoordinatorPort {
    private let folder: CourierFolder
    private let outbox: StreamStore
    /// How often it looks for a disk that was taken.
    private let interval: Duration
    /// Boards by the time and length of their files.
    private let boards = Mutex<[RoundID: (status: FileStatus, entries: [[UInt8]])]>([:])

    /// - Throws: `FileError`, `StoreError`, `CourierError`.
    public init(_ directory: PrivateDirectory, lookingEvery interval: Duration = .seconds(1)) throws {
        folder = try CourierFolder(directory)
        self.interval = interval
        try folder.removeOrphans()
        outbox = try StreamStore(root: folder.outboxPath)
    }

    public var isReached: Bool { true }
    public var isCarried: Bool { true }
    public func shutdown() async throws {}

    /// Looks until there is something, the time is over, or the task is cancelled.
    private func wait<Value>(_ limit: Duration?, _ look: () throws -> Value?) async throws -> Value? {
        let end = limit.map { ContinuousClock.now + $0 }
        while true {
            if let found = try look() { return found }
            let rest = end.map { $0 - .now }
            if let rest, rest <= .zero { return nil }
            try await Task.sleep(for: min(rest ?? interval, interval))
        }
    }

    // MARK: Reading

    public func rounds(known: String?, wait limit: Duration) async throws -> RoundList {
        let news = try await wait(limit) { () throws -> RoundList? in
            let list = try list()
            return known.map { $0 != list.version } ?? !list.rounds.isEmpty ? list : nil
        }
        return try news ?? list()
    }

    private func list() throws -> RoundList {
        let version = try folder.imported()?.digest ?? ""
        let rounds = try folder.rounds().compactMap { round -> RoundSummary? in
            guard let first = try board(of: round).first,
                let opening = try SignedEntry(bytes: first).body as? RoundOpened,
                let agreement = AgreementID(hex: Hex.encode(opening.agreement.bytes))
            else { return nil }
            return RoundSummary(round: round, agreement: agreement, number: opening.number, state: "carried")
        }
        return RoundList(rounds: rounds, version: version)
    }

    private func board(of round: RoundID) throws -> [[UInt8]] {
        guard let status = try FileStatus.at(folder.boardPath(round)) else { return [] }
        if let known = boards.withLock({ $0[round] }), known.status == status { return known.entries }
        let entries = try folder.board(of: round)
        boards.withLock { $0[round] = (status, entries) }
        return entries
    }

    public func entries(of round: RoundID, after: Int, wait limit: Duration) async throws -> BoardPage {
        // Without the first entry nothing can be done with a round, so it is waited for.
        let found = try await wait(after == 0 ? nil : limit) { () throws -> [NumberedEntry]? in
            let entries = try board(of: round)
            guard after >= 0, after < entries.count else { return nil }
            return entries[after...].enumerated().map { NumberedEntry(number: after + 1 + $0, bytes: $1) }
        }
        return BoardPage(entries: found ?? [], isLast: true)
    }

    public func getChunk(
        seq: Int, stream: StreamID, round: RoundID, wait limit: Duration
    ) async throws -> StoredChunk? {
        try await wait(limit) { try folder.chunk(seq, stream, round) }
    }

    public func chunk(seq: Int, stream: StreamID, round: RoundID) async throws -> StoredChunk {
        guard let chunk = try await wait(nil, { try folder.chunk(seq, stream, round) }) else {
            throw StoreError.noSuchChunk(seq: seq)
        }
        return chunk
    }

    public func vaultCells(
        of batch: String, attempt: Int, round: RoundID, handles: [[UInt8]], cellByteCount: Int
    ) async throws -> [[UInt8]] {
        throw CourierError.cellsNotCarried
    }

    // MARK: Writing

    public func put(_ chunk: [UInt8], seq: Int, last: Bool, stream: StreamID, round: RoundID) async throws {
        try await outbox.put(chunk, seq: seq, last: last, stream: stream, round: round)
    }

    /// With it on the disk, the entry is said: nothing else is made in its place.
    public func post(_ entry: [UInt8], to round: RoundID) async throws -> PostedEntry {
        try folder.add(entry, to: round)
        return .onItsWay
    }

    public func entriesOnTheirWay(to round: RoundID) async throws -> [SignedEntry] {
        try folder.waiting(in: round).map(\.entry)
    }

    public func noteIdle(in round: RoundID, entryCount: Int?) async throws {
        try folder.noteIdle(in: round, entryCount: entryCount ?? board(of: round).count)
    }

    /// Removes the round's streams, and entries that have no place on a board which has ended.
    public func forget(_ round: RoundID) async throws {
        let lock = try await wait(nil) { () throws -> ProcessLock? in
            do { return try folder.lock() } catch FileError.inUse { return nil }
        }
        defer { lock?.release() }
        for waiting in try folder.waiting(in: round) where !(waiting.entry.body is KeysErased) {
            try folder.remove(waiting)
        }
        try await outbox.deleteRound(round)
        try await folder.inbox().deleteRound(round)
    }
}
