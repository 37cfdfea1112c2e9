public import ArgumentParser
public import Daemon
internal import Files
internal import Foundation
internal import PSIProtocol
internal import Values

/// What a program's configuration says of evidence.
public protocol EvidenceKeeping: Sendable {
    /// How many days from a round's deadline on its board is kept.
    static func boardDays(of home: Home) throws -> Int
}

/// `evidence …`: what a node and the research environment can show of their rounds.
public struct EvidenceCommand<Program: EvidenceKeeping>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "evidence", abstract: "Show auditors what happened in a round, and check what others show.",
            subcommands: [
                EvidenceListCommand<Program>.self, EvidenceExportCommand.self, EvidenceVerifyCommand.self,
            ])
    }
    public init() {}
}

struct EvidenceListCommand<Program: EvidenceKeeping>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list", abstract: "List the rounds of which evidence is kept here, and until when.")
    }

    @OptionGroup var home: HomeOption

    func run() throws {
        let home = try Home(at: home.directory, roles: [.authority, .mixer, .research])
        let days = try Program.boardDays(of: home)
        let kept = try KeptEvidence.all(in: home, days: days)
        if kept.isEmpty { Console.standardError.line("No evidence is kept here") }
        for round in kept {
            var line = "\(round.round)  agreement \(round.agreement.prefix(16))"
            if let until = round.boardUntil { line += "  kept until \(Self.time(until))" }
            if let until = round.streamsUntil { line += "  streams of an accusation until \(Self.time(until))" }
            Console.standardOutput.line(line)
        }
    }

    private static func time(_ seconds: Int64) -> String {
        MachineClock.timestamp(Date(timeIntervalSince1970: Double(seconds)))
    }
}

struct EvidenceExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the evidence of a round into one file that anybody can check.",
        discussion: """
            The file is a zip of the agreement and the round's board, with everybody's signatures. It has no names, \
            codes or keys. It is checked with `evidence verify`. With --streams it also has what shows who is right \
            where somebody accused another: then whoever gets it sees what a checker of the round sees, blinded lists \
            in the clear, of a round that releases nothing any more. Give that only to whom you would trust to check.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "The round's id, or the beginning of it.") var round: String
    @Argument(help: "The file to make, such as round.zip.") var file: String
    @Flag(help: "Also the streams that show who is right about an accusation.") var streams = false

    func run() async throws {
        let home = try Home(at: home.directory, roles: [.authority, .mixer, .research])
        let store = try EvidenceStore(home: home)
        let rounds = try store.rounds() + BoardArchive(home: home).rounds()
        guard let id = try RoundPrefix(round).find(among: rounds) else {
            throw EvidenceExportError.notKept(round: round)
        }
        let (board, missing) = try await store.export(id, withStreams: streams, to: file)
        try home.approvals().note(
            "evidence exported", ["round": String("\(id)".prefix(12)), "file": file, "streams": streams ? "yes" : "no"])
        for line in EvidenceExportText.lines(board, missing: missing, withStreams: streams, path: file) {
            Console.standardOutput.line(line)
        }
    }
}
