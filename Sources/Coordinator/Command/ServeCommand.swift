internal import ArgumentParser
internal import Daemon
internal import Logging

/// `serve`: the coordinator itself.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the coordinator, until stopped.")

    @OptionGroup var home: HomeOption
    @OptionGroup var log: LogOptions

    func run() async throws {
        log.bootstrap()
        let logger = Logger(label: "sidos.coordinator")
        let home = try CoordinatorHome(at: home.directory)
        try home.home.keys.checkSigning()
        try await CoordinatorDaemon(home: home, logger: logger).run()
    }
}
