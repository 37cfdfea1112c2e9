internal import Values

/// Whole records of fixed width from a byte source, part by part, with a running digest and count.
///
/// Shared by everything that reads a stream of records. [P-33]
struct RecordReader<Source: ByteSource> {
    private var source: Source
    private let width: Int
    private let prefixByteCount: Int
    private let headByteCount: Int
    private let sender: ParticipantID?
    private let partCount: Int
    /// The part that the records last handed on are of.
    private(set) var part = 0
    private var partsAtEnd = 0
    /// Of what is before the part's records and has not been read yet.
    private var prefixLeft: Int
    private var pending: [UInt8] = []
    private var position = 0
    private var running: StreamDigest
    /// Bytes read so far.
    private var byteCount = 0
    /// Records handed on so far.
    private(set) var count = 0
    /// What came before the first record of each part that has begun.
    private(set) var prefixes: [[UInt8]] = []

    /// - Parameters:
    ///   - partCount: how many parts the stream has.
    ///   - prefixByteCount: bytes before the first record of each part, which are digested but are none.
    ///   - headByteCount: the same before all that, in the first part only.
    ///   - sender: who is to blame for a part that ends within a record or within these bytes.
    init(
        _ source: Source, width: Int, partCount: Int, prefixByteCount: Int = 0, headByteCount: Int = 0,
        by sender: ParticipantID?
    ) {
        self.source = source
        self.width = width
        self.partCount = partCount
        self.prefixByteCount = prefixByteCount
        self.prefixLeft = prefixByteCount + headByteCount
        self.headByteCount = headByteCount
        self.sender = sender
        running = StreamDigest(partCount: partCount)
    }

    /// Up to `most` records of one part, or nil at the end of the last.
    mutating func next(most: Int) async throws -> [UInt8]? {
        while partsAtEnd < partCount {
            if partsAtEnd > part {
                try await source.nextPart()
                part += 1
            }
            if let records = try await nextOfPart(most) { return records }
            running.endPart()
            partsAtEnd += 1
            prefixLeft = prefixByteCount
        }
        return nil
    }

    private mutating func nextOfPart(_ most: Int) async throws -> [UInt8]? {
        try await fill(prefixLeft + most * width)
        guard pending.count - position >= prefixLeft else {
            throw ProtocolViolation(.partialRecord, by: sender, index: count)
        }
        if prefixLeft > 0 { prefixes.append(Array(pending[position..<(position + prefixLeft)])) }
        position += prefixLeft
        prefixLeft = 0
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

    /// Has `byteCount` bytes at `position` in memory, or all that are left of the part.
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
        running.update(piece)
        byteCount += piece.count
    }

    /// What is wrong with a sealed stream, said of whoever it must have been. [P-33]
    ///
    /// Sealing does not tell who sealed: the keeper of a stream could put another in its place. So its sender is named
    /// only for a stream that is, to its end, the one whose digest it signed. Whether the length is the promised one
    /// the keeper sees without opening anything.
    mutating func attributed(
        _ violation: ProtocolViolation, promised: AnnouncedStream, keeper: ParticipantID
    ) async throws -> ProtocolViolation {
        switch violation.kind {
        case .partialRecord, .wrongCount: return violation.blaming(keeper)
        case .wrongDigest: return violation.blaming(nil)
        default: break
        }
        let (records, overflow) = promised.count.multipliedReportingOverflow(by: width)
        let most = overflow ? Int.max : records
        while partsAtEnd < partCount {
            if partsAtEnd > part {
                try await source.nextPart()
                part += 1
            }
            while byteCount - partCount * prefixByteCount - headByteCount <= most, let piece = try await source.next() {
                take(piece)
            }
            running.endPart()
            partsAtEnd += 1
        }
        return digest() == promised.digest.bytes ? violation : ProtocolViolation(.wrongDigest)
    }

    /// Of everything read, once the last part has ended. [P-59]
    func digest() -> [UInt8] { running.finalized() }
}
