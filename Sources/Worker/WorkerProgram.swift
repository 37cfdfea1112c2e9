internal import ArgumentParser
internal import Daemon

@main
enum WorkerProgram {
    static let name = "sidos-worker"
    static let version = "0.1.0"

    static func main() async { await Program.main(WorkerCommand.self) }
}

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: WorkerProgram.name,
        abstract: "Computes steps of a round on a cluster's host, for a program that has `engine: {kind: spark}`.",
        version: WorkerProgram.version,
        subcommands: [WorkCommand.self, AgentCommand.self, AgentInitCommand.self, AgentKeyCommand.self],
        defaultSubcommand: WorkCommand.self)
}
