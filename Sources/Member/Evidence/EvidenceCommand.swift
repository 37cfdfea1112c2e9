public import ArgumentParser
internal import Daemon
internal import Files
internal import Foundation
internal import PSIProtocol
internal import Values

/// `evidence …`: what a node and the research environment can show of rounds in which somebody accused another.
public struct EvidenceCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "evidence", abstract: "Show outsiders who is right where a participant accused another.",
        subcommands: [EvidenceListCommand.self, EvidenceExportCommand.self, EvidenceCheckCommand.self])
    public init() {}
}

struct EvidenceListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the rounds of which evidence is kept here, and until when.")

    @OptionGroup var home: HomeOption

    func run() throws {
        let home = try Home(at: home.directory, roles: [.authority, .mixer, .research])
        let store = try EvidenceStore(home: home)
        let rounds = try store.rounds()
        if rounds.isEmpty { Console.standardError.line("No evidence is kept here") }
        for round in rounds {
            guard let kept = try store.kept(round) else { continue }
            let until = MachineClock.timestamp(Date(timeIntervalSince1970: Double(kept.until)))
            Console.standardOutput.line("\(round)  agreement \(kept.agreement.prefix(16))  kept until \(until)")
        }
    }
}

struct EvidenceExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the evidence of a round into a folder that anybody can check.",
        discussion: """
            The folder has no names, codes or keys. Whoever gets it sees what a checker of the round sees: blinded \
            lists in the clear, of a round that releases nothing any more. Give it only to whom you would trust to \
            check. It is judged with `evidence check`.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "The round's id, or the beginning of it.") var round: String
    @Option(name: [.short, .long], help: "The folder to make.") var output: String

    func run() async throws {
        let home = try Home(at: home.directory, roles: [.authority, .mixer, .research])
        let store = try EvidenceStore(home: home)
        let found = try store.rounds().filter { $0.description.hasPrefix(round.lowercased()) }
        guard let id = found.first, found.count == 1 else {
            if found.isEmpty { throw EvidenceExportError.notKept(round: round) }
            throw ValidationError("Several rounds begin with \(round): give more digits.")
        }
        let (record, missing) = try await store.export(id, to: EvidenceFolder(output))
        for (accuser, complaint) in record.complaints.sorted(by: { $0.key < $1.key }) {
            Console.standardOutput.line(complaint.sentence(by: accuser))
        }
        for name in missing { Console.standardOutput.line("not here: \(name). Its other readers may have it") }
        Console.standardOutput.line("Evidence is in \(output): check it with `evidence check \(output)`")
    }
}
