internal import Agreement
internal import Daemon
internal import Logging
internal import PSIProtocol

/// What a coordinator that was restored from a backup does about what it does not know.
extension CoordinatedRounds {
    /// Ends rounds whose board has gone on since the copy was made: their participants refuse the shorter one.
    func settleAfterRestore() async throws {
        guard let mark = try RestoredMark(in: state) else { return }
        logger.warning("This coordinator was restored from a backup: no other may run with the same keys")
        guard mark.wasRunning else { return }
        for record in rounds.values where record.ending == nil && Int64(record.opening.opened) <= mark.made {
            let reason = "The coordinator was restored from a backup that was made while it ran"
            try state.put(.abortReason(of: record.round), Array(reason.utf8))
            try await post(RoundAborted(code: .operatorAborted, participants: []), to: record.round)
        }
    }

    /// Enters the cost of a round that this coordinator has forgotten: participants refuse its number now, since they
    /// know it as that round's. Its noise may have been published. [P-65]
    func bookForgottenRound(of record: RoundRecord) throws {
        guard case .noise(let noise) = record.agreement.counts, record.refusals.values.contains(.roundsSpent),
            let mark = try RestoredMark(in: state), Int64(record.opening.opened) >= mark.made
        else { return }
        try CountLedger(state).charge(record.round, study: record.agreement.study.id, noise)
    }
}
