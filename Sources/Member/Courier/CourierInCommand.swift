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

    /// A round that the disk has, and what of its board is new.
    private struct Brought {
        let round: RoundID
        let study: String
        let board: [[UInt8]]
        let new: [SignedEntry]
    }

    func run() async throws {
        let out = Console.standardOutput
        guard try isNew() else {
            out.line("\(disk.path) was taken already; nothing has changed.")
            return
        }
        try disk.check()
        let (brought, unsigned) = try rounds()
        try checkCount(brought)
        let streams = try streams(of: brought)
        try checkRoom(for: streams)
        try await take(streams)
        for one in brought { try folder.write(board: one.board, of: one.round) }
        try tidy(brought.map { ($0.round, $0.board) })
        try folder.write(
            CourierFolder.Imported(disk, at: MachineClock.system.unixSeconds(), leftOut: unsigned.count))
        try place.home.approvals().note(
            "courier disk taken", ["from": place.coordinator, "directory": disk.path])
        for one in brought {
            out.line(
                "Round \(one.round.description.prefix(12)) of \(one.study): "
                    + (one.new.isEmpty ? "nothing new" : EntryText.count(one.new.count)))
            for line in EntryText.lines(one.new) { out.line("  \(line)") }
        }
        for round in unsigned {
            out.line(
                "Round \(round.description.prefix(12)) is of an agreement that was not signed here: nothing of it was "
                    + "taken. If you take part in it, sign the agreement, and run `courier in` with this directory "
                    + "again.")
        }
        if !streams.isEmpty { out.line("\(streams.count) streams, \(ByteText.words(Self.byteCount(streams)))") }
        if disk.rounds.isEmpty { out.line("The coordinator has no round for \(place.home.keys.id).") }
        out.line(
            try place.home.isInUse()
                ? "`serve` goes on with it. `status` says when there is something to carry out."
                : "Start `serve`, which goes on with it.")
    }

    /// Whether the disk is for this participant, from its coordinator, and no older than what was taken.
    private func isNew() throws -> Bool {
        let manifest = disk.manifest
        guard place.isMe(manifest.to) else {
            throw CourierError.forAnother(path: disk.path, to: manifest.to.id, expected: place.home.keys.id)
        }
        guard try place.coordinators().contains(manifest.from) else {
            throw CourierError.fromAnother(
                path: disk.path, from: manifest.from.id,
                expected: "the coordinator \(place.coordinator) with the keys of the agreements that were signed here")
        }
        let last = try folder.imported()
        if let last, isSame(as: last) { return last.leftOut ?? 0 > 0 }
        try disk.checkTime(after: last?.made, now: MachineClock.system.unixSeconds())
        return true
    }

    private func isSame(as last: CourierFolder.Imported) -> Bool { last.digest == Hex.encode(disk.digest) }

    /// What is taken, and the rounds that are left out. Nothing is kept of a round whose agreement was not signed
    /// here: only the agreement bounds what may come. From a disk of which some was taken only the rest is.
    private func rounds() throws -> (brought: [Brought], unsigned: [RoundID]) {
        let taken = try folder.imported().map(isSame) == true ? Set(folder.rounds()) : []
        var (brought, unsigned): ([Brought], [RoundID]) = ([], [])
        for round in disk.rounds where !taken.contains(round) {
            let (board, new) = try board(of: round)
            if let study = try place.study(of: board) {
                brought.append(Brought(round: round, study: study, board: board, new: new))
            } else {
                unsigned.append(round)
            }
        }
        return (brought, unsigned)
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

    private typealias Streams = [(held: CourierManifest.Held, chunks: [CourierManifest.File])]

    private static func byteCount(_ streams: Streams) -> Int {
        streams.reduce(0) { $0 + $1.chunks.reduce(0) { $0 + $1.byteCount } }
    }

    /// The streams of the rounds that are taken. An entry of the board must name each: nobody reads others, and they
    /// would only take room.
    private func streams(of brought: [Brought]) throws -> Streams {
        var named: Set<CourierManifest.Held> = []
        for one in brought {
            for entry in one.board.compactMap({ try? SignedEntry(bytes: $0) }) {
                for stream in entry.storedStreams + entry.selectionStreams(for: place.home.keys.id) {
                    named.insert(CourierManifest.Held(round: one.round, stream: stream))
                }
            }
        }
        let rounds = Set(brought.map(\.round))
        let streams = disk.streams().filter { rounds.contains($0.held.round) }
        for (held, _) in streams
        where !named.contains(CourierManifest.Held(round: held.round, stream: held.stream.part(0))) {
            throw CourierError.damaged(
                path: disk.path, faults: ["\(disk.path): no entry names the stream \(held.stream)"])
        }
        return streams
    }

    /// Only the coordinator's openings bound how many rounds there are of an agreement.
    private func checkCount(_ brought: [Brought]) throws {
        let limit = CourierManifest.followedCountLimit
        guard try Set(folder.rounds()).union(brought.map(\.round)).count > limit else { return }
        throw CourierTooMuch.rounds(path: disk.path, limit: limit)
    }

    private func checkRoom(for streams: Streams) throws {
        let needed = Self.byteCount(streams)
        guard let free = try folder.inbox().availableByteCount(), free < needed else { return }
        throw CourierTooMuch.bytes(path: place.home.directory.path, needed: needed, free: free)
    }

    private func take(_ streams: Streams) async throws {
        let store = try folder.inbox()
        for (held, chunks) in streams {
            for file in chunks {
                guard case .chunk(_, _, let seq, let last) = file.path else { continue }
                try await store.put(
                    disk.bytes(of: file), seq: seq, last: last, stream: held.stream, round: held.round)
            }
        }
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

/// The disk brings more than is taken.
enum CourierTooMuch: Error, ReportableError {
    /// With those that were brought before.
    case rounds(path: String, limit: Int)
    /// Streams do not fit. Sizes are bytes.
    case bytes(path: String, needed: Int, free: Int)

    var sentence: String {
        switch self {
        case .rounds(let path, let limit):
            "with the rounds of \(path) there would be more than \(limit) rounds here. Nothing was taken; ask the "
                + "coordinator's operator why it opened so many"
        case .bytes(let path, let needed, let free):
            "\(path) has room for \(ByteText.words(free)) more, and the streams on the disk have "
                + "\(ByteText.words(needed)). Nothing was taken; make room, and run `courier in` again"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .rounds: .refused
        case .bytes: .inputOutput
        }
    }
}
