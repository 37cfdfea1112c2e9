internal import Crypto
internal import Files
internal import Foundation
internal import Values

/// What was done in a participant's directory, by whom and when, in the order in which it was done: a chain in which
/// nothing can be changed, left out or put in between without its being seen.
///
/// A line is `HASH NUMBER TIME KIND CONTENT`. HASH, in hexadecimal, is SHA-256 of a label, the hash of the line before
/// (32 zero bytes before the first) and the rest of the line. The first line, `begin`, names the participant and its
/// key and has 16 random bytes, so that its hash, the log's id, is no other log's. A file that is full goes on in
/// another one.
struct OperationsLog: Sendable {
    /// What kind of line it is.
    enum Kind: String, CaseIterable {
        /// The first line.
        case begin
        /// Something that a program did.
        case event
        /// What an approver signed: the signature in base64, a space, and the statement.
        case statement
        /// The first line of a file that goes on from another.
        case continued
        /// A statement of the file before, repeated with its time.
        case carried
    }

    struct Line: Equatable {
        var number: Int
        var time: String
        var kind: Kind
        var content: String
        /// 32 bytes.
        var hash: [UInt8]
    }

    /// A file that would grow beyond this is closed. Lines are few and short: this is room for tens of thousands.
    static let closingByteCount = 16 << 20
    /// No file is longer, whatever approvers have signed.
    static let maxByteCount = 256 << 20
    private static let label = Array("SIDOS-V1 operations log".utf8) + [0]

    let directory: PrivateDirectory
    let file: LogFile
    let closingByteCount: Int
    private let clock: MachineClock

    init(
        in directory: PrivateDirectory, closingAt closingByteCount: Int = Self.closingByteCount,
        maxByteCount: Int = Self.maxByteCount, clock: MachineClock = .system
    ) {
        self.directory = directory
        file = LogFile(in: directory, name: "operations.log", maxByteCount: maxByteCount)
        self.closingByteCount = closingByteCount
        self.clock = clock
    }

    /// For a line's time.
    var now: String { MachineClock.timestamp(clock.now()) }

    /// Of the file that is written to. What approvers signed is there, also of the files before.
    ///
    /// - Throws: `OperationsLogError`, `FileError`.
    func lines() throws -> [Line] { try Self.parse(file.read(), path: file.path) }

    /// Adds lines after those that are there, which begin with `begin`.
    ///
    /// - Parameter make: of the lines that are there, what to add.
    /// - Returns: all lines.
    @discardableResult
    func append(
        beginning: (participant: ParticipantID, key: String), _ make: ([Line]) throws -> (Kind, String)
    ) throws -> [Line] {
        var lines: [Line] = []
        if try file.read().isEmpty {
            try write { found in
                // Another process may have begun it meanwhile.
                guard found.isEmpty else { return nil }
                let nonce = WipedBuffer.random(byteCount: 16).withBytes { Hex.encode(Array($0)) }
                return (.begin, "participant=\(beginning.participant) key=\(beginning.key) nonce=\(nonce)")
            }
        }
        try write { found in
            lines = found
            return try make(found)
        } then: {
            lines.append($0)
        }
        return lines
    }

    private struct NothingToWrite: Error {}
    /// Another file has taken the place of the one that was opened.
    private struct Closed: Error {}

    private static let attemptLimit = 100

    private func write(_ make: ([Line]) throws -> (Kind, String)?, then: (Line) -> Void = { _ in }) throws {
        for _ in 0..<Self.attemptLimit {
            do {
                try file.append { bytes in
                    // Whoever waited for the file may hold one that was closed meanwhile.
                    guard try file.read() == bytes else { throw Closed() }
                    let lines = try Self.parse(bytes, path: file.path)
                    guard let (kind, content) = try make(lines) else { throw NothingToWrite() }
                    let made = Self.make(
                        number: (lines.last?.number ?? 0) + 1, time: now, kind, content, after: lines.last?.hash)
                    if bytes.count + made.bytes.count >= closingByteCount, try close(bytes, lines) { throw Closed() }
                    then(made.line)
                    return made.bytes
                }
                return
            } catch is NothingToWrite {
                return
            } catch is Closed {
                continue
            } catch FileError.tooLarge(let path, let most) where path == file.path {
                throw OperationsLogError.full(path: path, maxByteCount: most)
            }
        }
        throw FileError.inUse(path: file.path, process: nil)
    }

    /// A line, and its bytes without a line feed.
    static func make(
        number: Int, time: String, _ kind: Kind, _ content: String, after previous: [UInt8]?
    ) -> (line: Line, bytes: [UInt8]) {
        let rest = "\(number) \(time) \(kind.rawValue) \(content)"
        let hash = hash(Array(rest.utf8), after: previous)
        let line = Line(number: number, time: time, kind: kind, content: content, hash: hash)
        return (line, Array("\(Hex.encode(hash)) \(rest)".utf8))
    }

    /// That the log goes on from where this was asked the last time, which is sealed in the state.
    ///
    /// On a full disk the log is looked at all the same, and the next time from the same place.
    /// - Throws: `OperationsLogError.cutBack`, `.altered`, `.missing`; `FileError`, `SealedStateError`.
    func checkGrowth(_ lines: [Line], in state: SealedState) throws {
        if let seen = try state.get(.operationsLog) {
            let count = Int(clamping: BigEndian.read(seen.prefix(8)))
            // Of a file that was closed since, with all that come after it.
            let all = count < lines.first?.number ?? 0 ? try files().flatMap { $0 } : lines
            guard seen.count == 40, all.contains(where: { $0.number == count && $0.hash == Array(seen.dropFirst(8)) })
            else { throw OperationsLogError.cutBack(path: file.path, seen: count) }
            if count == lines.last?.number { return }
        }
        guard let last = lines.last else { return }
        do throws(SealedStateError) {
            try state.put(.operationsLog, BigEndian.u64(UInt64(last.number)) + last.hash)
        } catch {
            guard error.isDiskFull else { throw error }
        }
    }

    // MARK: Chain

    private static func hash(_ rest: [UInt8], after previous: [UInt8]?) -> [UInt8] {
        Array(SHA256.hash(data: label + (previous ?? [UInt8](repeating: 0, count: 32)) + rest))
    }

    static func parse(_ bytes: [UInt8], path: String) throws(OperationsLogError) -> [Line] {
        var lines: [Line] = []
        for bytes in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
            guard let line = line(bytes, after: lines.last) else {
                throw .altered(path: path, line: (lines.last?.number ?? 0) + 1)
            }
            lines.append(line)
        }
        return lines
    }

    private static func line(_ bytes: ArraySlice<UInt8>, after before: Line?) -> Line? {
        guard let text = String(validating: bytes, as: UTF8.self), bytes.count > 65,
            let hash = Hex.decode(text.prefix(64))
        else { return nil }
        let fields = text.split(separator: " ", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 5, let number = Int(fields[1]), fields[1] == String(number),
            let kind = Kind(rawValue: fields[3])
        else { return nil }
        let previous: [UInt8]?
        switch kind {
        case .begin:
            guard before == nil, number == 1 else { return nil }
            previous = nil
        case .continued:
            // Whether that line is there, `files` looks.
            guard before == nil, number > 1, let link = Continuation(fields[4]) else { return nil }
            previous = link.hash
        case .carried:
            guard let before, before.kind == .continued || before.kind == .carried else { return nil }
            previous = before.hash
        case .event, .statement:
            guard let before else { return nil }
            previous = before.hash
        }
        if let before, number != before.number + 1 { return nil }
        guard hash == Self.hash(Array(bytes.dropFirst(65)), after: previous) else { return nil }
        return Line(number: number, time: fields[2], kind: kind, content: fields[4], hash: hash)
    }
}

public enum OperationsLogError: Error, Equatable, CustomStringConvertible, ReportableError {
    /// The line is not what was written there, or was put there by hand.
    case altered(path: String, line: Int)
    /// A statement that its rules did not allow.
    case unlawful(path: String, line: Int, reason: String)
    /// It does not go on from where it was seen last.
    case cutBack(path: String, seen: Int)
    /// No line has the hash that the caller knows.
    case lacks(path: String, hash: String)
    /// A file from which a later one goes on.
    case missing(path: String)
    /// What approvers signed leaves no room.
    case full(path: String, maxByteCount: Int)

    public var description: String {
        switch self {
        case .altered(let path, let line):
            "line \(line) of \(path) is not what was written there. Find out who changed it; put the file back from a "
                + "backup"
        case .unlawful(let path, let line, let reason):
            "line \(line) of \(path) should not be there: \(reason). Find out who wrote it; put the file back from a "
                + "backup"
        case .lacks(let path, let hash):
            "no line of \(path) has the hash \(hash): lines were cut off, or it is another log. Find out by whom; put "
                + "the file back from a backup"
        case .missing(let path):
            "\(path) is not there, and the log goes on from it. Put it back from a backup"
        case .full(let path, let most):
            "\(path) has \(most >> 20) MiB of what approvers signed and takes no more. Nothing is lost, but nothing "
                + "more can be approved here: set this participant up in a new directory with `init`, and agree on its "
                + "new card"
        case .cutBack(let path, let seen):
            "\(path) does not go on from its line \(seen), which was seen here before: it was cut, replaced or "
                + "removed. Find out by whom; put the file back from a backup"
        }
    }

    public var exitStatus: ExitStatus { .badData }
}
