internal import Agreement
internal import ArgumentParser
internal import Daemon
internal import Files
internal import PSIProtocol

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make the research environment's directory: keys, TLS certificate and request, configuration.")

    @OptionGroup var home: HomeOption
    @OptionGroup var options: InitOptions

    func run() throws {
        let home = try Home.create(
            at: home.directory, id: options.id, name: options.name, role: .research,
            alternativeNames: options.hosts, validityDays: options.validityDays, token: options.token.token)
        try AtomicFile.write(Array(Self.template.utf8), to: home.configurationPath, replacing: false)
        let out = Console.standardOutput
        out.line("Made \(home.directory.path) for \(options.id).")
        out.line("Keys are in \(home.directory.file("keys")); a certificate authority may sign its tls.csr.")
        out.line("Give the study's operator this card (`\(ResearchProgram.name) card` prints it again):")
        out.line(ParticipantCard(home.keys.participant).yaml)
        out.line("Then fill in \(home.configurationPath), sign the agreement, and run `\(ResearchProgram.name) serve`.")
    }

    private static let template = """
        # Configuration of a Sidos research environment.
        sidos_research: 1

        # The coordinator's address and its TLS pin, from its card.
        coordinator:
          url: https://coordinator.example:7443
          pin: sha256:PUT-THE-COORDINATOR'S-PIN-HERE
          # proxy: {host: proxy.example, port: 3128, credentials: proxy-credentials}
          # In place of all that, without a connection, the coordinator's id:
          # courier: hub

        # How many cores opening the release may use; without this line, all.
        # cores: 2

        # How many days after a round's deadline its board is kept; without this line, ten years.
        # keep_evidence_days: 3650

        # Who gives time stamps of each round's opening and end (RFC 3161), and what they are checked by:
        # time_stamps: {url: "http://time-stamps.example/", certificate: time-stamps.pem}

        # Health and metrics, without TLS: let nobody else reach it. Without this line there are none.
        # operations: {host: 127.0.0.1, port: 7481}

        """
}
