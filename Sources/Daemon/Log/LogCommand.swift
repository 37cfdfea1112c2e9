public import ArgumentParser
internal import Values

/// `log …`: what was done in this directory.
public struct LogCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show and check the log of what was done in this directory.",
        subcommands: [LogShowCommand.self, LogVerifyCommand.self])
    public init() {}
}

struct LogShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the log, a line for each thing that was done.")

    @OptionGroup var home: HomeOption

    func run() throws {
        for line in try OperationsHistory(home: home.open()).lines {
            Console.standardOutput.line("\(line.number) \(line.time) \(line.words)")
        }
    }
}

struct LogVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that nothing in the log was changed, left out or put in between.",
        discussion: """
            Checks the chain of hashes, every signature, and that the rules allowed every approval. Whether lines were \
            cut off at the end shows only in comparison: write down the last line's hash, and give it the next time \
            with --hash. The daemon does this by itself.
            """)

    @OptionGroup var home: HomeOption
    @Option(help: "The hash of a line that was the last one some time ago.") var hash: String?

    func run() throws {
        let book = try home.open().approvals()
        let lines = try book.log.files().flatMap { $0 }
        _ = try book.ledger()
        guard let last = lines.last else {
            guard hash == nil else { throw OperationsLogError.cutBack(path: book.log.file.path, seen: 1) }
            Console.standardOutput.line("The log is empty.")
            return
        }
        if let hash, !lines.contains(where: { Hex.encode($0.hash) == hash }) {
            throw OperationsLogError.lacks(path: book.log.file.path, hash: hash)
        }
        Console.standardOutput.line("\(last.number) lines, none of them changed. The last one's hash:")
        Console.standardOutput.line(Hex.encode(last.hash))
    }
}
