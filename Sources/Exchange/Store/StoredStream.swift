internal import PSIProtocol

/// How far a stream has come.
public struct StreamStatus: Sendable, Equatable {
    /// Chunks stored; the next one to write has this number.
    public var chunkCount: Int
    /// Whether the last of them is the stream's last.
    public var isComplete: Bool
    /// Bytes stored, as they are on the disk: sealed, if the stream is.
    public var byteCount: Int

    public init(chunkCount: Int, isComplete: Bool, byteCount: Int) {
        self.chunkCount = chunkCount
        self.isComplete = isComplete
        self.byteCount = byteCount
    }
}

/// One chunk of a stream.
public struct StoredChunk: Sendable, Equatable {
    /// At most 4 MiB.
    public var bytes: [UInt8]
    /// Whether it is the stream's last.
    public var isLast: Bool

    public init(bytes: [UInt8], isLast: Bool) {
        self.bytes = bytes
        self.isLast = isLast
    }
}

/// What is known of a stream without opening its files.
struct StoredStream: Sendable {
    /// Bytes of each chunk.
    var chunkByteCounts: [Int] = []
    var isComplete = false
    var byteCount = 0

    var status: StreamStatus {
        StreamStatus(chunkCount: chunkByteCounts.count, isComplete: isComplete, byteCount: byteCount)
    }

    func isLast(_ seq: Int) -> Bool { isComplete && seq == chunkByteCounts.count - 1 }

    mutating func append(byteCount: Int, last: Bool) {
        chunkByteCounts.append(byteCount)
        self.byteCount += byteCount
        isComplete = last
    }
}

/// The streams of a round.
struct StoredRound: Sendable {
    var byteCount = 0
    var chunkCount = 0
    /// Attempts of which anything is stored, by batch and stage.
    var attempts: [Family: Set<Int>] = [:]

    /// All attempts at one stream.
    struct Family: Sendable, Hashable {
        var batch: String
        var stage: StreamStage

        init(_ stream: StreamID) {
            batch = stream.batch
            stage = stream.stage
        }
    }
}
