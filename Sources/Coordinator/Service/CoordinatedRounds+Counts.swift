internal import Agreement
internal import Daemon
internal import Exchange
internal import Logging
internal import PSIProtocol
internal import Values

/// Noise on counts and the account of it. [A-73] [P-65]
extension CoordinatedRounds {
    /// Whether the study's counts can be told once more; other rounds of it that are open count as told.
    func checkBudget(of agreement: Agreement) throws(ExchangeRefusal) {
        guard case .noise(let noise) = agreement.counts else { return }
        let others = noisyRounds(of: agreement.study.id) { $0.hasSpentNoise || $0.ending == nil }
        do {
            for record in rounds.values { try bookForgottenRound(of: record) }
            try CountLedger(state).check(noise, study: agreement.study.id, others: others)
        } catch let error as CountLedgerError {
            throw ExchangeRefusal(.agreementRefused, error.description)
        } catch {
            logger.error("What counts have cost can't be read", metadata: ["error": "\(ErrorReport(error).sentence)"])
            throw ExchangeRefusal(.serverFailed)
        }
    }

    /// The noise of a round, the same however often it is asked.
    ///
    /// - Parameter together: the noise that the nodes of a verified round have drawn.
    func noise(for record: RoundRecord, _ plan: NoisePlan, together: [Int]? = nil) throws -> [Int] {
        guard case .noise(let noise) = record.agreement.counts else { throw CountLedgerError.damaged }
        let study = record.agreement.study.id
        let others = noisyRounds(of: study) { $0.hasSpentNoise && $0.round != record.round }
        return try CountLedger(state).noise(
            of: record.round, study: study, noise, plan, together: together, others: others)
    }

    /// Enters the cost of a round whose noise the coordinator knows from now on: if it stopped the round, it would have
    /// chosen.
    func bookNoise(of record: RoundRecord) throws {
        guard case .noise(let noise) = record.agreement.counts, record.drawsNoiseTogether, record.allRevealed else {
            return
        }
        let study = record.agreement.study.id
        let others = noisyRounds(of: study) { $0.hasSpentNoise && $0.round != record.round }
        try CountLedger(state).enter(record.round, study: study, noise, others: others)
    }

    private func noisyRounds(of study: String, where counts: (RoundRecord) -> Bool) -> [RoundID: CountNoise] {
        rounds.values.filter { $0.agreement.study.id == study && counts($0) }.reduce(into: [:]) { found, record in
            if case .noise(let noise) = record.agreement.counts { found[record.round] = noise }
        }
    }
}

extension RoundRecord {
    /// Whether somebody may have seen counts with the round's noise, or the noise itself.
    fileprivate var hasSpentNoise: Bool { counted != nil || drawsNoiseTogether && allRevealed }
}
