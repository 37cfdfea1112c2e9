internal import ArgumentParser
internal import CRistretto
internal import Daemon
internal import Exchange
internal import Logging
internal import Member
internal import PSIProtocol
internal import ServiceLifecycle

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Take part in every round that the coordinator opens, until stopped.")

    @OptionGroup var home: HomeOption
    @OptionGroup var log: LogOptions

    func run() async throws {
        log.bootstrap()
        let logger = Logger(label: "sidos-node")
        let home = try Home(at: home.directory, roles: [.authority, .mixer])
        let configuration = try NodeConfiguration(home: home)
        guard sidos_r255_self_test() == 1 else { throw ArithmeticFailure() }
        let daemon = MemberDaemon(
            home: home, coordinator: configuration.coordinator, operations: configuration.operations,
            configuration: configuration.document, boardDays: configuration.boardDays,
            timeStamps: configuration.timeStamps, logger: logger)
        _ = try await daemon.run(metadata: [
            "node": "\(home.keys.id)", "cores": "\(configuration.workers.count)", "backend": "\(Ristretto255.backend)",
        ]) { client, state in
            try NodeMember(
                home: home, configuration: configuration, transport: client, state: state,
                evidence: EvidenceKeeper(store: EvidenceStore(home: home), client: client, logger: logger),
                logger: logger)
        }
    }
}

struct ArithmeticFailure: Error, ReportableError {
    var sentence: String { "the ristretto255 kernel failed its self-test on this machine: don't use it, and report it" }
    var exitStatus: ExitStatus { .software }
}
