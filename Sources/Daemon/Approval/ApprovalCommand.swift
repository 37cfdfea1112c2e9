internal import Agreement
public import ArgumentParser
internal import Files
internal import Foundation
internal import Values

/// What a program's own proposals are about.
public protocol ApprovalDocuments {
    /// What the daemon runs by: `config.yaml` and what it names.
    static func configuration(_ home: Home) throws -> [UInt8]
    /// A prepared dataset's list of files; nil where the program has no datasets.
    static func dataset(_ name: String, _ home: Home) throws -> [UInt8]?
}

/// `approval …`: what one person proposes and others approve, before the participant acts on it.
public struct ApprovalCommand<Documents: ApprovalDocuments>: ParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "approval",
            abstract: "Propose, approve and refuse what this participant does, by several people.",
            subcommands: [
                ApprovalDraftCommand.self, ApprovalProposeCommand<Documents>.self, ApprovalListCommand.self,
                ApprovalShowCommand.self, ApprovalApproveCommand.self, ApprovalRefuseCommand.self,
                ApprovalSignCommand.self, ApprovalAddCommand.self,
            ])
    }
    public init() {}
}

extension ApprovalSubject.Kind: ExpressibleByArgument {}

extension HomeOption {
    func open() throws -> Home { try Home(at: directory, roles: Set(ParticipantRole.allCases)) }
}

/// The key of whoever signs.
struct SignerOptions: ParsableArguments {
    @Option(help: "The file of your key, which `approver init` made.") var key: String
    @OptionGroup var passphrase: PassphraseOption

    func open() throws -> ApprovalSigner { try ApprovalSigner(key: key, passphrase: passphrase) }
}

/// A remark that stands in the log.
struct NoteOption: ParsableArguments {
    @Option(help: "A remark for the log. Nothing about a person of a register belongs into it.") var note = ""

    func validate() throws {
        guard ApprovalStatement.isNote(note) else {
            throw ValidationError("Write the note on one line of at most \(ApprovalStatement.noteLimit) characters.")
        }
    }
}

struct ApprovalDraftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draft", abstract: "Write a list of approvers, to be proposed, of people's cards.")

    @OptionGroup var home: HomeOption
    @Option(help: "How many must approve, besides whoever proposes.") var needed: Int
    @Flag(help: "Each round needs approval, too.") var eachRound = false
    @Option(name: [.short, .long], help: "The list's file, to be made.") var output: String
    @Argument(help: "The people's cards.") var cards: [String]

    func run() throws {
        let people = try cards.map { path in
            try ApproverCard(PublicFile.read(path, maxByteCount: ApproverSet.byteCountLimit), path: path).person
        }
        let set = ApproverSet(
            participant: try home.open().keys.id, needed: needed, eachRound: eachRound, people: people)
        let text = Array(set.text.utf8)
        _ = try ApproverSet.parse(text, path: output)
        try AtomicFile.write(text, to: output, mode: 0o644, replacing: false)
        Console.standardOutput.line("Wrote \(output). Propose it with `approval propose approvers \(output)`.")
    }
}

struct ApprovalProposeCommand<Documents: ApprovalDocuments>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "propose", abstract: "Propose something that others are to approve.",
            discussion: """
                `propose agreement FILE`: that this participant signs the agreement. `propose configuration`: that the \
                daemon runs by config.yaml and its policy as they are now. `propose approvers FILE`: who approves from \
                now on. `propose round ROUND`: that it takes part in a round that waits for approval. `propose dataset \
                NAME`: that a prepared dataset is handed over.
                """)
    }

    @OptionGroup var home: HomeOption
    @OptionGroup var signer: SignerOptions
    @OptionGroup var note: NoteOption
    @Argument(help: "agreement, configuration, approvers, round or dataset.") var kind: ApprovalSubject.Kind
    @Argument(help: "The file, the round's first digits (six at least), or the prepared dataset's name.")
    var what: String?

    func validate() throws {
        guard (what == nil) == (kind == .configuration) else {
            throw ValidationError(
                kind == .configuration
                    ? "A configuration has no name: it is this directory's config.yaml."
                    : "Name the \(kind.rawValue) after the word.")
        }
    }

    func run() throws {
        let home = try home.open()
        let desk = try ApprovalDesk(home: home)
        let document = try document(home, desk)
        let item = try desk.propose(kind, document, path: what ?? "", note: note.note, by: signer.open())
        Console.standardOutput.line("Proposed \(kind.words) as number \(item.id.prefix(12)).")
        let ledger = try desk.book.ledger()
        Console.standardOutput.line(ledger.waiting(try ledger.find(item.id)))
    }

    private func document(_ home: Home, _ desk: ApprovalDesk) throws -> [UInt8] {
        let what = what ?? ""
        switch kind {
        case .agreement: return try desk.agreement(at: what)
        case .approvers: return try desk.approvers(at: what)
        case .configuration: return try Documents.configuration(home)
        case .round: return try desk.round(what)
        case .dataset:
            guard let document = try Documents.dataset(what, home) else {
                throw ValidationError("Datasets are the research environment's.")
            }
            return document
        }
    }
}

struct ApprovalListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List who approves, and what was proposed.")

    @OptionGroup var home: HomeOption

    func run() throws {
        let ledger = try home.open().approvals().ledger()
        let out = Console.standardOutput
        guard let approvers = ledger.approvers else {
            out.line("Nothing needs approval here: no approvers are in force.")
            for proposal in ledger.proposals { out.line(ledger.line(proposal)) }
            return
        }
        for line in approvers.sentences { out.line(line) }
        if ledger.proposals.isEmpty { out.line("Nothing was proposed.") }
        for proposal in ledger.proposals { out.line(ledger.line(proposal)) }
    }
}

/// Which proposal.
struct ProposalArgument: ParsableArguments {
    @Argument(help: "The proposal's number: its first digits.") var number: String
}

struct ApprovalShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Say in plain words what a proposal is about, and how far it is.",
        discussion: "With --request it also writes a file, with which an approver can answer on a machine of their own."
    )

    @OptionGroup var home: HomeOption
    @OptionGroup var proposal: ProposalArgument
    @Option(help: "A file for `approval sign`, to be made.") var request: String?

    func run() throws {
        let desk = try ApprovalDesk(home: home.open())
        let ledger = try desk.book.ledger()
        let proposal = try ledger.find(proposal.number)
        let out = Console.standardOutput
        out.line(ledger.line(proposal))
        if !proposal.note.isEmpty { out.line("Note: \(proposal.note)") }
        for line in try desk.lines(of: proposal.id) { out.line(line) }
        out.line(ledger.waiting(proposal))
        guard let request else { return }
        try AtomicFile.write(desk.request(of: proposal.id), to: request, mode: 0o644, replacing: false)
        out.line("Wrote \(request). An approver answers it with `approval sign \(request)`, on any machine.")
    }
}

struct ApprovalApproveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Approve a proposal that another person has made.")

    @OptionGroup var home: HomeOption
    @OptionGroup var proposal: ProposalArgument
    @OptionGroup var signer: SignerOptions
    @OptionGroup var note: NoteOption

    func run() throws {
        try ApprovalAnswer(home: home, proposal: proposal, signer: signer, note: note.note).give(.approve)
    }
}

struct ApprovalRefuseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refuse", abstract: "Refuse a proposal, which ends it. Whoever made it withdraws it so.")

    @OptionGroup var home: HomeOption
    @OptionGroup var proposal: ProposalArgument
    @OptionGroup var signer: SignerOptions
    @OptionGroup var note: NoteOption

    func run() throws {
        try ApprovalAnswer(home: home, proposal: proposal, signer: signer, note: note.note).give(.refuse)
    }
}

/// An answer that is given in the participant's directory.
private struct ApprovalAnswer {
    let home: HomeOption
    let proposal: ProposalArgument
    let signer: SignerOptions
    let note: String

    func give(_ answer: ApprovalDesk.Answer) throws {
        let desk = try ApprovalDesk(home: home.open())
        // Before the passphrase is asked for.
        _ = try desk.document(of: proposal.number)
        try ApprovalAddCommand.tell(desk.answer(proposal.number, answer, note: note, by: signer.open()), desk)
    }
}

struct ApprovalSignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Answer a request on a machine of one's own, without the participant's directory.",
        discussion: """
            Says in plain words what is proposed, and writes the answer to a file, which `approval add` takes in the \
            participant's directory.
            """)

    enum Answer: String, EnumerableFlag { case approve, refuse }

    @Argument(help: "The request, which `approval show --request` wrote.") var request: String
    @Flag(help: "Which answer it is.") var answer: Answer
    @OptionGroup var signer: SignerOptions
    @OptionGroup var note: NoteOption
    @Option(name: [.short, .long], help: "The answer's file, to be made.") var output: String

    func run() throws {
        let request = try ApprovalRequest(
            PublicFile.read(request, maxByteCount: ApprovalRequest.byteCountLimit))
        let out = Console.standardOutput
        let asked = request.proposal.statement
        out.line("\(asked.by) proposes to \(asked.participant): \(asked.kind.words)")
        if !asked.note.isEmpty { out.line("Note: \(asked.note)") }
        for line in ApprovalText.lines(of: request.document, kind: asked.kind, before: nil) { out.line(line) }
        let signed = try request.answer(
            answer == .approve ? .approve : .refuse, note: note.note, signer: signer.open(), clock: .system)
        try AtomicFile.write(Array((signed.line + "\n").utf8), to: output, mode: 0o644, replacing: false)
        out.line("Signed: \(answer.rawValue). Take \(output) to the participant: `approval add \(output)`.")
    }
}

struct ApprovalAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Take an answer that `approval sign` wrote.")

    @OptionGroup var home: HomeOption
    @Argument(help: "The answer's file.") var answer: String

    func run() throws {
        let desk = try ApprovalDesk(home: home.open())
        let bytes = try PublicFile.read(answer, maxByteCount: ApprovalStatement.byteCountLimit)
        try Self.tell(desk.add(bytes), desk)
    }

    fileprivate static func tell(_ item: ApprovalDesk.Item, _ desk: ApprovalDesk) throws {
        let ledger = try desk.book.ledger()
        let proposal = try ledger.find(item.id)
        Console.standardOutput.line(ledger.line(proposal))
        Console.standardOutput.line(ledger.waiting(proposal))
        guard proposal.outcome == .approved, proposal.subject.kind == .approvers, ledger.configuration == nil else {
            return
        }
        Console.standardOutput.line(
            "From now on the daemon waits until its configuration is approved: `approval propose configuration`.")
    }
}
