/// A stream's digest while it is written: pieces are hashed on other cores, as many at once as there are places. [P-59]
struct ParallelStreamDigest {
    private static let placeCount = 4

    private var digest: StreamDigest
    /// Pieces of the part under way that have been handed out, in order.
    private var handedOut: [(byteCount: Int, hash: Task<[UInt8], Never>)] = []
    /// Of the piece under way.
    private var bytes: [ArraySlice<UInt8>] = []
    private var byteCount = 0

    init(partCount: Int) { digest = StreamDigest(partCount: partCount) }

    /// Takes the next bytes of the part under way. Returns when there is a place for them.
    mutating func update(_ more: [UInt8]) async {
        var rest = more[...]
        while !rest.isEmpty {
            let some = rest.prefix(StreamDigest.pieceByteCount - byteCount)
            bytes.append(some)
            byteCount += some.count
            rest = rest.dropFirst(some.count)
            if byteCount == StreamDigest.pieceByteCount { await endPiece() }
        }
    }

    /// Ends the part; what follows is the next one's.
    mutating func endPart() async {
        if byteCount > 0 { await endPiece() }
        while !handedOut.isEmpty { await takeFirst() }
        digest.endPart()
    }

    /// 32 bytes, once every part has ended.
    func finalized() -> [UInt8] { digest.finalized() }

    private mutating func endPiece() async {
        if handedOut.count == Self.placeCount { await takeFirst() }
        let piece = bytes
        handedOut.append((byteCount, Task { StreamDigest.ofPiece(piece) }))
        bytes = []
        byteCount = 0
    }

    private mutating func takeFirst() async {
        let first = handedOut.removeFirst()
        digest.add(piece: await first.hash.value, byteCount: first.byteCount)
    }
}
