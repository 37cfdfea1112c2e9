internal import Crypto
internal import Files
internal import Foundation
public import PSIProtocol
public import StrictYAML
public import Values

/// The boards that a node or the research environment has followed, each with its agreement, as they came.
///
/// A board has nothing of a person, but lengths of lists and counts follow from people, so it is sealed, as everything
/// is that is not public on this machine. Entries are written as they are read: what the coordinator shows later, or no
/// more, changes nothing.
///
/// ```
/// boards/ROUND.board
/// ```
///
/// A file has lines `FIRST COUNT BASE64`: the number of the line's first entry, how many it has, and these entries,
/// each as `u32(length) ‖ entry`, sealed. The first line is `0 0` and has the agreement. A line that a killed process
/// has not written to its end is not read.
public struct BoardArchive: StampedBoards {
    /// Ten years.
    public static let standardDays = 3_650
    public static let allowedDays = 1...36_500

    /// Reads `keep_evidence_days` of a configuration: how many days from a round's deadline on its board is kept.
    public static func days(_ root: StrictMapping) -> Int {
        root.int("keep_evidence_days", in: allowedDays, default: standardDays)
    }

    private static let suffix = ".board"
    private let directory: PrivateDirectory
    private let stateKey: SymmetricKey

    public init(home: Home) throws {
        directory = try home.boards()
        stateKey = home.keys.stateKey
    }

    public func rounds() throws -> [RoundID] {
        try directory.names().compactMap { $0.hasSuffix(Self.suffix) ? RoundID(hex: $0.dropLast(6)) : nil }
    }

    private func file(_ round: RoundID) -> LogFile {
        // Sealing and base64 make a third more of it.
        LogFile(in: directory, name: "\(round)\(Self.suffix)", maxByteCount: BoardText.byteLimit)
    }

    // MARK: Lines

    private struct Line {
        var first: Int
        var count: Int
        var sealed: Substring.UTF8View

        /// Nil for anything else.
        init?(_ text: Substring) {
            let fields = text.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.count == 3, let first = Int(fields[0]), let count = Int(fields[1]), first >= 0, count >= 0,
                first <= 1 << 32, count <= 1 << 32, fields[0] == String(first), fields[1] == String(count)
            else { return nil }
            (self.first, self.count, sealed) = (first, count, fields[2].utf8)
        }
    }

    private func key(_ round: RoundID) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: stateKey, salt: round.bytes, info: Data("SIDOS-V1 kept board\0".utf8), outputByteCount: 32
        )
    }

    private static func context(_ first: Int, _ count: Int) -> [UInt8] {
        BigEndian.u64(UInt64(first)) + BigEndian.u64(UInt64(count))
    }

    private func line(_ plain: [UInt8], first: Int, count: Int, of round: RoundID) throws -> [UInt8] {
        let box = try AES.GCM.seal(plain, using: key(round), authenticating: Self.context(first, count))
        let sealed = Array(box.nonce) + box.ciphertext + box.tag
        return Array("\(first) \(count) \(Data(sealed).base64EncodedString())".utf8)
    }

    private func open(_ line: Line, of round: RoundID) -> [UInt8]? {
        guard let sealed = Data(base64Encoded: Data(line.sealed)),
            sealed.base64EncodedString().utf8.elementsEqual(line.sealed),
            let box = try? AES.GCM.SealedBox(combined: sealed)
        else { return nil }
        return try? Array(
            AES.GCM.open(box, using: key(round), authenticating: Self.context(line.first, line.count)))
    }

    // MARK: Writing

    /// Adds the entries that come after those that are kept, and begins the board's file if it is not there.
    ///
    /// - Parameters:
    ///   - after: how many entries stand before these on the board.
    /// - Returns: false if entries before these are missing here; nothing is written then.
    /// - Throws: `FileError`, of which `.altered`.
    @discardableResult
    public func append(
        _ entries: [[UInt8]], after count: Int, of round: RoundID, agreement: [UInt8]
    ) throws -> Bool {
        let file = file(round)
        if try file.read().isEmpty {
            try file.append { lines in
                // Another process may have begun it meanwhile.
                guard lines.isEmpty else { throw FileError.inUse(path: file.path, process: nil) }
                return try line(agreement, first: 0, count: 0, of: round)
            }
        }
        do {
            try file.append { lines in
                let kept = try Self.entryCount(lines, path: file.path)
                guard kept >= count else { throw Gap() }
                guard kept < count + entries.count else { throw NothingNew() }
                let new = entries.dropFirst(kept - count)
                return try line(
                    new.flatMap { BigEndian.u32($0.count) + $0 }, first: kept + 1, count: new.count, of: round)
            }
        } catch is Gap {
            return false
        } catch is NothingNew {}
        return true
    }

    private struct Gap: Error {}
    private struct NothingNew: Error {}

    /// Told by the last line.
    private static func entryCount(_ lines: [UInt8], path: String) throws(FileError) -> Int {
        let whole = lines.dropLast()
        let start = whole.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? whole.startIndex
        guard let line = Line(Substring(decoding: whole[start...], as: UTF8.self)) else { throw .altered(path: path) }
        return max(0, line.first - 1) + line.count
    }

    // MARK: Reading

    /// What is kept of a round; nil for nothing.
    ///
    /// - Throws: `FileError`, of which `.altered`.
    public func board(of round: RoundID) throws -> KeptBoard? {
        let file = file(round)
        let bytes = try file.read()
        guard !bytes.isEmpty else { return nil }
        var agreement: [UInt8]?
        var entries: [[UInt8]] = []
        for text in bytes.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            guard let line = Line(Substring(decoding: text, as: UTF8.self)), let plain = open(line, of: round) else {
                throw FileError.altered(path: file.path)
            }
            if agreement == nil {
                guard line.first == 0, line.count == 0 else { throw FileError.altered(path: file.path) }
                agreement = plain
                continue
            }
            guard line.first == entries.count + 1, let found = Self.entries(plain), found.count == line.count else {
                throw FileError.altered(path: file.path)
            }
            entries += found
        }
        return agreement.map { KeptBoard(round: round, agreement: $0, entries: entries) }
    }

    private static func entries(_ plain: [UInt8]) -> [[UInt8]]? {
        var found: [[UInt8]] = []
        var rest = plain[...]
        while !rest.isEmpty {
            guard rest.count >= 4 else { return nil }
            let length = Int(BigEndian.read(rest.prefix(4)))
            rest = rest.dropFirst(4)
            guard length <= rest.count else { return nil }
            found.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return found
    }

    // MARK: Removing

    /// - Throws: `FileError`.
    public func remove(_ round: RoundID) throws {
        for place in StampedHead.allCases {
            for path in TimeStampStore.paths(of: place, round, in: directory) { try AtomicFile.remove(path) }
        }
        try AtomicFile.remove(file(round).path)
    }
}

/// What is kept of a round.
public struct KeptBoard: Sendable, Equatable {
    public let round: RoundID
    /// The exact file.
    public let agreement: [UInt8]
    /// From the opening.
    public let entries: [[UInt8]]

    public init(round: RoundID, agreement: [UInt8], entries: [[UInt8]]) {
        self.round = round
        self.agreement = agreement
        self.entries = entries
    }

    public var opening: RoundOpened? {
        entries.first.flatMap { try? SignedEntry(bytes: $0) }?.body as? RoundOpened
    }

    /// Of the board with no entry, with the first, and so on.
    public var heads: [BoardHead] {
        entries.reduce(into: [.empty]) { heads, entry in heads.append((heads.last ?? .empty).appending(entry)) }
    }

    /// Number of the entry that ended the round; nil while it goes on.
    public var endCount: Int? {
        for (index, bytes) in entries.enumerated().reversed() {
            switch (try? SignedEntry(bytes: bytes))?.body {
            case is RoundClosed, is RoundAborted: return index + 1
            case is KeysErased: continue
            default: return nil
            }
        }
        return nil
    }

    /// Until when it is kept, in seconds since 1970: so many days from the round's deadline on. Every round has ended
    /// by then, or its participants have destroyed their keys.
    public func until(days: Int) -> Int64? {
        opening.map { Int64(clamping: $0.deadline) + Int64(days) * 86_400 }
    }
}
