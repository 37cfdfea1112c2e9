public import ArgumentParser
internal import Files

/// Where a command gets the passphrase of a person's key from.
public struct PassphraseOption: ParsableArguments {
    @Option(
        name: .customLong("passphrase-file"),
        help: "A file that only you can read, whose first line is the passphrase. Without it, the terminal asks.")
    var file: String?

    public init() {}

    func read() throws -> Passphrase {
        guard let file else { return try Passphrase(asking: "Passphrase: ") }
        return try Passphrase(file: file)
    }
}

/// What protects a person's key; wiped when its one owner lets go of it.
struct Passphrase: ~Copyable {
    /// Of a new one.
    static let leastByteCount = 12
    private static let byteCountLimit = 1_024

    private let buffer: WipedBuffer
    let byteCount: Int

    /// Takes the first line of what `fill` writes into a buffer; `fill` returns how many bytes that is.
    private init(_ fill: (UnsafeMutableRawBufferPointer) throws -> Int) throws {
        let filled = WipedBuffer(byteCount: Self.byteCountLimit)
        let count = try filled.withMutableBytes { buffer in
            let count = try fill(buffer)
            return buffer.prefix(count).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }.count
        }
        guard count > 0 else { throw PassphraseError.empty }
        buffer = filled
        byteCount = count
    }

    /// The first line of a file that its owner alone can read.
    init(file: String) throws {
        try self.init { buffer in
            try SecretFile.read(file, maxByteCount: buffer.count) { bytes in
                buffer.copyMemory(from: bytes)
                return bytes.count
            }
        }
    }

    /// Asks on the terminal, which shows nothing of the answer.
    init(asking question: String) throws {
        try self.init {
            guard let count = Console.standardError.ask(question, into: $0) else { throw PassphraseError.noTerminal }
            return count
        }
    }

    /// A new one, typed twice unless a file has it.
    static func choose(file: String?) throws -> Passphrase {
        let chosen = if let file { try Passphrase(file: file) } else { try Passphrase(asking: "New passphrase: ") }
        guard chosen.byteCount >= leastByteCount else { throw PassphraseError.tooShort }
        if file == nil {
            let again = try Passphrase(asking: "The same again: ")
            guard chosen.isEqual(again) else { throw PassphraseError.different }
        }
        return chosen
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try buffer.withBytes { try body(UnsafeRawBufferPointer(rebasing: $0.prefix(byteCount))) }
    }

    /// Both are the same person's, typed a moment ago: the time that it takes tells nobody anything.
    func isEqual(_ other: borrowing Passphrase) -> Bool {
        withBytes { mine in other.withBytes { mine.elementsEqual($0) } }
    }
}

enum PassphraseError: Error, Equatable, CustomStringConvertible, ReportableError {
    case noTerminal, empty, tooShort, different

    var description: String {
        switch self {
        case .noTerminal: "no terminal can be asked for the passphrase: name a file of it with --passphrase-file"
        case .empty: "the passphrase is empty"
        case .tooShort: "the passphrase has fewer than \(Passphrase.leastByteCount) characters: choose a longer one"
        case .different: "the two passphrases are not the same: try again"
        }
    }

    var exitStatus: ExitStatus { self == .noTerminal ? .usage : .refused }
}
