internal import ArgumentParser
internal import Daemon
internal import Member
internal import WebConsole

@main
enum NodeProgram {
    static let name = "sidos-node"
    static let version = "0.1.0"

    static func main() async { await Program.main(NodeCommand.self) }
}

struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: NodeProgram.name,
        abstract: "A node of an authority or a mixer: blinds registers and takes part in rounds. It opens no port.",
        version: NodeProgram.version,
        subcommands: [
            InitCommand.self, CardCommand.self, KeysCommand<NodeBackup>.self, CheckCommand.self, AgreementCommand.self,
            ServeCommand.self,
            StatusCommand.self, WithdrawCommand.self, StudyKeyCommand.self, EvidenceCommand<NodeEvidence>.self,
            ApproverCommand.self,
            ApprovalCommand<NodeDocuments>.self,
            ConsoleCommand<NodeConsole>.self, LogCommand.self, BackupCommand<NodeBackup>.self,
            RestoreCommand<NodeBackup>.self, PruneCommand<NodeEvidence>.self, CourierCommand<CarriedNode>.self,
        ])
}

/// What a node's proposals can be about besides agreements, rounds and approvers.
enum NodeDocuments: ApprovalDocuments {
    static func configuration(_ home: Home) throws -> [UInt8] { try NodeConfiguration(home: home).document }
    static func dataset(_ name: String, _ home: Home) throws -> [UInt8]? { nil }
}

enum NodeEvidence: EvidenceKeeping {
    static func boardDays(of home: Home) throws -> Int { try NodeConfiguration(home: home).boardDays }
}

enum CarriedNode: CarriedProgram {
    static func coordinator(_ home: Home) throws -> CoordinatorWay { try NodeConfiguration(home: home).coordinator }
}
