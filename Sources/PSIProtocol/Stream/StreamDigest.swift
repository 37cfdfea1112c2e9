internal import Crypto
internal import Values

/// The digest of a stream: a tree over its parts and their pieces of 1 MiB, so that parts and pieces can be digested
/// anywhere and in any order. [P-59]
public struct StreamDigest: Sendable {
    /// Bytes of every piece of a part but its last.
    public static let pieceByteCount = 1 << 20

    private var stream: SHA256
    private var part = PartDigest()

    /// - Parameter partCount: how many parts the stream has.
    public init(partCount: Int) {
        stream = SHA256()
        stream.update(data: Label.digest.bytes)
        stream.update(data: BigEndian.u32(partCount))
    }

    /// Takes the next bytes of the part under way.
    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { part.update($0) } }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) { part.update(bytes) }

    /// Takes a piece that was hashed elsewhere; between whole pieces, and with no other kind of `update` in the part.
    mutating func add(piece: [UInt8], byteCount: Int) { part.add(piece: piece, byteCount: byteCount) }

    /// The digest of a piece whose bytes lie in several places.
    static func ofPiece(_ bytes: [ArraySlice<UInt8>]) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Label.piece.bytes)
        for some in bytes { some.withUnsafeBytes { hash.update(bufferPointer: $0) } }
        return Array(hash.finalize())
    }

    /// Ends the part; what follows is the next one's.
    public mutating func endPart() {
        stream.update(data: part.finalized())
        part = PartDigest()
    }

    /// 32 bytes, once every part has ended.
    public func finalized() -> [UInt8] { Array(stream.finalize()) }
}

/// The digest of one part.
private struct PartDigest {
    private var pieces: SHA256
    private var piece = PartDigest.emptyPiece()
    private var pieceByteCount = 0
    private var byteCount = 0

    init() {
        pieces = SHA256()
        pieces.update(data: Label.part.bytes)
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let some = rest.prefix(StreamDigest.pieceByteCount - pieceByteCount)
            piece.update(bufferPointer: UnsafeRawBufferPointer(rebasing: some))
            pieceByteCount += some.count
            rest = rest.dropFirst(some.count)
            if pieceByteCount == StreamDigest.pieceByteCount { endPiece() }
        }
        byteCount += bytes.count
    }

    mutating func add(piece: [UInt8], byteCount: Int) {
        pieces.update(data: piece)
        self.byteCount += byteCount
    }

    func finalized() -> [UInt8] {
        var copy = self
        if copy.pieceByteCount > 0 { copy.endPiece() }
        copy.pieces.update(data: BigEndian.u64(UInt64(byteCount)))
        return Array(copy.pieces.finalize())
    }

    private mutating func endPiece() {
        piece.finalize().withUnsafeBytes { pieces.update(bufferPointer: $0) }
        piece = Self.emptyPiece()
        pieceByteCount = 0
    }

    private static func emptyPiece() -> SHA256 {
        var hash = SHA256()
        hash.update(data: Label.piece.bytes)
        return hash
    }
}
