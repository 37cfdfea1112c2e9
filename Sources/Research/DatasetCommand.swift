internal import ArgumentParser
internal import Daemon
internal import Files
internal import Foundation

struct DatasetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset", abstract: "Open the rows of closed rounds and write them as a dataset for researchers.",
        discussion: """
            Several rounds of a study whose pseudonyms last become one dataset: a person is in it once, and the \
            agreement of the last round says what it has. \
            `serve` may keep running. The opened rows stay where they are, so the dataset can be written again. \
            `forget` removes them. Where approvers are in force, one person prepares the dataset with --prepare, \
            others approve it, and `release` hands it over.
            """)

    @OptionGroup var home: HomeOption
    @Option(help: "The round: the first digits of its id, six at least. Not needed when there is only one.")
    var round: String?
    @Option(help: "Several rounds, whose dataset becomes one: their first digits, with commas. In place of --round.")
    var rounds: String?
    @Option(name: [.short, .long], help: "The dataset's directory, to be made. The directory above it must exist.")
    var output: String?
    @Flag(help: "Say what disclosure control would do, and write nothing. In place of --output.")
    var check = false
    @Flag(help: "Write the dataset into this environment's own directory, for others to approve. In place of --output.")
    var prepare = false
    @Flag(help: "Leave out whole, from every register, people with rows that could not be opened in full.")
    var withoutDamaged = false
    @Flag(help: "Replace a dataset that is there already, once the new one is complete.")
    var replace = false

    /// Of one dataset.
    private static let mostRounds = 64

    private var named: DatasetWriting.Rounds {
        guard let rounds else { return .one(round) }
        return .several(rounds.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
    }

    func validate() throws {
        guard round == nil || rounds == nil else { throw ValidationError("Name either --round or --rounds.") }
        if case .several(let names) = named, !(2...Self.mostRounds).contains(names.count) {
            throw ValidationError(
                "--rounds names two rounds at least and \(Self.mostRounds) at most, such as --rounds 0a1b2c,3d4e5f.")
        }
        guard [check, prepare, output != nil].count(where: { $0 }) == 1 else {
            throw ValidationError(
                "Name one of these: the directory to make with --output, --prepare, or --check to write nothing.")
        }
        guard !(prepare && replace) else {
            throw ValidationError("What is prepared replaces nothing: leave --replace out.")
        }
    }

    func run() async throws {
        let home = try Home(at: home.directory, roles: [.research])
        let target: DatasetWriting.Target =
            if check { .nothing } else if prepare { .prepared } else { .directory(output ?? "", replace: replace) }
        let writing = DatasetWriting(
            home: home, rounds: named, withoutDamaged: withoutDamaged, out: Console.standardOutput)
        _ = try await writing.run(target)
    }
}

struct ForgetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Remove what was received of a round. Datasets that were written of it stay.",
        discussion: "Afterwards no dataset of the round can be written. The round's keys were destroyed when it ended.")

    @OptionGroup var home: HomeOption
    @Argument(help: "The round: the first digits of its id, six at least.") var round: String

    func run() throws {
        let home = try Home(at: home.directory, roles: [.research])
        let folder = try RoundFolders(home: home).find(round)
        var isClosed = false
        do { isClosed = try folder.received()?.isClosed ?? false } catch let error where RoundFolder.isDamage(error) {}
        // A round under way is left alone while a daemon may be working on it.
        let lock = isClosed ? nil : try ProcessLock(in: home.directory.subdirectory("state"))
        let own = try folder.lock()
        try folder.remove()
        own.release()
        lock?.release()
        try home.approvals().note("round forgotten", ["round": String(folder.round.description.prefix(12))])
        Console.standardOutput.line("Removed what was received of round \(folder.round).")
    }
}
