/// What may be stored of a round, and of the stream that is being written. [P-52]
public struct StreamQuota: Sendable, Equatable {
    /// Least bytes of a chunk that is not its stream's last, 64 KiB.
    public static let leastChunkByteCount = 65_536
    /// Attempts of one batch and stage of which anything may be stored.
    public static let attemptCountLimit = 64

    /// Bytes of all the round's streams.
    public var byteCount: Int
    /// Chunks of all the round's streams.
    public var chunkCount: Int
    /// Bytes of this part of the stream.
    public var streamByteCount: Int
    /// Attempts of this stream's batch and stage, this one among them.
    public var attemptCount: Int
    public var leastChunkByteCount: Int
    /// Parts that the stream has.
    public var partCount: Int

    public init(
        byteCount: Int, chunkCount: Int = .max, streamByteCount: Int = .max, attemptCount: Int = attemptCountLimit,
        leastChunkByteCount: Int = leastChunkByteCount, partCount: Int = 1
    ) {
        self.byteCount = byteCount
        self.chunkCount = chunkCount
        self.streamByteCount = streamByteCount
        self.attemptCount = attemptCount
        self.leastChunkByteCount = leastChunkByteCount
        self.partCount = partCount
    }
}
