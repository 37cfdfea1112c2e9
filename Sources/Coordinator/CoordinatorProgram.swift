internal import ArgumentParser
internal import Daemon
internal import WebConsole

@main
enum CoordinatorProgram {
    static let name = "sidos-coordinator"
    static let version = "0.1.0"

    static func main() async { await Program.main(CoordinatorCommand.self) }
}

struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: CoordinatorProgram.name,
        abstract: "The coordinator: passes sealed data between the participants of a round, and matches blinded tags.",
        version: CoordinatorProgram.version,
        subcommands: [
            InitCommand.self, CardCommand.self, KeysCommand<CoordinatorBackup>.self, CoordinatorAgreementCommand.self,
            ServeCommand.self, LinkCommand.self,
            StatusCommand.self, RoundsCommand.self, AbortCommand.self, PruneCommand.self, CourierCommand.self,
            ReadyCommand.self,
            EvidenceCommand.self, ConsoleCommand<CoordinatorConsole>.self, LogCommand.self,
            BackupCommand<CoordinatorBackup>.self, RestoreCommand<CoordinatorBackup>.self,
        ])
}
