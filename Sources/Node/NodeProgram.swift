internal import ArgumentParser
internal import Daemon
internal import Member

@main
enum NodeProgram {
    static func main() async { await Program.main(NodeCommand.self) }
}

struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sidos-node",
        abstract: "A node of an authority or a mixer: blinds registers and takes part in rounds. It opens no port.",
        version: "0.1.0",
        subcommands: [
            InitCommand.self, CardCommand.self, CheckCommand.self, AgreementCommand.self, ServeCommand.self,
            StatusCommand.self, EvidenceCommand.self, ApproverCommand.self, ApprovalCommand<NodeDocuments>.self,
            LogCommand.self,
        ])
}

/// What a node's proposals can be about besides agreements, rounds and approvers.
enum NodeDocuments: ApprovalDocuments {
    static func configuration(_ home: Home) throws -> [UInt8] { try NodeConfiguration(home: home).document }
    static func dataset(_ name: String, _ home: Home) throws -> [UInt8]? { nil }
}
