internal import ArgumentParser
internal import Daemon
internal import Exchange

/// `prune`: makes room before the retention is over.
struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Delete streams of rounds that have ended. Boards stay.",
        discussion: """
            It asks the running coordinator. Streams that a complaint is about stay until the agreement's \
            retention_days are over.
            """)

    @OptionGroup var home: HomeOption
    @Option(help: "Rounds that ended at least so many days ago.") var olderThan: Int?
    @Option(help: "One round: its id, or the beginning of it.") var round: String?
    @Flag(help: "Tell what would be deleted, and delete nothing.") var dryRun = false

    func validate() throws {
        guard (olderThan == nil) != (round == nil) else {
            throw ValidationError("Give either --older-than with a number of days, or --round.")
        }
        if let olderThan, !(0...PruneRequest.dayLimit).contains(olderThan) {
            throw ValidationError("--older-than takes 0 to \(PruneRequest.dayLimit) days.")
        }
    }

    func run() async throws {
        try await OperatorConnection.with(home.directory) { client in
            var choice = PruneRequest.Choice.olderThan(days: olderThan ?? 0)
            if let round { choice = .round(try await OperatorConnection.round(round, client)) }
            let pruned = try await client.prune(PruneRequest(choice, isDry: dryRun))
            let out = Console.standardOutput
            for item in pruned {
                let id = item.round.description.prefix(12)
                if let reason = item.keptReason {
                    out.line("Kept the streams of round \(id), \(ByteText.words(item.byteCount)): \(reason)")
                } else {
                    let done = dryRun ? "Would delete" : "Deleted"
                    out.line("\(done) the streams of round \(id), \(ByteText.words(item.byteCount))")
                }
            }
            if pruned.isEmpty { out.line("No round has streams that could be deleted") }
        }
    }
}
