public import PSIProtocol
public import Values

/// Writes a stream: cuts the bytes into chunks of 1 MiB, seals them unless it is plain, and stores them.
///
/// One chunk is under way while the next is filled, so at most three are in memory. A stream that dies is not taken up
/// again: start a new attempt with a new upload.
public struct StreamUpload: StreamSink, Sendable {
    /// Plaintext of every chunk but the last.
    public static let chunkByteCount = 1_048_576

    private let stream: StreamID
    private let round: RoundID
    private let transport: any ChunkTransport
    private var writer: SealedStreamWriter?
    private var pending: [UInt8] = []
    private var seq = 0
    private var underWay: ChunkTask<Void>?
    private var isFinished = false

    /// An upload whose chunks only `receiver` can open.
    public init(
        sealedFor receiver: ParticipantID, receiverKey: [UInt8], sender: ParticipantID, stream: StreamID,
        round: RoundID,
        transport: any ChunkTransport
    ) throws(SealedStreamError) {
        self.init(plain: stream, round: round, transport: transport)
        writer = try SealedStreamWriter(
            round: round, stream: stream, sender: sender, receiver: receiver, receiverKey: receiverKey)
    }

    /// An upload whose chunks each of these can open.
    public init(
        sealedFor receivers: [SealedStreamWriter.Receiver], sender: ParticipantID, stream: StreamID, round: RoundID,
        transport: any ChunkTransport
    ) throws(SealedStreamError) {
        self.init(plain: stream, round: round, transport: transport)
        writer = try SealedStreamWriter(round: round, stream: stream, sender: sender, receivers: receivers)
    }

    /// An upload of what is sealed already, or meant for the coordinator: vaults and selections.
    public init(plain stream: StreamID, round: RoundID, transport: any ChunkTransport) {
        self.stream = stream
        self.round = round
        self.transport = transport
    }

    public mutating func write(_ bytes: [UInt8]) async throws {
        guard !isFinished else { throw SealedStreamError.afterLast }
        var rest = bytes[...]
        while !rest.isEmpty {
            // A full chunk waits here for more, since only the stream's end tells which chunk is the last.
            if pending.count == Self.chunkByteCount { try await send(last: false) }
            let part = rest.prefix(Self.chunkByteCount - pending.count)
            pending += part
            rest = rest.dropFirst(part.count)
        }
    }

    /// Stores the last chunk and returns once the whole stream is on the coordinator's disk.
    ///
    /// A stream of no bytes has one chunk.
    public mutating func finish() async throws {
        guard !isFinished else { throw SealedStreamError.afterLast }
        try await send(last: true)
        isFinished = true
        try await underWay?.value
        underWay = nil
    }

    private mutating func send(last: Bool) async throws {
        let plaintext = pending
        pending = []
        if !last { pending.reserveCapacity(Self.chunkByteCount) }
        let chunk = try writer?.seal(plaintext, last: last) ?? plaintext
        try await underWay?.value
        let (seq, stream, round, transport) = (seq, stream, round, transport)
        underWay = ChunkTask {
            try await transport.put(chunk, seq: seq, last: last, stream: stream, round: round)
        }
        self.seq += 1
    }
}
