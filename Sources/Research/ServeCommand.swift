internal import ArgumentParser
internal import Daemon
internal import Engine
internal import Exchange
internal import Logging
internal import Member
internal import PSIProtocol
internal import Values

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Take part in every round that the coordinator opens, until stopped.")

    @OptionGroup var home: HomeOption
    @OptionGroup var log: LogOptions

    func run() async throws {
        log.bootstrap()
        _ = try await ResearchDaemon(home: home).run(endsAfter: .never)
    }
}

struct ReceiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive", abstract: "Take part in one round, then end.",
        discussion: "Waits for a round if none is open. Ends with status 81 when the round was aborted.")

    @OptionGroup var home: HomeOption
    @OptionGroup var log: LogOptions

    func run() async throws {
        log.bootstrap()
        switch try await ResearchDaemon(home: home).run(endsAfter: .firstRound) {
        case nil: throw ResearchError.endedWithoutRound
        case (let round, .aborted(let abort))?: throw ResearchError.aborted(round, abort)
        case (_, .closed)?: break
        }
    }
}

/// What `serve` and `receive` share.
struct ResearchDaemon {
    private let home: Home
    private let logger = Logger(label: ResearchProgram.name)

    init(home option: HomeOption) throws { home = try Home(at: option.directory, roles: [.research]) }

    /// Returns the last round that ended, if any did.
    func run(endsAfter limit: MemberService.RoundLimit) async throws -> (RoundID, RoundRecord.Ending)? {
        let configuration = try ResearchConfiguration(home: home)
        let daemon = MemberDaemon(
            home: home, coordinator: configuration.coordinator, operations: configuration.operations,
            configuration: configuration.document, boardDays: configuration.boardDays,
            timeStamps: configuration.timeStamps, logger: logger)
        let member = try await daemon.run(
            endsAfter: limit,
            metadata: ["research": "\(home.keys.id)", "cores": "\(configuration.workers.count)"]
        ) { client, state in
            try ResearchMember(
                home: home, workers: configuration.workers,
                spark: configuration.engine.service(logPath: home.sparkLogPath, logger: logger), client: client,
                state: state, logger: logger)
        }
        return await member.lastEnded
    }
}
