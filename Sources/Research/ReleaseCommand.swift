internal import ArgumentParser
internal import Daemon
internal import Files

struct ReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Hand a prepared dataset over, once others have approved it.",
        discussion: """
            It is copied to the directory, file by file, and every file is compared with what was approved. Without a \
            name it lists what is prepared; --discard removes a prepared dataset.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "The prepared dataset's name, which `dataset --prepare` says.") var name: String?
    @Option(name: [.short, .long], help: "The dataset's directory, to be made. The directory above it must exist.")
    var output: String?
    @Flag(help: "Replace a dataset that is there already, once the new one is complete.") var replace = false
    @Flag(help: "Remove the prepared dataset. In place of --output.") var discard = false

    func validate() throws {
        guard name != nil || (output == nil && !discard) else { throw ValidationError("Name the prepared dataset.") }
        guard name == nil || (output != nil) != discard else {
            throw ValidationError("Name either the directory to make with --output, or --discard.")
        }
    }

    func run() throws {
        let home = try Home(at: home.directory, roles: [.research])
        let prepared = try PreparedDatasets(home: home)
        let approvals = try home.approvals()
        let out = Console.standardOutput
        guard let name else {
            let all = try prepared.all()
            if all.isEmpty { out.line("No dataset is prepared here.") }
            for entry in all {
                let standing = try approvals.standing(of: ApprovalSubject(.dataset, entry.document()))
                out.line("\(entry.name): \(standing.obstacle(to: .dataset) ?? "it can be handed over")")
            }
            return
        }
        guard let output else {
            try prepared.discard(name, noting: approvals)
            out.line("Removed the prepared dataset \(name).")
            return
        }
        let path = try prepared.release(name, to: output, replace: replace, by: approvals)
        out.line("Wrote \(path). The prepared one stays until `release \(name) --discard`.")
    }
}
