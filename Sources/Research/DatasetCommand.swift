internal import ArgumentParser
internal import Daemon
internal import Dataset
internal import Files
internal import Foundation

struct DatasetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset", abstract: "Open a closed round's rows and write them as a dataset for researchers.",
        discussion: """
            `serve` may keep running. The opened rows stay where they are, so the dataset can be written again. \
            `forget` removes them. Where approvers are in force, one person prepares the dataset with --prepare, \
            others approve it, and `release` hands it over.
            """)

    @OptionGroup var home: HomeOption
    @Option(help: "The round: the first digits of its id, six at least. Not needed when there is only one.")
    var round: String?
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

    func validate() throws {
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
        let approvals = try home.approvals()
        // Before anything is opened, where it cannot be handed over anyway.
        if output != nil, try approvals.isInForce() { throw ResearchError.needsRelease }
        let folder = try RoundFolders(home: home).find(round)
        let lock = try folder.lock()
        defer { lock.release() }
        let opening = try RoundOpening(folder: folder, home: home)
        let store = try await opening.store(withoutDamaged: withoutDamaged)
        let out = Console.standardOutput
        if check {
            let told = try DatasetWriter.assess(store)
            try store.close()
            out.line(told.isEmpty ? "The agreement has no disclosure rules: values are shown as they are." : told)
            return
        }
        let prepared = prepare ? try PreparedDatasets(home: home).next(folder.round) : nil
        let directory = prepared?.directory ?? output ?? ""
        let tally = try DatasetWriter(directory: directory, replace: replace)
            .write(
                store, report: opening.received.report.counting(try store.opened()),
                created: MachineClock.system.now())
        try store.close()
        let facts = URL(fileURLWithPath: directory).path
        try approvals.note(
            prepare ? "dataset prepared" : "dataset written",
            ["round": String(folder.round.description.prefix(12)), "directory": facts])
        for line in Self.summary(tally, store.layout) { out.line(line) }
        out.line("")
        out.line("Wrote \(facts).")
        if let prepared {
            out.line("Look at its report.html. Then propose it with `approval propose dataset \(prepared.name)`.")
        }
        out.line(
            "What was received is kept in \(home.directory.path)/rounds until "
                + "`\(ResearchProgram.name) forget \(folder.round.description.prefix(12))`; "
                + "the agreement's retention_days is \(opening.agreement.retentionDays).")
    }

    private static func summary(_ tally: Tally, _ layout: DatasetLayout) -> [String] {
        let cohorts = layout.cohorts.map { [$0.id, String(tally.cohorts[$0.id, default: 0])] }
        let registers = layout.registers.map { register in
            let count = tally.registers[register.id]
            return [register.id, String(count?.people ?? 0), String(count?.rows ?? 0)]
        }
        return table([["cohort", "people"]] + cohorts + [["any of them", String(tally.people)]]) + [""]
            + table([["register", "people", "rows"]] + registers)
    }

    /// The first column to the left, numbers to the right.
    private static func table(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { index, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + space : space + cell.0
            }.joined(separator: "  ")
        }
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
