internal import Agreement
public import ArgumentParser
public import Daemon
internal import Exchange
internal import Files
internal import PSIProtocol
internal import Values

/// A program whose participant may have no connection.
public protocol CarriedProgram: Sendable {
    /// How the participant's configuration says that the coordinator is reached.
    static func coordinator(_ home: Home) throws -> CoordinatorWay
}

/// `courier …`: takes part in rounds without a connection.
public struct CourierCommand<Program: CarriedProgram>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "courier", abstract: "Take part in rounds without a connection, by a carried disk.",
            subcommands: [CourierOutCommand<Program>.self, CourierInCommand<Program>.self])
    }
    public init() {}
}

/// A participant's side of carrying: who it is, who the coordinator is, and what lies between them.
struct CourierPlace {
    let home: Home
    let coordinator: ParticipantID
    let folder: CourierFolder

    init(_ option: HomeOption, _ program: any CarriedProgram.Type) throws {
        home = try Home(at: option.directory, roles: [.authority, .mixer, .research])
        guard case .courier(let coordinator) = try program.coordinator(home) else {
            throw CourierUnconfigured(path: home.configurationPath)
        }
        self.coordinator = coordinator
        folder = try CourierFolder(home.courier())
    }

    /// Whether what was brought is for this participant, with any of its keys.
    func isMe(_ party: CourierManifest.Party) -> Bool {
        party.id == home.keys.id && home.keyRing.signing(by: party.signingKey) != nil
    }

    /// With which of this participant's keys a round is followed: by them the coordinator knows it in there.
    func keys(in round: RoundID) throws -> KeyDirectory {
        guard home.keyRing.all.count > 1, let installed = try agreement(of: folder.board(of: round)) else {
            return home.keys
        }
        return home.keys(pinnedBy: installed.agreement)
    }

    /// The coordinator as the agreements that were signed here pin it: more than one if its keys were replaced.
    func coordinators() throws -> [CourierManifest.Party] {
        try home.agreements().all().reversed().flatMap(\.agreement.participants).filter {
            $0.id == coordinator && $0.role == .coordinator
        }.map { .init(id: $0.id, signingKey: $0.signingKey) }
    }

    /// The study of a round; nil if its agreement was not signed here.
    func study(of board: [[UInt8]]) throws -> String? { try agreement(of: board)?.agreement.study.id }

    private func agreement(of board: [[UInt8]]) throws -> AgreementStore.Installed? {
        guard let first = board.first, let opening = try SignedEntry(bytes: first).body as? RoundOpened,
            let id = AgreementID(hex: Hex.encode(opening.agreement.bytes))
        else { return nil }
        return try home.agreements().load(id)
    }
}

/// The configuration has a connection, so that nothing is carried.
struct CourierUnconfigured: Error, ReportableError {
    let path: String

    var sentence: String {
        "\(path) names a connection: to take part by courier, write `coordinator: {courier: ID}`, ID being the "
            + "coordinator's"
    }
    var exitStatus: ExitStatus { .configuration }
}

/// `courier out`: what is to be carried to the coordinator.
struct CourierOutCommand<Program: CarriedProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "out", abstract: "Write what is to be carried to the coordinator into a new directory.",
            discussion: """
                It is signed and sealed as it would be on the wire. What was written once and did not arrive is \
                written again.
                """)
    }

    @OptionGroup var home: HomeOption
    @Argument(help: "The directory to make. The one above it must exist.") var to: String
    @Flag(help: "Also while `serve` has something to do yet, which then needs another journey.") var now = false

    func run() async throws {
        let place = try CourierPlace(home, Program.self)
        let (folder, out) = (place.folder, Console.standardOutput)
        let lock = try folder.lock()
        defer { lock.release() }
        if !now, let round = try folder.unfinished(place.home.keys.id).first {
            throw CourierBusy(round: round, isRunning: try place.home.isInUse())
        }
        let all = try folder.waiting()
        let exported = try folder.exported()
        // A disk has one sender, which the coordinator knows by its key: what was never written out goes first.
        let first = all.first { exported?.entries.contains($0.digest) != true } ?? all.first
        let sender = try first.map { try place.keys(in: $0.round) }
        let waiting = try all.filter { try place.keys(in: $0.round).path == sender?.path }
        // Whoever sent the last disk, if agreements pin several keys of the coordinator.
        let key = try folder.imported()?.signingKey
        guard let sender, !waiting.isEmpty,
            let coordinator = try place.coordinators().first(where: { Hex.encode($0.signingKey) == key })
        else {
            out.line("Nothing is to be carried to \(place.coordinator); nothing was written.")
            return
        }
        let writer = try CourierDiskWriter(to)
        for (round, entries) in Dictionary(grouping: waiting, by: \.round) {
            for (path, file) in try entries.flatMap(folder.chunks(of:)) {
                try writer.add(PublicFile.read(file, maxByteCount: StreamStore.chunkByteCountLimit), as: path)
            }
            try writer.add(CourierEntries.encode(entries.map(\.entry.bytes)), as: .entries(round))
        }
        let made = max(MachineClock.system.unixSeconds(), (exported?.made ?? 0) + 1)
        let followed = try folder.rounds().filter { round in
            try place.keys(in: round).path == sender.path && !BoardSummary(folder.board(of: round)).isOver(for: sender)
        }
        try writer.finish(
            from: .init(id: sender.id, signingKey: sender.participant.signingKey), to: coordinator, made: made,
            follows: Array(followed.prefix(CourierManifest.followedCountLimit)),
            holds: folder.held().filter { try place.keys(in: $0.round).path == sender.path }, key: sender.signingKey)
        let others = Set(all.map(\.digest)).subtracting(waiting.map(\.digest))
        let written = Set(waiting.map(\.digest)).union(exported?.entries.intersection(others) ?? [])
        try folder.write(CourierFolder.Exported(made: made, entries: written))
        try place.home.approvals().note("courier disk made", ["for": place.coordinator, "directory": to])
        for line in EntryText.lines(waiting.map(\.entry)) { out.line("  \(line)") }
        out.line(
            "Wrote \(to): \(EntryText.count(waiting.count)), \(ByteText.words(writer.byteCount)) in all. Carry it to "
                + "\(place.coordinator), whose operator runs `courier in`.")
        if !others.isEmpty {
            out.line("Run it once more: \(EntryText.count(others.count)) are said with other keys, on another disk.")
        }
    }
}

/// The daemon is not done with what was brought.
struct CourierBusy: Error, ReportableError {
    let round: RoundID
    let isRunning: Bool

    var sentence: String {
        "`serve` has not done yet all that it can do in round \(round.description.prefix(12)): "
            + (isRunning ? "try again when `status` says so" : "start it")
            + ", or write with --now what there is, and make another journey for the rest"
    }
    var exitStatus: ExitStatus { .temporary }
}
