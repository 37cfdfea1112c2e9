internal import Crypto
public import PSIProtocol
public import Values

/// Whom a carried disk is from and for, and every file on it. Its sender signs it. [P-75]
public struct CourierManifest: Sendable, Equatable {
    /// The file of the manifest.
    public static let name = "courier.txt"
    /// The file of its signature, 64 bytes of Ed25519.
    public static let signatureName = "courier.signature"
    /// Longest manifest.
    public static let byteCountLimit = 64 << 20
    /// Most rounds that a sender can ask for.
    public static let followedCountLimit = 1_024
    /// How far ahead of the receiver's clock a disk may have been made, in seconds.
    public static let clockToleranceSeconds: Int64 = 86_400
    /// Longest file of entries.
    public static let entriesByteCountLimit = 64 << 20

    /// A participant, and the key that it signs by.
    public struct Party: Sendable, Equatable {
        public var id: ParticipantID
        /// Ed25519, 32 bytes.
        public var signingKey: [UInt8]

        public init(id: ParticipantID, signingKey: [UInt8]) {
            self.id = id
            self.signingKey = signingKey
        }
    }

    /// A part of a stream that the sender has to its end.
    public struct Held: Sendable, Hashable {
        public var round: RoundID
        public var stream: StreamID

        public init(round: RoundID, stream: StreamID) {
            self.round = round
            self.stream = stream
        }
    }

    public struct File: Sendable, Equatable {
        public var path: CourierPath
        public var byteCount: Int
        /// SHA-256.
        public var digest: [UInt8]

        public init(path: CourierPath, byteCount: Int, digest: [UInt8]) {
            self.path = path
            self.byteCount = byteCount
            self.digest = digest
        }
    }

    public var from: Party
    public var to: Party
    /// Seconds since 1970. Of two disks the later one has the greater.
    public var made: Int64
    /// Rounds whose boards the sender wants to see further.
    public var follows: [RoundID]
    /// What need not be brought to the sender.
    public var holds: [Held]
    public var files: [File]

    /// Puts rounds, streams and files in the order in which they are written.
    public init(from: Party, to: Party, made: Int64, follows: [RoundID], holds: [Held], files: [File]) {
        self.from = from
        self.to = to
        self.made = made
        self.follows = follows.sorted { $0.description < $1.description }
        self.holds = holds.sorted { Self.line($0) < Self.line($1) }
        self.files = files.map { (Array($0.path.description.utf8), $0) }
            .sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1)
    }

    // MARK: Text

    private static let first = "sidos-courier 1"

    /// The file's bytes: lines of ASCII, each with a line feed.
    public var text: [UInt8] {
        var lines = [
            Self.first, "from \(Self.line(from))", "to \(Self.line(to))", "made \(made)",
        ]
        lines += follows.map { "follows \($0)" }
        lines += holds.map { "holds \(Self.line($0))" }
        lines += files.map { "file \(Hex.encode($0.digest)) \($0.byteCount) \($0.path)" }
        return Array(lines.joined(separator: "\n").utf8) + [UInt8(ascii: "\n")]
    }

    private static func line(_ party: Party) -> String { "\(party.id) \(Hex.encode(party.signingKey))" }
    private static func line(_ held: Held) -> String { "\(held.round) \(held.stream)" }

    /// Reads a file that is exactly what `text` gives for its meaning; nil for anything else.
    public init?(text bytes: [UInt8]) {
        guard bytes.count <= Self.byteCountLimit, let text = String(validating: bytes, as: UTF8.self),
            bytes.last == UInt8(ascii: "\n")
        else { return nil }
        var reader = LineReader(text.dropLast().split(separator: "\n", omittingEmptySubsequences: false))
        guard reader.next("sidos-courier") == ["1"], let from = reader.next("from").flatMap(Self.party),
            let to = reader.next("to").flatMap(Self.party), let made = reader.next("made"), made.count == 1,
            let seconds = Int64(made[0]), seconds >= 0
        else { return nil }
        var (follows, holds, files): ([RoundID], [Held], [File]) = ([], [], [])
        while let fields = reader.next("follows") {
            guard fields.count == 1, let round = RoundID(hex: fields[0]) else { return nil }
            follows.append(round)
        }
        while let fields = reader.next("holds") {
            guard fields.count == 2, let round = RoundID(hex: fields[0]),
                let stream = StreamPath.stream(fields[1].split(separator: "/", omittingEmptySubsequences: false))
            else { return nil }
            holds.append(Held(round: round, stream: stream))
        }
        while let fields = reader.next("file") {
            guard let file = Self.file(fields) else { return nil }
            files.append(file)
        }
        self.init(from: from, to: to, made: seconds, follows: follows, holds: holds, files: files)
        guard reader.isAtEnd, self.text == bytes, follows.count <= Self.followedCountLimit,
            Set(follows).count == follows.count,
            Set(holds).count == holds.count, Set(files.map(\.path)).count == files.count
        else { return nil }
    }

    private static func party(_ fields: [Substring]) -> Party? {
        guard fields.count == 2, IdentifierForm.party.allows(String(fields[0])),
            let key = Hex.decode(fields[1]), key.count == 32
        else { return nil }
        return Party(id: String(fields[0]), signingKey: key)
    }

    private static func file(_ fields: [Substring]) -> File? {
        guard fields.count == 3, let digest = Hex.decode(fields[0]), digest.count == 32,
            let byteCount = Int(fields[1]), byteCount >= 0, let path = CourierPath(fields[2])
        else { return nil }
        switch path {
        case .entries: guard byteCount <= entriesByteCountLimit else { return nil }
        case .chunk: guard byteCount <= StreamStore.chunkByteCountLimit else { return nil }
        }
        return File(path: path, byteCount: byteCount, digest: digest)
    }

    /// Takes lines by the word that they begin with.
    private struct LineReader {
        private var rest: ArraySlice<Substring>

        init(_ lines: [Substring]) { rest = lines[...] }

        var isAtEnd: Bool { rest.isEmpty }

        /// The fields of the next line, if it begins with this word.
        mutating func next(_ word: String) -> [Substring]? {
            guard let line = rest.first else { return nil }
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.first == word[...] else { return nil }
            rest.removeFirst()
            return Array(fields.dropFirst())
        }
    }

    // MARK: Signature

    /// What the sender signs.
    public static func message(_ text: [UInt8]) -> [UInt8] { Label.courier.bytes + text }

    /// Whether the sender that the manifest names has signed it.
    static func isSigned(_ text: [UInt8], by signature: [UInt8], _ party: Party) -> Bool {
        guard signature.count == 64, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: party.signingKey)
        else { return false }
        return key.isValidSignature(signature, for: message(text))
    }
}

/// Entries as a file: of each its length in 4 bytes, most significant first, and its bytes. [P-75]
public enum CourierEntries {
    public static func encode(_ entries: [[UInt8]]) -> [UInt8] {
        entries.flatMap { BigEndian.u32($0.count) + $0 }
    }

    /// Nil for bytes that are no such file. What is in the entries is not looked at.
    public static func decode(_ bytes: [UInt8]) -> [[UInt8]]? {
        var entries: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard rest.count >= 4 else { return nil }
            let count = Int(BigEndian.read(rest.prefix(4)))
            rest = rest.dropFirst(4)
            guard (1...BoardStore.entryByteCountLimit).contains(count), rest.count >= count else { return nil }
            entries.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return entries
    }
}
