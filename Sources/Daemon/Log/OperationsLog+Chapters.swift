internal import Files
internal import Foundation
internal import Values

/// A log of many lines is in several files. When one is full it gets a number, `operations-1.log`, and another one
/// begins, whose first line names the former's last line and whose next lines repeat what approvers signed. So the file
/// that is written to is enough to know what is approved, and the chain goes through all of them.
extension OperationsLog {
    /// The first line of a file that goes on from another: `log=ID file=operations-1.log hash=HASH`.
    struct Continuation: Equatable {
        /// In hexadecimal.
        let logID: String
        /// Of the former file, from 1.
        let number: Int
        /// Of the former file's last line.
        let hash: [UInt8]

        var fileName: String { "operations-\(number).log" }
        var content: String { "log=\(logID) file=\(fileName) hash=\(Hex.encode(hash))" }

        init(logID: String, number: Int, hash: [UInt8]) {
            self.logID = logID
            self.number = number
            self.hash = hash
        }

        init?(_ content: some StringProtocol) {
            guard
                let match = String(content).wholeMatch(
                    of: #/log=([0-9a-f]{64}) file=operations-([1-9][0-9]{0,5})\.log hash=([0-9a-f]{64})/#),
                let number = Int(match.output.2), let hash = Hex.decode(match.output.3)
            else { return nil }
            self.init(logID: String(match.output.1), number: number, hash: hash)
        }
    }

    /// The log's id, in hexadecimal: its very first line's hash.
    static func id(of lines: [Line]) -> String? {
        guard let first = lines.first else { return nil }
        return first.kind == .continued ? Continuation(first.content)?.logID : Hex.encode(first.hash)
    }

    /// All files' lines, the oldest file first. What a file repeats of the one before is in both.
    ///
    /// - Throws: `OperationsLogError`, also where a file is missing or does not go on from the one before; `FileError`.
    func files() throws -> [[Line]] {
        var files = [try lines()]
        var path = file.path
        while let first = files.first?.first, first.kind == .continued {
            guard let link = Continuation(first.content) else { throw OperationsLogError.altered(path: path, line: 1) }
            let closed = LogFile(in: directory, name: link.fileName, maxByteCount: Self.maxByteCount)
            let before = try Self.parse(closed.read(), path: closed.path)
            guard let last = before.last else { throw OperationsLogError.missing(path: closed.path) }
            // The file before has the number before; the first goes on from none.
            let former = before.first.flatMap { $0.kind == .continued ? Continuation($0.content)?.number ?? -1 : 0 }
            guard former == link.number - 1, last.hash == link.hash, last.number + 1 == first.number,
                Self.id(of: before) == link.logID
            else { throw OperationsLogError.altered(path: path, line: first.number) }
            let repeated = files[0].dropFirst().prefix { $0.kind == .carried }.map(\.content)
            guard repeated == Self.statements(before).map(\.content) else {
                throw OperationsLogError.altered(path: path, line: first.number + 1)
            }
            files.insert(before, at: 0)
            path = closed.path
        }
        return files
    }

    /// What approvers signed, in these lines or repeated there.
    static func statements(_ lines: [Line]) -> [Line] { lines.filter { $0.kind == .statement || $0.kind == .carried } }

    /// Gives a full file a number, and begins the next.
    ///
    /// Killed in between, it leaves a copy with a number, and the full file, which is closed anew.
    /// - Parameter lines: of the file.
    /// - Returns: false if most of it is what approvers signed, which the next would have too.
    func close(_ bytes: [UInt8], _ lines: [Line]) throws -> Bool {
        guard let last = lines.last, let id = Self.id(of: lines) else { return false }
        let number = lines.first.flatMap { Continuation($0.content)?.number } ?? 0
        let link = Continuation(logID: id, number: number + 1, hash: last.hash)
        var next: [UInt8] = []
        var hash = last.hash
        let statements = Self.statements(lines)
        for (index, (kind, time, content))
            in ([(Kind.continued, now, link.content)]
            + statements.map { (Kind.carried, $0.time, $0.content) }).enumerated()
        {
            let made = Self.make(number: last.number + 1 + index, time: time, kind, content, after: hash)
            hash = made.line.hash
            next += made.bytes + [UInt8(ascii: "\n")]
        }
        guard next.count <= closingByteCount / 2 else { return false }
        try AtomicFile.write(bytes, to: directory.file(link.fileName))
        try AtomicFile.write(next, to: file.path)
        return true
    }
}
