public import Agreement
public import ArgumentParser
public import Daemon
internal import Foundation
internal import Logging

/// What a program shows in its console besides what all show.
public protocol ConsoleProgram: Sendable {
    /// The program's command.
    static var name: String { get }
    static var roles: Set<ParticipantRole> { get }

    init(home: Home) throws

    func standing() async throws -> ConsoleStanding
    /// What stands on a round's page besides how it goes.
    func more(about round: RoundStatus, _ say: Say) -> [ConsoleBlock]
    /// Does what a form of `more` asks for; nil for what it does not know.
    func perform(_ action: String, round: String, _ request: ConsoleRequest) async throws -> ConsoleText?
    /// The program's own, after the overview and the rounds.
    func sections(signer: ApprovalSigner?) throws -> [any ConsoleSection]
}

extension ConsoleProgram {
    public func more(about round: RoundStatus, _ say: Say) -> [ConsoleBlock] { [] }
    public func perform(_ action: String, round: String, _ request: ConsoleRequest) async throws -> ConsoleText? { nil }
}

/// `console`: the console, until it is stopped.
public struct ConsoleCommand<Program: ConsoleProgram>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "console", abstract: "Show this participant in a browser on this machine.",
            discussion: """
                Prints a link that opens it once, within ten minutes. Nobody on another machine can reach it. With \
                --key, what is proposed, approved and refused in it is signed with that person's key, whose passphrase \
                the terminal asks for: it never goes through the browser. From another machine, open a tunnel to the \
                socket: ssh -L 8080:SOCKET HOST.
                """)
    }

    @OptionGroup var home: HomeOption
    @Option(help: "A port on 127.0.0.1 (default: one that is free).") var port: Int?
    @Option(help: "A Unix socket that only this account can open, to be made, in place of a port.")
    var socket: String?
    @Option(help: "The file of your key, which `approver init` made, if you propose or approve here.")
    var key: String?
    @OptionGroup var passphrase: PassphraseOption

    public init() {}

    public func validate() throws {
        guard port == nil || socket == nil else { throw ValidationError("Give either --port or --socket.") }
        if let port, !(1...65_535).contains(port) { throw ValidationError("A port is 1 to 65535.") }
    }

    public func run() async throws {
        let home = try Home(at: home.directory, roles: Program.roles)
        let program = try Program(home: home)
        let signer = try key.map { try ApprovalSigner(key: $0, passphrase: passphrase) }
        let approvals = try home.approvals()
        var logger = Logger(label: "sidos.console")
        logger.logLevel = .critical
        let out = Console.standardOutput
        let socket = socket
        let server = try ConsoleServer(
            address: socket.map { .socket(path: $0) } ?? .loopback(port: port ?? 0), owner: home.keys.id,
            command: "\(Program.name) console", signer: signer,
            sections: ConsoleSections.all(program, home: home, signer: signer), logger: logger
        ) { link in
            if let socket {
                out.line("The console is at \(socket). From your machine: ssh -L 8080:\(socket) HOST")
            }
            out.line("Open this link within ten minutes; it works once. Ctrl-C ends the console.")
            out.line(link)
        }
        try approvals.note("console begun", ["signer": signer?.id ?? "nobody"])
        try await DaemonServices.run(server, logger: logger)
        try approvals.note("console ended")
    }
}

enum ConsoleSections {
    static func all(_ program: some ConsoleProgram, home: Home, signer: ApprovalSigner?) throws -> [any ConsoleSection]
    {
        let overview = OverviewSection(home: home, standing: program.standing)
        return [
            overview,
            RoundsSection(
                standing: program.standing, more: program.more(about:_:), perform: program.perform(_:round:_:)),
            AgreementsSection(home: home),
        ]
            + (try program.sections(signer: signer)) + [
                CalendarSection(home: home, standing: program.standing), LogSection(home: home),
                AlarmsSection(overview),
            ]
    }
}
