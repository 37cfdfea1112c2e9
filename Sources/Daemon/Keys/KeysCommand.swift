internal import Agreement
public import ArgumentParser
internal import Crypto
internal import Files
internal import Foundation
internal import Values

/// `keys …`: new keys and certificates of a participant, and the end of the former ones. [A-89]
public struct KeysCommand<Program: BackedUpProgram>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "keys", abstract: "Show this participant's keys, replace them, or renew a certificate.",
            discussion: """
                A certificate that expires is renewed for the same key, and no agreement changes. New keys need an \
                agreement that amends the one with the former keys. Until all agreements have them, `serve` uses both.
                """,
            subcommands: [
                KeysShowCommand.self, KeysRotateCommand.self, KeysCertificateCommand.self,
                KeysRetireCommand<Program>.self, KeysDiscardCommand.self,
            ], defaultSubcommand: KeysShowCommand.self)
    }
    public init() {}
}

/// What agreements say of a participant's keys.
private struct KeyUse {
    let home: Home
    /// Those signed here that are valid today or later, with the key directory that each pins.
    let agreements: [(installed: AgreementStore.Installed, keys: KeyDirectory)]

    init(_ home: Home) throws {
        self.home = home
        let today = MachineClock.system.today()
        agreements = try home.agreements().all().compactMap { installed in
            guard installed.agreement.validUntil >= today, let keys = home.keyRing.pinned(by: installed.agreement)
            else { return nil }
            return (installed, keys)
        }
    }

    func ids(pinning keys: KeyDirectory) -> [String] {
        agreements.filter { $0.keys.path == keys.path }.map { one in
            "\(one.installed.agreement.study.id), agreement \(one.installed.id.description.prefix(12))"
        }
    }
}

struct KeysShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show which keys there are, until when their certificates are valid, and their use.")

    @OptionGroup var home: HomeOption

    func run() throws {
        let home = try Home(at: home.directory, roles: Set(ParticipantRole.allCases))
        let (use, out) = (try KeyUse(home), Console.standardOutput)
        for keys in home.keyRing.all {
            out.line("\(keys.path)\(keys.path == home.keys.path ? "" : " (former)")")
            out.line("  signing key  \(keys.signingKeyText)")
            out.line("  TLS pin      \(keys.tlsPinText)")
            out.line("  certificate  valid until \(MachineClock.timestamp(keys.certificateNotAfter))")
            let ids = use.ids(pinning: keys)
            for id in ids { out.line("  pinned by    \(id)") }
            if ids.isEmpty { out.line("  pinned by no agreement that is valid and was signed here") }
        }
    }
}

struct KeysRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Make new keys beside the present ones, and print the card for an amendment.",
        discussion: """
            The card has the former key's signature. Give it to the studies' operators, who write agreements that \
            amend the present ones, and start `serve` anew, so that it has both. When all agreements have the new \
            keys, run `keys retire`. The key that seals this machine's state stays.
            """)

    @OptionGroup var home: HomeOption
    @Option(name: .customLong("host"), help: "A host name or address for the TLS certificate. Can be repeated.")
    var hosts: [String] = []
    @Option(help: "How many days the self-signed certificate is valid, at most 3650.") var validityDays = 825
    @OptionGroup var token: TokenOptions
    @Flag(help: "The signing key was lost or somebody else has it: it signs nothing any more, not even the new keys.")
    var keyLost = false

    func run() throws {
        let directory = try PrivateDirectory(home.directory)
        try KeyRing.removeLeft(in: directory)
        let made = try KeyRing.rotate(
            in: directory,
            .init(
                alternativeNames: hosts.isEmpty ? nil : hosts, validityDays: validityDays, token: token.token),
            isLost: keyLost)
        let home = try Home(at: home.directory, roles: Set(ParticipantRole.allCases))
        try home.approvals().note(
            "keys rotated", ["signing_key": made.signingKeyText, "former_lost": keyLost ? "yes" : "no"])
        let out = Console.standardOutput
        out.line("Made new keys in \(made.path). Make a backup.")
        out.line(
            keyLost
                ? "Start `serve` anew. Rounds under the present agreements cannot go on without the lost key."
                : "Start `serve` anew, so that it has both. Rounds under the present agreements go on with the former "
                    + "keys.")
        out.line(
            "Give the studies' operators this card, for agreements that amend the present ones (`card` prints it "
                + "again):")
        out.line(try home.keyRing.card().yaml)
        if keyLost {
            out.line("Everybody who signs will ask you whether these keys are yours: read the signing key to them.")
        }
        out.line("When all agreements have the new keys, run `keys retire`.")
    }
}

struct KeysCertificateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate", abstract: "Renew a TLS certificate for the same key, so that no agreement changes.",
        discussion: """
            Without a file it makes a self-signed one. With a file it takes the certificate that an authority has \
            issued for tls.csr, followed by its chain. Start `serve` anew afterwards.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "The issued certificate and its chain, PEM.") var file: String?
    @Option(
        name: .customLong("keys"),
        help: "The name of the key directory, such as keys-2 or operator (default: the newest keys).")
    var name: String?
    @Option(name: .customLong("host"), help: "A host name or address for the certificate. Can be repeated.")
    var hosts: [String] = []
    @Option(help: "How many days a self-signed certificate is valid, at most 3650 (default: 825).")
    var validityDays: Int?

    func validate() throws {
        guard file == nil || (hosts.isEmpty && validityDays == nil) else {
            throw ValidationError(
                "An issued certificate has its own names and days: leave out --host and --validity-days.")
        }
    }

    func run() throws {
        let home = try Home(at: home.directory, roles: Set(ParticipantRole.allCases))
        let keys: KeyDirectory
        if let name {
            guard name == "operator" || KeyRing.isName(name) else { throw KeysCommandError.noKeys(name: name) }
            keys = try KeyDirectory.open(at: home.directory.file(name))
        } else {
            keys = home.keys
        }
        let renewed: KeyDirectory
        if let file {
            renewed = try keys.replacingCertificate(with: PublicFile.read(file, maxByteCount: 1 << 16), from: file)
        } else {
            renewed = try keys.renewingCertificate(
                alternativeNames: hosts.isEmpty ? nil : hosts, validityDays: validityDays ?? 825)
        }
        try home.approvals().note("certificate renewed", ["tls_pin": renewed.tlsPinText])
        Console.standardOutput.line(
            "The certificate in \(renewed.path) is valid until \(MachineClock.timestamp(renewed.certificateNotAfter)). "
                + "Its key and pin are the same. Start `serve` anew, if it runs.")
    }
}

struct KeysRetireCommand<Program: BackedUpProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "retire", abstract: "Destroy the former keys, once no agreement needs them.",
            discussion: """
                Stop the daemon first. It is refused while an agreement that is in force pins the former keys, or a \
                round is under way. An agreement is out of force once a round was held under one that amends it, or \
                once `agreement adopt` has said so, or after its last day.
                """)
    }

    @OptionGroup var home: HomeOption
    @Flag(help: "Also where evidence of complaints is kept that nobody can open without the former keys.")
    var loseEvidence = false

    func run() async throws {
        let home = try Home(at: home.directory, roles: Program.roles)
        let (directory, out) = (home.directory, Console.standardOutput)
        try KeyRing.removeLeft(in: directory)
        let current = SplitPath(home.keys.path).name
        let former = try KeyRing.names(in: directory).filter { $0 != current }
        guard !former.isEmpty else { throw KeysCommandError.nothingToRetire(path: home.keys.path) }
        let state = try home.stateToServe()
        let store = try home.agreements()
        let succession = Succession(in: state)
        for (installed, keys) in try KeyUse(home).agreements where keys.path != home.keys.path {
            guard try succession.obstacle(to: store.chain(of: installed.id, installed.agreement)) != nil else {
                throw KeysCommandError.pinned(
                    path: keys.path, study: installed.agreement.study.id, agreement: "\(installed.id)")
            }
        }
        let underWay = try await Program.roundsUnderWay(home, state)
        guard underWay == 0 else { throw KeysCommandError.roundsUnderWay(count: underWay) }
        let lost = try evidence(home)
        guard lost == 0 || loseEvidence else { throw KeysCommandError.evidence(count: lost) }
        for name in former { try KeyRing.destroy(name, in: directory) }
        try home.approvals().note("former keys destroyed", ["directories": former.joined(separator: " ")])
        out.line("Destroyed \(former.map(directory.file).joined(separator: ", ")). Keys are in \(home.keys.path).")
        out.line("Backups made before have the former keys yet.")
    }

    /// How many rounds there are of which evidence of complaints is kept, of agreements that pin former keys.
    private func evidence(_ home: Home) throws -> Int {
        let (directory, store) = (try home.evidence(), try home.agreements())
        return try directory.names().count { name in
            guard name.hasSuffix(".json") else { return false }
            let bytes = try PublicFile.read(directory.file(name), maxByteCount: 4_096)
            guard let kept = try? JSONDecoder().decode(Kept.self, from: Data(bytes)),
                let id = AgreementID(hex: kept.agreement), let installed = try store.load(id)
            else { return true }
            return home.keyRing.pinned(by: installed.agreement)?.path != home.keys.path
        }
    }
}

/// What is read of a note beside kept evidence.
private struct Kept: Decodable { var agreement: String }

struct KeysDiscardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Destroy the new keys and go on with the former ones, while no agreement has them.")

    @OptionGroup var home: HomeOption

    func run() throws {
        let home = try Home(at: home.directory, roles: Set(ParticipantRole.allCases))
        try KeyRing.removeLeft(in: home.directory)
        guard let former = home.keyRing.former.first else {
            throw KeysCommandError.nothingToDiscard(path: home.keys.path)
        }
        if let (installed, _) = try KeyUse(home).agreements.first(where: { $0.keys.path == home.keys.path }) {
            throw KeysCommandError.pinned(
                path: home.keys.path, study: installed.agreement.study.id, agreement: "\(installed.id)")
        }
        try KeyRing.destroy(SplitPath(home.keys.path).name, in: home.directory)
        try home.approvals().note("new keys discarded", ["signing_key": home.keys.signingKeyText])
        Console.standardOutput.line(
            "Destroyed \(home.keys.path). Keys are in \(former.path). Start `serve` anew, if it runs.")
    }
}

enum KeysCommandError: Error, Equatable, CustomStringConvertible, ReportableError {
    case noKeys(name: String)
    case nothingToRetire(path: String)
    case nothingToDiscard(path: String)
    case pinned(path: String, study: String, agreement: String)
    case roundsUnderWay(count: Int)
    case evidence(count: Int)
    case notLost(path: String)

    var description: String {
        switch self {
        case .noKeys(let name):
            "`\(name.prefix(64))` is no key directory: give keys, keys-2 and so on, or operator"
        case .nothingToRetire(let path): "there are no keys besides those in \(path)"
        case .nothingToDiscard(let path): "there are no keys besides those in \(path), which are kept"
        case .pinned(let path, let study, let agreement):
            "the keys in \(path) are needed: agreement \(agreement) of the study \(study) pins them and is in force. "
                + "Let everybody sign one that amends it and hold a round under that, or run `agreement adopt`"
        case .roundsUnderWay(let count):
            "\(count) \(count == 1 ? "round is" : "rounds are") under way here: start `serve` and wait until "
                + "\(count == 1 ? "it is" : "they are") over"
        case .evidence(let count):
            "evidence of complaints in \(count) \(count == 1 ? "round" : "rounds") is sealed to the former keys: "
                + "export it first (`evidence export --streams`), or give it up with --lose-evidence"
        case .notLost(let path):
            "the keys in \(path) are signed by the former ones, which are here: leave out --key-lost, or run `keys "
                + "discard` and `keys rotate --key-lost` if somebody else has the former key"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .noKeys: .usage
        case .nothingToRetire, .nothingToDiscard, .pinned, .evidence, .notLost: .refused
        case .roundsUnderWay: .temporary
        }
    }
}
