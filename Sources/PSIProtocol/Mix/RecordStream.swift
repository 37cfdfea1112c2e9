internal import Crypto

/// Whole records of fixed width from a byte source, with a running digest and count.
///
/// Shared by everything that reads a list. [P-33]
struct RecordReader<Source: ByteSource> {
    private var source: Source
    private let width: Int
    private let sender: ParticipantID?
    private var pending: [UInt8] = []
    private var position = 0
    private var hash = SHA256()
    private(set) var count = 0

    /// - Parameter sender: who is to blame for a stream that ends within a record.
    init(_ source: Source, width: Int, by sender: ParticipantID?) {
        self.source = source
        self.width = width
        self.sender = sender
    }

    /// Up to `most` records, or nil at the end.
    mutating func next(most: Int) async throws -> [UInt8]? {
        while pending.count - position < most * width {
            guard let piece = try await source.next() else { break }
            if position > 0 {
                pending.removeSubrange(..<position)
                position = 0
            }
            hash.update(data: piece)
            pending += piece
        }
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

    init(_ sink: Sink) { self.sink = sink }

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
