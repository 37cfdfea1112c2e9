internal import Agreement
internal import ArgumentParser
internal import Daemon
internal import Files
internal import Values

/// `agreement …` as all programs have it, and `lodge`, which is the coordinator's own.
struct CoordinatorAgreementCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: AgreementCommand.configuration.commandName ?? "agreement",
        abstract: AgreementCommand.configuration.abstract,
        subcommands: AgreementCommand.configuration.subcommands + [LodgeCommand.self])
}

struct LodgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lodge",
        abstract: "Lay an agreement ready with everybody's signatures, so that its calendar is kept.",
        discussion: """
            On each day of the agreement's calendar the running coordinator then opens a round by itself, once \
            everybody is ready. Without --signature it takes the signature files beside the agreement, as `agreement \
            sign` names them.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "The agreement's YAML file.") var agreement: String
    @Option(name: .customLong("signature"), help: "A signature file (default: those beside the agreement).")
    var signatures: [String] = []
    @Flag(help: "Take it away again: its rounds are opened by `link` only.") var remove = false

    func run() throws {
        let home = try CoordinatorHome(at: home.directory).home
        let lodged = try LodgedAgreements(home)
        let out = Console.standardOutput
        if remove {
            let bytes = try PublicFile.read(agreement, maxByteCount: AgreementLimits.byteLimit)
            let id = AgreementID(ofFile: bytes)
            guard try lodged.remove(id) else { throw CoordinatorError.notLodged(agreement: "\(id)") }
            out.line("Took agreement \(id) away: its calendar is not kept any more.")
            return
        }
        let signed = try SignedAgreement.load(agreement, signatures: signatures)
        let parsed = try signed.verify()
        try AgreementStore.check(parsed, path: agreement, keys: home.keyRing)
        guard try home.agreements().load(signed.id) != nil else { throw HomeError.notSignedHere(path: agreement) }
        let today = MachineClock.system.today()
        let days = parsed.calendar.filter { $0 >= today }
        guard let first = days.first else {
            throw CoordinatorError.noCalendar(path: agreement, isOver: !parsed.calendar.isEmpty)
        }
        try lodged.lodge(signed, at: MachineClock.system.unixSeconds())
        out.line(
            "Lodged agreement \(signed.id) of \(parsed.study.id) with \(signed.signatures.count) signatures.")
        out.line(
            "The coordinator opens a round by itself on \(days.count) \(days.count == 1 ? "day" : "days") (UTC), on "
                + "\(first) first, once everybody is ready. It has to run then.")
    }
}
