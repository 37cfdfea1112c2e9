internal import Agreement
internal import ArgumentParser
internal import Files
internal import PSIProtocol
internal import PlainWords
internal import Values

struct AgreementDraftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draft",
        abstract: "Write a draft of an agreement from the participants' cards. Fill it in, then check it.",
        discussion: "Nodes work in the order in which their cards are given.")

    @Option(
        name: .customLong("card"), help: "A file with a participant's card, as `card` prints it. Name one for each.")
    var cards: [String]
    @Option(help: "The study's id.") var study = "study"
    @Option(help: "The study's title.") var title = "Title of the study"
    @Option(help: "First day on which rounds may be opened, YYYY-MM-DD (default: today).") var from: String?
    @Option(help: "Last day on which rounds may be opened (default: a year from today).") var until: String?
    @Option(help: "The group in which identifiers are matched.") var suite = SuiteID.ristretto255.rawValue
    @Flag(help: "Ask for counts only: no rows are released.") var countsOnly = false
    @Option(name: [.short, .long], help: "Where to write the draft (default: standard output).") var output: String?

    func run() throws {
        let cards = try cards.map { path in
            try ParticipantCard.parse(PublicFile.read(path, maxByteCount: AgreementLimits.byteLimit))
        }
        let today = MachineClock.system.today()
        var draft = AgreementDraft(
            cards: cards,
            study: Study(
                id: study, title: title, purpose: "What the study is for", legalBasis: "The law and article",
                permit: "The permit's number"),
            validFrom: try day(from, "--from") ?? today,
            validUntil: try day(until, "--until")
                ?? CalendarDate(year: today.year + 1, month: today.month, day: min(today.day, 28)) ?? today)
        guard let suite = SuiteID(rawValue: suite) else {
            let names = SuiteID.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--suite \(self.suite) is unknown: give one of \(names)")
        }
        draft.suite = suite
        draft.release = countsOnly ? .none : .rows
        let yaml = draft.yaml
        guard let output else {
            Console.standardOutput.line(yaml)
            return
        }
        try AtomicFile.write(Array(yaml.utf8), to: output, mode: 0o644, replacing: false)
        Console.standardOutput.line("Wrote \(output): fill in its registers and cohorts, then run `agreement check`")
    }

    private func day(_ text: String?, _ option: String) throws -> CalendarDate? {
        guard let text else { return nil }
        guard let day = CalendarDate(iso: text) else {
            throw ValidationError("\(option) \(text) is no day: write it as YYYY-MM-DD")
        }
        return day
    }
}
