internal import Agreement
internal import Crypto
internal import Values

/// Does the coordinator's matching again, and compares. [P-71]
struct ResultCheck {
    private let record: RoundRecord
    private let me: ParticipantID
    private let port: any StreamPort
    private let workers: Workers

    init(_ record: RoundRecord, by me: ParticipantID, port: any StreamPort, workers: Workers) {
        self.record = record
        self.me = me
        self.port = port
        self.workers = workers
    }

    /// - Parameter noiseSeed: what noise the nodes have drawn together follows from; nil where there is none.
    /// - Returns: whether the counts are those that the lists give.
    func counts(noiseSeed: SymmetricKey?) async throws -> Bool {
        let result = try await record.matchedLists(for: me, port: port, workers: workers)
        var noise: (plan: NoisePlan, draws: [Int])?
        if let plan = try NoisePlan(record.agreement) {
            guard let noiseSeed else { return false }
            noise = (plan, plan.draw(from: noiseSeed))
        }
        return result.published(noise: noise) == record.counted
    }

    /// - Parameter seed: what the selected capsules were re-randomised with.
    /// - Returns: what was found, if it is what the coordinator says.
    func selection(seed: SymmetricKey) async throws -> MatchResult? {
        let result = try await record.matchedLists(for: me, port: port, workers: workers)
        guard let selected = record.selected, result.obstacle == nil, let capsuleKey = try record.capsuleKey() else {
            return nil
        }
        var (requests, selection) = (NoSink(), NoSink())
        let own = try await result.select(
            for: capsuleKey, seed: seed, workers: workers, requests: &requests, selection: &selection)
        guard own.requests.announced(attempt: selected.requests.attempt) == selected.requests,
            own.selection.announced(attempt: selected.selection.attempt) == selected.selection
        else { return nil }
        return result
    }
}
