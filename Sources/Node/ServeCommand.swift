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
        let state = try home.state()
        let client = try ExchangeClient.connect(configuration.coordinator, keys: home.keys, logger: logger)
        logger.notice(
            "Serving",
            metadata: [
                "node": "\(home.keys.id)", "coordinator": "\(configuration.coordinator.url)",
                "cores": "\(configuration.workers.count)", "backend": "\(Ristretto255.backend)",
                "certificate_until": "\(home.keys.certificateNotAfter)",
            ])
        do {
            let member = try NodeMember(
                home: home, configuration: configuration, client: client, state: state, logger: logger)
            let service = MemberService(client: client, home: home, state: state, member: member, logger: logger)
            try await DaemonServices.run(service, logger: logger)
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
        logger.notice("Stopped")
    }
}

struct ArithmeticFailure: Error, ReportableError {
    var sentence: String { "the ristretto255 kernel failed its self-test on this machine: don't use it, and report it" }
    var exitStatus: ExitStatus { .software }
}
