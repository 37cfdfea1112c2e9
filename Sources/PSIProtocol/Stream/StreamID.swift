/// Names one part of a bulk stream of a round: `{batch}/{stage}/{attempt}/{part}` in the coordinator's paths. [P-50]
public struct StreamID: Sendable, Hashable, CustomStringConvertible {
    /// A register's id for lists and vaults; a participant's id for selections and releases.
    public let batch: String
    public let stage: StreamStage
    /// 0…65,535. A stage that dies half-way starts again under a new attempt with a fresh encapsulation.
    public let attempt: Int

    /// 0 up to the agreement's number of parts, less one. Each is stored, sealed and read by itself.
    public let part: Int

    public init(batch: String, stage: StreamStage, attempt: Int, part: Int = 0) {
        self.batch = batch
        self.stage = stage
        self.attempt = attempt
        self.part = part
    }

    /// Another part of the same stream.
    public func part(_ part: Int) -> StreamID {
        StreamID(batch: batch, stage: stage, attempt: attempt, part: part)
    }

    public var description: String { "\(batch)/\(stage)/\(attempt)/\(part)" }
}
