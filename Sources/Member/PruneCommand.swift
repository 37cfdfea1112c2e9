public import ArgumentParser
internal import Daemon
internal import Files
internal import PSIProtocol
internal import Values

/// `prune`: removes what a node or the research environment need not keep.
public struct PruneCommand<Program: EvidenceKeeping>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "prune", abstract: "Remove expired evidence, and what dead processes have left behind.",
            discussion: """
                `serve` removes expired evidence by itself. Removing needs it stopped; --dry-run does not.
                """)
    }

    @OptionGroup var home: HomeOption
    @Flag(help: "Also remove the generators of proofs, which are made again when they are needed.")
    var generators = false
    @Flag(help: "Tell what would be removed, and remove nothing.") var dryRun = false

    public init() {}

    public func run() async throws {
        let home = try Home(at: home.directory, roles: [.authority, .mixer, .research])
        let state = dryRun ? nil : try home.state()
        let out = Console.standardOutput
        let verb = dryRun ? "Would remove" : "Removed"
        var count = 0
        let store = try EvidenceStore(home: home)
        for round in try store.expired() {
            out.line("\(verb) the streams of an accusation in round \(round.description.prefix(12))")
            count += 1
        }
        if !dryRun { try await store.removeExpired() }
        let (archive, now) = (try BoardArchive(home: home), MachineClock.system.unixSeconds())
        for kept in try KeptEvidence.all(in: home, days: Program.boardDays(of: home)) {
            guard let until = kept.boardUntil, until < now else { continue }
            out.line("\(verb) the board of round \(kept.round.description.prefix(12))")
            if !dryRun { try archive.remove(kept.round) }
            count += 1
        }
        var leftovers = try Self.lists(home, state)
        if generators { leftovers += try Self.files(home, "generators") { _ in true } }
        for name in ["generators", "spool", "lists", "agreements", "evidence", "boards"] {
            leftovers += try Self.files(home, name) { $0.hasPrefix(".") }
        }
        var bytes = 0
        for file in Set(leftovers).sorted() {
            bytes += try FileStatus.at(file)?.byteCount ?? 0
            if !dryRun { try AtomicFile.remove(file) }
            count += 1
        }
        if bytes > 0 { out.line("\(verb) \(Set(leftovers).count) files, \(ByteText.words(bytes))") }
        if count == 0 { out.line("There is nothing to remove") }
    }

    /// Lists of rounds whose keys are destroyed: nobody can open them.
    ///
    /// - Parameter state: nil while a daemon may have it; then nothing is known of them.
    private static func lists(_ home: Home, _ state: SealedState?) throws -> [String] {
        guard let state else { return [] }
        let alive = Set(RoundJournal.rounds(in: state).map(\.description))
        return try files(home, "lists") { name in
            !alive.contains { name.hasPrefix($0) || name.hasPrefix(".\($0)") }
        }
    }

    private static func files(_ home: Home, _ name: String, where isMeant: (String) -> Bool) throws -> [String] {
        let path = home.directory.file(name)
        guard try FileStatus.at(path)?.kind == .directory else { return [] }
        return try Directory.names(in: path).filter(isMeant).map { "\(path)/\($0)" }.filter {
            try FileStatus.at($0)?.kind == .regular
        }
    }
}
