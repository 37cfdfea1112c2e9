internal import Agreement
public import ArgumentParser
internal import Files
internal import Foundation
public import StrictYAML

/// `card`: the public half of a participant's keys, for the agreement.
public struct CardCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "card", abstract: "Print this participant's card: its public keys, for the agreement.",
        discussion: """
            After `keys rotate`, the card of the new keys has the former key's signature. It is for an agreement that \
            amends the one with the former keys.
            """)

    @OptionGroup var home: HomeOption
    @Option(name: [.short, .long], help: "Write the card to this file, not to the terminal.") var output: String?
    @Flag(help: "Say on it that the keys which agreements pin were lost, with all that was here.") var keyLost = false

    public init() {}

    public func run() throws {
        let home = try Home(at: home.directory, roles: Set(ParticipantRole.allCases))
        var card = try home.keyRing.card()
        if keyLost {
            guard home.keyRing.former.isEmpty else { throw KeysCommandError.notLost(path: home.keys.path) }
            card.participant.keyChange = .lost
        }
        let yaml = card.yaml
        guard let output else {
            Console.standardOutput.line(yaml.hasSuffix("\n") ? String(yaml.dropLast()) : yaml)
            return
        }
        try AtomicFile.write(Array(yaml.utf8), to: output, mode: 0o644)
    }
}

/// What `init` asks in every program.
public struct InitOptions: ParsableArguments {
    @Option(help: "Identifier in agreements: 1 to 32 of a-z, 0-9, _ and -, beginning with a letter.")
    public var id: String
    @Option(help: "Name as people know it.") public var name: String
    @Option(name: .customLong("host"), help: "A host name or address for the TLS certificate. Can be repeated.")
    public var hosts: [String] = []
    @Option(help: "How many days the self-signed certificate is valid, at most 3650.") public var validityDays = 825
    @OptionGroup public var token: TokenOptions

    public init() {}
}

/// Where the signing key is, if a security module has it.
public struct TokenOptions: ParsableArguments {
    @Option(
        name: .customLong("token-module"),
        help: "The library (PKCS #11) of a security module that has the signing key. Without it, a file has the key.")
    var module: String?
    @Option(name: .customLong("token"), help: "The label of the module's token.") var label: String?
    @Option(name: .customLong("token-key"), help: "The label of an Ed25519 key pair on the token.") var key: String?
    @Option(
        name: .customLong("token-pin-file"),
        help: "A file that only you can read, whose first line is the token's PIN. It is copied.")
    var pinFile: String?

    public init() {}

    public func validate() throws {
        let given = [module, label, key, pinFile].count { $0 != nil }
        guard given == 0 || given == 4 else {
            throw ValidationError(
                "A security module needs all of --token-module, --token, --token-key and --token-pin-file.")
        }
    }

    /// Nil where a file is to have the key.
    public var token: SigningToken? {
        guard let module, let label, let key, let pinFile else { return nil }
        return SigningToken(
            module: URL(fileURLWithPath: module).path, token: label, key: key, pinFile: pinFile)
    }
}

/// How a node or the research environment reaches the coordinator: `coordinator:` in its configuration.
public struct CoordinatorAddress: Sendable, Equatable {
    public let url: String
    /// SHA-256 of the coordinator's TLS key.
    public let pin: [UInt8]
    public let proxyHost: String?
    public let proxyPort: Int?
    /// A file of `user:password` that only the program's account may read.
    public let proxyCredentials: String?

    public var proxy: ProxyAddress? {
        guard let proxyHost, let proxyPort else { return nil }
        return ProxyAddress(host: proxyHost, port: proxyPort, credentials: proxyCredentials)
    }

    /// Reads `{url, pin, proxy: {host, port, credentials}}`.
    public init(_ mapping: StrictMapping) {
        url = mapping.string("url")
        pin = mapping.value(
            "pin", expected: "sha256: and 32 bytes in base64, as on the coordinator's card", standIn: []
        ) {
            text in
            guard text.hasPrefix("sha256:"), let data = Data(base64Encoded: String(text.dropFirst(7))),
                data.count == 32
            else { return nil }
            return Array(data)
        }
        let proxy = mapping.optionalMapping("proxy").map { ProxyAddress($0) }
        proxyHost = proxy?.host
        proxyPort = proxy?.port
        proxyCredentials = proxy?.credentials
    }
}
