public import Crypto
public import PSIProtocol
public import Values

/// Reads a stream in order: gets the chunks, opens them unless it is plain, and checks that none is missing.
///
/// The next chunk is on its way while the last one is used, so at most two are in memory. Waits for chunks that are
/// yet to be written, until the task is cancelled.
public struct StreamDownload: ByteSource, Sendable {
    private let stream: StreamID
    private let round: RoundID
    private let transport: any ChunkTransport
    private var reader: SealedStreamReader?
    private var seq = 0
    private var underWay: ChunkTask<StoredChunk>?
    private var isFinished = false

    /// A download of what `sender` sealed to `receiver`, whose key is `privateKey`.
    ///
    /// - Parameter readers: all whom it is sealed to, in their order, where they are several.
    public init(
        sealedBy sender: ParticipantID, receiver: ParticipantID, readers: [ParticipantID]? = nil,
        privateKey: XWingMLKEM768X25519.PrivateKey, stream: StreamID, round: RoundID, transport: any ChunkTransport
    ) throws(SealedStreamError) {
        self.init(plain: stream, round: round, transport: transport)
        reader = try SealedStreamReader(
            round: round, stream: stream, sender: sender, receiver: receiver, readers: readers, privateKey: privateKey)
    }

    /// A download of an unsealed stream. What it carries is whatever the coordinator says: compare its digest with a
    /// signed entry, or authenticate the content otherwise.
    public init(plain stream: StreamID, round: RoundID, transport: any ChunkTransport) {
        self.stream = stream
        self.round = round
        self.transport = transport
    }

    /// The next piece of plaintext, or nil after the last chunk.
    public mutating func next() async throws -> [UInt8]? {
        while !isFinished {
            let task = underWay ?? fetch(seq)
            underWay = nil
            let chunk = try await task.value
            // A chunk that opens proves whether it is the last, so a false claim costs no more than a chunk too many.
            if !chunk.isLast { underWay = fetch(seq + 1) }
            let plaintext = try reader?.open(chunk.bytes, seq: seq, last: chunk.isLast) ?? chunk.bytes
            seq += 1
            isFinished = chunk.isLast
            if !plaintext.isEmpty { return plaintext }
        }
        return nil
    }

    /// Whether the last chunk has been read.
    public var isComplete: Bool { isFinished }

    private func fetch(_ seq: Int) -> ChunkTask<StoredChunk> {
        let (stream, round, transport) = (stream, round, transport)
        return ChunkTask { try await transport.chunk(seq: seq, stream: stream, round: round) }
    }
}
