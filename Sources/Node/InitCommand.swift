internal import Agreement
internal import ArgumentParser
internal import Daemon
internal import Files
internal import PSIProtocol

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make this node's directory: keys, TLS certificate and request, configuration.")

    @OptionGroup var home: HomeOption
    @OptionGroup var options: InitOptions
    @Flag(help: "Make a mixer: a node that helps to blind and owns no register.") var mixer = false

    func run() throws {
        let home = try Home.create(
            at: home.directory, id: options.id, name: options.name, role: mixer ? .mixer : .authority,
            alternativeNames: options.hosts, validityDays: options.validityDays, token: options.token.token)
        try AtomicFile.write(Array(Self.template(mixer: mixer).utf8), to: home.configurationPath, replacing: false)
        let out = Console.standardOutput
        out.line("Made \(home.directory.path) for \(options.id).")
        out.line("Keys are in \(home.directory.file("keys")); a certificate authority may sign its tls.csr.")
        out.line("Give the study's operator this card (`sidos-node card` prints it again):")
        out.line(ParticipantCard(home.keys.participant).yaml)
        out.line("Then fill in \(home.configurationPath) and run `sidos-node check`.")
    }

    private static func template(mixer: Bool) -> String {
        let registers = """

            # Where this node's registers are. Only columns that a signed agreement names leave this node.
            registers:
              # - id: example_register          # as the agreement names it
              #   csv: {file: example.csv, delimiter: detect, decimal_comma: false}
              #   identity: hetu                # the column with the personal identity code
              #   # further: encoding: windows-1252, compression: gzip; fixed_width in place of csv
              # - id: other_register
              #   sqlite: {file: example.sqlite, table: a_table_or_view}
              #   identity: hetu
              #   columns: {year: vuosi}        # agreement's name: source's name, where they differ
              # - id: third_register
              #   postgresql: {host: db.example, database: registers, user: sidos, passfile: pgpass, table: a_view}
              #   identity: hetu
              # - id: fourth_register           # any database with an ODBC driver
              #   odbc: {connection: "DRIVER={…};SERVER=db.example", credentials: odbc-credentials, table: a_view}
              #   identity: hetu
              []

            """
        return """
            # Configuration of a Sidos node. Paths are relative to this file.
            sidos_node: 1

            # The coordinator's address and its TLS pin, from its card.
            coordinator:
              url: https://coordinator.example:7443
              pin: sha256:PUT-THE-COORDINATOR'S-PIN-HERE
              # proxy: {host: proxy.example, port: 3128, credentials: proxy-credentials}
              # In place of all that, without a connection, the coordinator's id:
              # courier: hub

            # How many cores blinding may use; without this line, all.
            # cores: 2

            # How many days after a round's deadline its board is kept; without this line, ten years.
            # keep_evidence_days: 3650

            # Who gives time stamps of each round's opening and end (RFC 3161), and what they are checked by:
            # time_stamps: {url: "http://time-stamps.example/", certificate: time-stamps.pem}

            # Health and metrics, without TLS: let nobody else reach it. Without this line there are none.
            # operations: {host: 127.0.0.1, port: 7481}

            # What this operator allows; the stricter of agreement and policy wins.
            # policy: policy.yaml
            \(mixer ? "" : registers)
            """
    }
}
