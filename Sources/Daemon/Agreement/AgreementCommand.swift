public import Agreement
public import ArgumentParser
internal import Files
internal import PlainWords
internal import Values

/// `agreement …`: what every participant does with an agreement, the same in all three programs.
public struct AgreementCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "agreement",
        abstract: "Draft, check, show, compare, sign and verify the study's agreement, and write its notice.",
        subcommands: [
            AgreementDraftCommand.self, AgreementCheckCommand.self, AgreementShowCommand.self,
            AgreementChangesCommand.self, AgreementSignCommand.self, AgreementVerifyCommand.self,
            AgreementAdoptCommand.self, AgreementNoticeCommand.self,
        ])
    public init() {}
}

/// Where the participant's files are.
public struct HomeOption: ParsableArguments {
    @Option(name: [.short, .long], help: "The participant's directory, which `init` makes.")
    public var directory = "."

    public init() {}
}

enum AgreementFile {
    static func read(_ path: String) throws -> [UInt8] {
        try PublicFile.read(path, maxByteCount: AgreementLimits.byteLimit)
    }

    /// `study.yaml` → `study.omnia.signature.json`, beside the agreement.
    static func signaturePath(_ path: String, _ participant: ParticipantID) -> String {
        let base = path.hasSuffix(".yaml") ? String(path.dropLast(5)) : path
        return "\(base).\(participant).signature.json"
    }
}

struct AgreementCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Report every mistake in an agreement at once, with its line and reason.")

    @Argument(help: "The agreement's YAML file.") var file: String

    func run() throws {
        let bytes = try AgreementFile.read(file)
        let agreement = try Agreement.parse(bytes)
        Console.standardOutput.line("\(file): no mistakes. Agreement \(AgreementID(ofFile: bytes))")
        for sentence in agreement.minimisation { Console.standardOutput.line("before it leaves: \(sentence)") }
        for caution in agreement.cautions { Console.standardOutput.line("caution: \(caution)") }
    }
}

struct AgreementShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Say in plain words what an agreement means.")

    @OptionGroup var home: HomeOption
    @Argument(help: "The agreement's YAML file.") var file: String
    @Option(help: "fi, sv or en.") var language = PlainLanguage.english
    @Flag(help: "Say what differs from the agreement that it amends, as this participant has signed that one.")
    var changes = false
    @OptionGroup var former: FormerOption

    func run() throws {
        let bytes = try AgreementFile.read(file)
        let agreement = try Agreement.parse(bytes)
        if changes || former.former != nil {
            let store = try Home(at: home.directory, roles: Set(ParticipantRole.allCases)).agreements()
            let amendment = try Amendment(agreement, path: file, former: former.bytes(), in: store)
            guard let known = amendment.former else { throw AmendingError.noFormer(path: file) }
            let changes = AgreementChanges(from: known.agreement, to: agreement, language: language)
            Console.standardOutput.line(changes.text)
            Console.standardOutput.line(
                "\(language.agreementWord) \(known.id) -> \(AgreementID(ofFile: bytes))")
            return
        }
        Console.standardOutput.line(AgreementSummary(agreement, language: language).text)
        Console.standardOutput.line("\(language.agreementWord) \(AgreementID(ofFile: bytes))")
    }
}

struct AgreementSignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign an agreement with this participant's key and keep it, so that its rounds are accepted.",
        discussion: """
            If it amends another one, says first what changes against that. Whoever is new in the study has not signed \
            the former one: `--former` tells the changes to it, too.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "The agreement's YAML file.") var file: String
    @Option(help: "Where to write the signature (default: beside the agreement).") var output: String?
    @OptionGroup var former: FormerOption

    func run() throws {
        let home = try Home(at: home.directory, roles: Set(ParticipantRole.allCases))
        let bytes = try AgreementFile.read(file)
        let former = try former.bytes()
        let amendment = try Amendment(Agreement.parse(bytes), path: file, former: former, in: home.agreements())
        for line in amendment.lines { Console.standardOutput.line(line) }
        let (installed, path) = try AgreementSigning.sign(
            bytes, path: file, home: home, output: output, former: former)
        Console.standardOutput.line("Signed agreement \(installed.id) as \(home.keys.id): \(path)")
        for caution in installed.agreement.cautions { Console.standardOutput.line("caution: \(caution)") }
    }
}

/// What a participant does when it signs, by a command or in the console.
public enum AgreementSigning {
    /// Signs an agreement as this participant, once it is approved where that is needed, and keeps it.
    ///
    /// - Parameters:
    ///   - path: where the agreement came from, beside which the signature is written.
    ///   - output: where the signature is written instead.
    ///   - former: the file of the agreement that it amends, where that was not signed here.
    /// - Returns: the agreement, and the signature's path.
    /// - Throws: `AmendingError` for one that may not amend what it says it amends.
    public static func sign(
        _ bytes: [UInt8], path: String, home: Home, output: String? = nil, former: [UInt8]? = nil
    ) throws -> (AgreementStore.Installed, signature: String) {
        let approvals = try home.approvals()
        let agreement = try Agreement.parse(bytes)
        try AgreementStore.check(agreement, path: path, keys: home.keyRing)
        let store = try home.agreements()
        let amendment = try Amendment(agreement, path: path, former: former, in: store)
        try amendment.check(participant: home.keys.id)
        try approvals.demand(ApprovalSubject(.agreement, bytes), what: path)
        if let former { try store.keepFormer(former) }
        let installed = try store.sign(bytes, path: path, keys: home.keyRing)
        try approvals.noteSigned(installed.id)
        let output = output ?? AgreementFile.signaturePath(path, home.keys.id)
        try AtomicFile.write(installed.signature.json, to: output, mode: 0o644)
        return (installed, output)
    }
}

struct AgreementVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Tell whether every participant has signed exactly this agreement.")

    @Argument(help: "The agreement's YAML file.") var file: String
    @Option(name: .customLong("signature"), help: "A signature file (default: those beside the agreement).")
    var signatures: [String] = []

    func run() throws {
        let signed = try SignedAgreement.load(file, signatures: signatures)
        let agreement = try signed.verify()
        Console.standardOutput.line(
            "Agreement \(signed.id) is signed by all \(agreement.participants.count) participants: "
                + agreement.participants.map(\.id).joined(separator: ", "))
        switch agreement.validity(on: MachineClock.system.today()) {
        case .inForce: break
        case .notYet(let from): Console.standardOutput.line("caution: it is valid from \(from)")
        case .expired(let until): Console.standardOutput.line("caution: it was valid until \(until)")
        }
    }
}

extension SignedAgreement {
    /// Reads an agreement and its signatures; without any named, those that lie beside it as `sign` writes them.
    public static func load(_ path: String, signatures paths: [String]) throws -> SignedAgreement {
        let bytes = try AgreementFile.read(path)
        var paths = paths
        if paths.isEmpty {
            let agreement = try Agreement.parse(bytes)
            paths = agreement.participants.map { AgreementFile.signaturePath(path, $0.id) }.filter(FileStatus.exists)
        }
        let signatures = try paths.map { path in
            try AgreementSignature(json: PublicFile.read(path, maxByteCount: AgreementSignature.byteLimit))
        }
        return SignedAgreement(bytes: bytes, signatures: signatures)
    }
}
