internal import Agreement
internal import ArgumentParser
internal import Daemon
internal import Exchange
internal import Files
internal import PSIProtocol
internal import Values

/// `courier in`: takes what was carried from the coordinator.
struct CourierInCommand<Program: CarriedProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "in", abstract: "Take what was carried from the coordinator.",
            discussion: """
                Everything is checked before anything is taken. `serve` may run, and goes on by itself. The directory \
                stays as it is, and is not needed any more.
                """)
    }

    @OptionGroup var home: HomeOption
    @Argument(help: "The directory that `courier out` made at the coordinator.") var from: String

    func run() async throws {
        let place = try CourierPlace(home, Program.self)
        let lock = try place.folder.lock()
        defer { lock.release() }
        try await CourierImport(place: place, disk: CourierDisk(reading: from)).run()
    }
}

/// Takes a disk in: checks it whole, then keeps it.
struct CourierImport {
    let place: CourierPlace
    let disk: CourierDisk

    private var folder: CourierFolder { place.folder }
    /// Boards of rounds that are long over are kept for so long.
    private static let keptSeconds: Int64 = 90 * 86_400

    func run() async throws {
        let out = Console.standardOutput
        guard try isNew() else {
            out.line("\(disk.path) was taken already; nothing has changed.")
            return
        }
        try disk.check()
        var boards: [(round: RoundID, board: [[UInt8]], new: [SignedEntry])] = []
        for round in disk.rounds {
            let (board, new) = try board(of: round)
            boards.append((round, board, new))
        }
        try checkStreams(boards.map { ($0.round, $0.board) })
        let streams = try await takeStreams()
        for (round, board, _) in boards { try folder.write(board: board, of: round) }
        try tidy(boards.map { ($0.round, $0.board) })
        try folder.write(
            CourierFolder.Imported(disk, at: MachineClock.system.unixSeconds()))
        try place.home.approvals().note(
            "courier disk taken", ["from": place.coordinator, "directory": disk.path])
        for (round, board, new) in boards {
            out.line(
                "Round \(round.description.prefix(12)) of \(try place.study(of: board)): "
                    + (new.isEmpty ? "nothing new" : EntryText.count(new.count)))
            for line in EntryText.lines(new) { out.line("  \(line)") }
        }
        if streams.count > 0 { out.line("\(streams.count) streams, \(ByteText.words(streams.byteCount))") }
        if boards.isEmpty { out.line("The coordinator has no round for \(place.home.keys.id).") }
        out.line(
            try place.home.isInUse()
                ? "`serve` goes on with it. `status` says when there is something to carry out."
                : "Start `serve`, which goes on with it.")
    }

    /// Whether the disk is for this participant, from its coordinator, and no older than what was taken.
    private func isNew() throws -> Bool {
        let manifest = disk.manifest
        guard manifest.to == place.me else {
            throw CourierError.forAnother(path: disk.path, to: manifest.to.id, expected: place.me.id)
        }
        guard try place.coordinators().contains(manifest.from) else {
            throw CourierError.fromAnother(
                path: disk.path, from: manifest.from.id,
                expected: "the coordinator \(place.coordinator) with the keys of the agreements that were signed here")
        }
        let last = try folder.imported()
        if last?.digest == Hex.encode(disk.digest) { return false }
        try disk.checkTime(after: last?.made, now: MachineClock.system.unixSeconds())
        return true
    }

    /// A round's board as the disk has it, and what of it is new.
    private func board(of round: RoundID) throws -> ([[UInt8]], new: [SignedEntry]) {
        let board = try disk.entries(of: round)
        let known = try folder.board(of: round)
        guard board.starts(with: known) else { throw CourierError.forked(round: round) }
        let entries: [SignedEntry]
        do { entries = try board.map { try SignedEntry(bytes: $0) } } catch {
            throw CourierError.damaged(
                path: disk.path, faults: ["\(disk.path)/\(CourierPath.entries(round)): \(ErrorReport(error).sentence)"])
        }
        guard entries.first?.openedRound == round else { throw CourierError.forked(round: round) }
        return (board, Array(entries.dropFirst(known.count)))
    }

    /// That an entry of the board names each stream: nobody reads others, and they would only take room.
    private func checkStreams(_ boards: [(round: RoundID, board: [[UInt8]])]) throws {
        var named: Set<CourierManifest.Held> = []
        for (round, board) in boards {
            for entry in board.compactMap({ try? SignedEntry(bytes: $0) }) {
                for stream in entry.storedStreams + entry.selectionStreams(for: place.me.id) {
                    named.insert(CourierManifest.Held(round: round, stream: stream))
                }
            }
        }
        for (held, _) in disk.streams()
        where !named.contains(CourierManifest.Held(round: held.round, stream: held.stream.part(0))) {
            throw CourierError.damaged(
                path: disk.path, faults: ["\(disk.path): no entry names the stream \(held.stream)"])
        }
    }

    private func takeStreams() async throws -> (count: Int, byteCount: Int) {
        let store = try StreamStore(root: folder.inboxPath)
        var (count, byteCount) = (0, 0)
        for (held, chunks) in disk.streams() {
            for file in chunks {
                guard case .chunk(_, _, let seq, let last) = file.path else { continue }
                try await store.put(
                    disk.bytes(of: file), seq: seq, last: last, stream: held.stream, round: held.round)
                byteCount += file.byteCount
            }
            count += 1
        }
        return (count, byteCount)
    }

    /// Removes own entries that have arrived or that no board will take, and boards that nobody asks for any more.
    private func tidy(_ boards: [(RoundID, [[UInt8]])]) throws {
        for (round, board) in boards {
            let summary = BoardSummary(board)
            for waiting in try folder.waiting(in: round) {
                let isLate = summary.hasEnded && !(waiting.entry.body is KeysErased)
                if summary.entries.contains(waiting.entry.bytes) || isLate { try folder.remove(waiting) }
            }
        }
        let now = MachineClock.system.unixSeconds()
        for round in try folder.rounds() where !disk.rounds.contains(round) {
            guard let brought = try folder.boardTime(of: round), brought < now - Self.keptSeconds,
                try folder.waiting(in: round).isEmpty,
                try BoardSummary(folder.board(of: round)).isOver(for: place.home.keys)
            else { continue }
            try folder.removeBoard(of: round)
        }
    }
}
