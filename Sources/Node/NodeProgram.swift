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
            StatusCommand.self, EvidenceCommand.self,
        ])
}
