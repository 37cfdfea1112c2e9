internal import ArgumentParser
internal import Daemon
internal import Exchange
internal import Values

/// `status`: one round, or all.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tell how a round stands. Without a round, tell it of the latest.")

    @OptionGroup var home: HomeOption
    @Argument(help: "The round's id, or the beginning of it.") var round: String?
    @Flag(help: "Print the coordinator's JSON document.") var json = false

    func run() async throws {
        try await OperatorConnection.with(home.directory) { client in
            let id: RoundID
            if let round {
                id = try await OperatorConnection.round(round, client)
            } else if let latest = try await client.operatorRounds().last {
                id = latest.round
            } else {
                Console.standardOutput.line(json ? "null" : "No round has been opened yet")
                if !json { try await showCalendars(client) }
                return
            }
            let status = try await OperatorConnection.status(of: id, client)
            if json {
                Console.standardOutput.line(try StatusJSON.text(status))
            } else {
                for line in StatusText(status: status).lines { Console.standardOutput.line(line) }
                let carried = try await CourierStatus(home: CoordinatorHome(at: home.directory)).lines(status, client)
                for line in carried { Console.standardOutput.line(line) }
                if round == nil { try await showCalendars(client) }
            }
        }
    }

    /// Of every agreement with a calendar that is still valid, how that stands.
    private func showCalendars(_ client: ExchangeClient) async throws {
        let today = MachineClock.system.today()
        for installed in try CoordinatorHome(at: home.directory).home.agreements().all()
        where !installed.agreement.calendar.isEmpty && installed.agreement.validUntil >= today {
            let bytes = try await client.operatorStanding(of: installed.id)
            guard let standing = try? StatusJSON.decode(AgreementStanding.self, bytes), let calendar = standing.calendar
            else { throw CoordinatorError.unknownAnswer }
            Console.standardOutput.line("Study \(standing.study), agreement \(standing.agreement.prefix(12))")
            for line in CalendarText(standing: standing, calendar: calendar).lines {
                Console.standardOutput.line(line)
            }
        }
    }
}

/// `rounds`: a line each.
struct RoundsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rounds", abstract: "List the rounds of this coordinator, oldest first.")

    @OptionGroup var home: HomeOption
    @Flag(help: "Print JSON.") var json = false

    private struct Item: Encodable {
        let round, agreement: String
        let number: Int
        let phase: String
    }

    func run() async throws {
        try await OperatorConnection.with(home.directory) { client in
            let rounds = try await client.operatorRounds().map {
                Item(round: "\($0.round)", agreement: "\($0.agreement)", number: $0.number, phase: $0.state)
            }
            if json {
                Console.standardOutput.line(try StatusJSON.text(rounds))
                return
            }
            if rounds.isEmpty { Console.standardError.line("No round has been opened yet") }
            for item in rounds {
                Console.standardOutput.line(
                    "\(item.round)  \(item.phase)  round \(item.number) of agreement \(item.agreement.prefix(16))")
            }
        }
    }
}

/// `abort`: ends a round before it is closed.
struct AbortCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort", abstract: "End a round. The participants then destroy its keys.",
        discussion: """
            This does not undo what all nodes have released: the research environment had everything to open it.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "The round's id, or the beginning of it.") var round: String
    @Option(help: "The reason, for the coordinator's log and status: at most 500 bytes.") var reason: String

    func validate() throws {
        guard (1...500).contains(reason.utf8.count) else { throw ValidationError("--reason must have 1 to 500 bytes") }
    }

    func run() async throws {
        try await OperatorConnection.with(home.directory) { client in
            let id = try await OperatorConnection.round(round, client)
            try await client.abortRound(id, reason: reason)
            Console.standardOutput.line("Aborted round \(id)")
        }
    }
}
