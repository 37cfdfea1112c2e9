internal import Exchange
internal import PSIProtocol
internal import Values

/// How many bytes of each ring stage under way have come in, for those who watch. Forgotten at a restart.
struct StageProgress {
    private struct Stage: Hashable {
        var round: RoundID
        var batch: String
        var stage: StreamStage
    }

    /// Bytes of each part.
    private var latest: [Stage: (attempt: Int, byteCounts: [Int: Int])] = [:]

    mutating func note(_ stream: StreamID, of round: RoundID, byteCount: Int) {
        let stage = Stage(round: round, batch: stream.batch, stage: stream.stage)
        if let known = latest[stage], known.attempt > stream.attempt { return }
        if latest[stage]?.attempt != stream.attempt { latest[stage] = (stream.attempt, [:]) }
        latest[stage]?.byteCounts[stream.part] = byteCount
    }

    /// Of the latest attempt, sealed.
    func byteCount(of stage: StreamStage, batch: String, round: RoundID) -> Int {
        latest[Stage(round: round, batch: batch, stage: stage)]?.byteCounts.values.reduce(0, +) ?? 0
    }

    mutating func forget(_ round: RoundID) { latest = latest.filter { $0.key.round != round } }
}
