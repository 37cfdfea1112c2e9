internal import Crypto
internal import Values

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
