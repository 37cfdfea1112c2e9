internal import ArgumentParser
internal import Daemon
internal import Member
internal import WebConsole

@main
enum ResearchProgram {
    static let name = "sidos-research"
    static let version = "0.1.0"

    static func main() async { await Program.main(ResearchCommand.self) }
}

struct ResearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: ResearchProgram.name,
        abstract: "The research environment: receives what a round releases and writes pseudonymous datasets.",
        version: ResearchProgram.version,
        subcommands: [
            InitCommand.self, CardCommand.self, KeysCommand<ResearchBackup>.self, ResearchAgreementCommand.self,
            ServeCommand.self, ReceiveCommand.self,
            CheckCommand.self, DatasetCommand.self, ReleaseCommand.self, ForgetCommand.self, WithdrawalsCommand.self,
            StatusCommand.self,
            EvidenceCommand<ResearchEvidence>.self,
            ApproverCommand.self, ApprovalCommand<ResearchDocuments>.self, ConsoleCommand<ResearchConsole>.self,
            LogCommand.self,
            BackupCommand<ResearchBackup>.self, RestoreCommand<ResearchBackup>.self,
            PruneCommand<ResearchEvidence>.self,
            CourierCommand<CarriedResearch>.self,
        ])
}

enum ResearchEvidence: EvidenceKeeping {
    static func boardDays(of home: Home) throws -> Int { try ResearchConfiguration(home: home).boardDays }
}

enum CarriedResearch: CarriedProgram {
    static func coordinator(_ home: Home) throws -> CoordinatorWay { try ResearchConfiguration(home: home).coordinator }
}
