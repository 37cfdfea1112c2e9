public import ArgumentParser
internal import Files
internal import Values

/// `approver …`: a person's own key, with which they propose and approve.
public struct ApproverCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "approver", abstract: "Make and keep the key with which a person proposes and approves.",
        subcommands: [ApproverInitCommand.self, ApproverCardCommand.self, ApproverPassphraseCommand.self])
    public init() {}
}

struct ApproverInitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a person's key, under a passphrase, and their card.",
        discussion: """
            Keep the key where only this person can use it, such as on their own machine: the participant's server \
            needs the card alone.
            """)

    @Argument(help: "The person's identifier: 1 to 32 of a-z, 0-9, _ and -, beginning with a letter.") var id: String
    @Option(help: "The person's name.") var name: String
    @Option(help: "The key's file, to be made.") var key: String
    @Option(help: "Where to write the card (default: the key's file with .card.yaml after its name).")
    var card: String?
    @OptionGroup var passphrase: PassphraseOption

    func validate() throws {
        guard IdentifierForm.party.allows(id) else {
            throw ValidationError("The identifier must be \(IdentifierForm.party.rule).")
        }
        guard ApproverSet.isName(name) else { throw ValidationError("Write the person's name, on one line.") }
    }

    func run() throws {
        let made = try PersonKey.create(
            at: key, id: id, name: name, passphrase: Passphrase.choose(file: passphrase.file))
        let cardPath = card ?? key + ".card.yaml"
        try AtomicFile.write(Array(made.card.text.utf8), to: cardPath, mode: 0o644)
        Console.standardOutput.line("Made the key of \(id): \(key). Its card for others: \(cardPath)")
    }
}

struct ApproverCardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "card", abstract: "Print the card of a person's key.")

    @Option(help: "The key's file.") var key: String
    @OptionGroup var passphrase: PassphraseOption

    func run() throws {
        let opened = try PersonKey(at: key, passphrase: passphrase.read())
        Console.standardOutput.line(String(opened.card.text.dropLast()))
    }
}

struct ApproverPassphraseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passphrase", abstract: "Put a person's key under another passphrase.")

    @Option(help: "The key's file.") var key: String
    @OptionGroup var passphrase: PassphraseOption
    @Option(
        name: .customLong("new-passphrase-file"),
        help: "A file that only you can read, whose first line is the new one. Without it, the terminal asks.")
    var new: String?

    func run() throws {
        let old = try passphrase.read()
        try PersonKey.change(at: key, from: old, to: Passphrase.choose(file: new))
        Console.standardOutput.line("\(key) has another passphrase now.")
    }
}
