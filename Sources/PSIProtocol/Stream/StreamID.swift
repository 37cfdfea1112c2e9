/// Names one bulk stream of a round: `{batch}/{stage}/{attempt}` in the coordinator's paths.
public struct StreamID: Sendable, Hashable, CustomStringConvertible {
    /// A register's id for lists and vaults; a participant's id for selections and releases.
    public let batch: String
    public let stage: StreamStage
    /// 0…65,535. A stage that dies half-way starts again under a new attempt with a fresh encapsulation.
    public let attempt: Int

    public init(batch: String, stage: StreamStage, attempt: Int) {
        self.batch = batch
        self.stage = stage
        self.attempt = attempt
    }

    public var description: String { "\(batch)/\(stage)/\(attempt)" }
}
