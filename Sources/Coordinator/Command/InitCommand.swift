internal import Agreement
internal import ArgumentParser
internal import Daemon

/// `init`: keys for the coordinator and its operator, and a configuration.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make the coordinator's keys and configuration, and print its card.")

    @OptionGroup var home: HomeOption
    @OptionGroup var options: InitOptions

    func run() throws {
        let made = try CoordinatorHome.create(at: home.directory, options: options)
        Console.standardError.line("Made \(made.home.directory.path): keys, operator identity and config.yaml")
        // The card ends its last line itself.
        Console.standardOutput.line(String(ParticipantCard(made.home.keys.participant).yaml.dropLast()))
    }
}
