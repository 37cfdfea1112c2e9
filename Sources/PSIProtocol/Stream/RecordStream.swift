public import Agreement
internal import Crypto
internal import Values

/// The random bytes that every list begins with, at every stage.
///
/// A list's digest, which stands on the board, covers them, so that nobody can compare it with that of a list of their
/// own making. [P-30]
public enum ListPrefix {
    public static let byteCount = 32

    /// Fresh bytes from the system's generator.
    static func random() -> [UInt8] { SecretBytes(randomByteCount: byteCount).withUnsafeBytes { Array($0) } }
}

/// Whole records of fixed width from a byte source, with a running digest and count.
///
/// Shared by everything that reads a list. [P-33]
struct RecordReader<Source: ByteSource> {
    private var source: Source
    private let width: Int
    /// Of what is before the records and has not been read yet.
    private var prefixByteCount: Int
    private let sender: ParticipantID?
    private var pending: [UInt8] = []
    private var position = 0
    private var hash = SHA256()
    /// Bytes read so far.
    private var byteCount = 0
    /// Records handed on so far.
    private(set) var count = 0

    /// - Parameters:
    ///   - prefixByteCount: bytes before the first record, which are digested but are none.
    ///   - sender: who is to blame for a stream that ends within a record or within these bytes.
    init(_ source: Source, width: Int, prefixByteCount: Int = 0, by sender: ParticipantID?) {
        self.source = source
        self.width = width
        self.prefixByteCount = prefixByteCount
        self.sender = sender
    }

    /// Up to `most` records, or nil at the end.
    mutating func next(most: Int) async throws -> [UInt8]? {
        try await fill(prefixByteCount + most * width)
        guard pending.count - position >= prefixByteCount else {
            throw ProtocolViolation(.partialRecord, by: sender, index: count)
        }
        position += prefixByteCount
        prefixByteCount = 0
        let available = min(most, (pending.count - position) / width)
        guard available > 0 else {
            guard position == pending.count else { throw ProtocolViolation(.partialRecord, by: sender, index: count) }
            return nil
        }
        let end = position + available * width
        defer { position = end }
        count += available
        return Array(pending[position..<end])
    }

    /// Has `byteCount` bytes at `position` in memory, or all that are left.
    private mutating func fill(_ byteCount: Int) async throws {
        while pending.count - position < byteCount {
            guard let piece = try await source.next() else { break }
            if position > 0 {
                pending.removeSubrange(..<position)
                position = 0
            }
            take(piece)
            pending += piece
        }
    }

    private mutating func take(_ piece: [UInt8]) {
        hash.update(data: piece)
        byteCount += piece.count
    }

    /// What is wrong with a sealed stream, said of whoever it must have been. [P-33]
    ///
    /// Sealing does not tell who sealed: the keeper of a stream could put another in its place. So its sender is named
    /// only for a stream that is, to its end, the one whose digest it signed. Whether the length is the promised one the
    /// keeper sees without opening anything.
    mutating func attributed(
        _ violation: ProtocolViolation, promised: StoredStream, keeper: ParticipantID
    ) async throws -> ProtocolViolation {
        switch violation.kind {
        case .partialRecord, .wrongCount: return violation.blaming(keeper)
        case .wrongDigest: return violation.blaming(nil)
        default: break
        }
        let (most, overflow) = promised.count.multipliedReportingOverflow(by: width)
        while byteCount - ListPrefix.byteCount <= (overflow ? .max : most), let piece = try await source.next() {
            take(piece)
        }
        return digest() == promised.digest.bytes ? violation : ProtocolViolation(.wrongDigest)
    }

    /// SHA-256 of everything read so far.
    func digest() -> [UInt8] {
        let copy = hash
        return Array(copy.finalize())
    }
}

/// Counts and digests what goes into a byte sink, and gathers small records into pieces of a good size.
struct RecordWriter<Sink: ByteSink> {
    private(set) var sink: Sink
    private var block: [UInt8] = []
    private var hash = SHA256()
    private(set) var count = 0

    static var blockByteCount: Int { 1 << 18 }

    /// - Parameter prefix: bytes before the first record, which are digested but are none.
    init(_ sink: Sink, prefix: [UInt8] = []) {
        self.sink = sink
        self.block = prefix
    }

    mutating func write(_ record: some Collection<UInt8>) async throws {
        block.append(contentsOf: record)
        count += 1
        if block.count >= Self.blockByteCount { try await flush() }
    }

    /// Writes `count` records that lie one after the other, of about a block's size in all.
    mutating func write(records: [UInt8], count: Int) async throws {
        try await flush()
        hash.update(data: records)
        try await sink.write(records)
        self.count += count
    }

    /// Passes on what is left.
    mutating func finish() async throws -> ListSummary {
        try await flush()
        let copy = hash
        return ListSummary(count: count, digest: Array(copy.finalize()))
    }

    private mutating func flush() async throws {
        guard !block.isEmpty else { return }
        hash.update(data: block)
        try await sink.write(block)
        block.removeAll(keepingCapacity: true)
    }
}

/// How many records a list has and what they hash to.
public struct ListSummary: Sendable, Equatable {
    public let count: Int
    /// SHA-256, 32 bytes.
    public let digest: [UInt8]

    public init(count: Int, digest: [UInt8]) {
        self.count = count
        self.digest = digest
    }

    /// As the board says it, under the attempt that stored the list.
    public func stored(attempt: Int) -> StoredStream {
        StoredStream(attempt: attempt, count: count, digest: HexBytes(digest))
    }

    /// - Throws: `ProtocolViolation` unless this is what `stream` promised.
    func check(against stream: StoredStream, by participant: ParticipantID) throws(ProtocolViolation) {
        guard count == stream.count else { throw ProtocolViolation(.wrongCount, by: participant) }
        guard digest == stream.digest.bytes else { throw ProtocolViolation(.wrongDigest, by: participant) }
    }
}

/// The layout of an item on its way round the ring: encoded elements, then a capsule when rows are released. [P-30]
public struct ItemLayout: Sendable, Equatable {
    public let elementByteCount: Int
    /// Elements of an item.
    public let elementCount: Int
    public let hasCapsule: Bool

    public init<S: Suite>(_: S.Type, agreement: Agreement) {
        elementByteCount = S.elementByteCount
        elementCount = agreement.elementCount
        hasCapsule = agreement.release == .rows
    }

    public var capsuleByteCount: Int { hasCapsule ? Capsule.byteCount : 0 }
    public var elementsByteCount: Int { elementCount * elementByteCount }
    /// An item between hops.
    public var itemByteCount: Int { elementsByteCount + capsuleByteCount }
    public var tagsByteCount: Int { elementCount * ExitSalt.tagByteCount }
    /// An item after the exit, where tags stand for elements.
    public var taggedItemByteCount: Int { tagsByteCount + capsuleByteCount }
}
