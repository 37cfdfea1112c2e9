internal import Daemon
internal import Exchange
internal import Foundation
internal import PSIProtocol

/// What a study's published counts have cost so far, and the noise of rounds under way. [A-73] [P-65]
extension CoordinatorService {
    /// One round whose noise was drawn.
    private struct Spent: Codable {
        let round: String
        let kind: String
        /// Of the round, in billionths: ε, and for a Gaussian round the power of ten of its δ.
        let epsilon: Int
        let deltaPower: Int?

        init(_ noise: CountNoise, round: RoundID) {
            self.round = "\(round)"
            kind = noise.kind.rawValue
            epsilon = noise.epsilon.value
            deltaPower = noise.deltaPower
        }

        var noise: CountNoise? {
            CountNoise.Kind(rawValue: kind).map {
                CountNoise(
                    kind: $0, epsilon: Billionths(epsilon), deltaPower: deltaPower, totalEpsilon: Billionths(epsilon))
            }
        }
    }

    private static func ledgerName(_ study: String) -> String { "studies/\(study)/counts-spent" }
    private static func noiseName(_ round: RoundID) -> String { "rounds/\(round)/noise" }

    /// Whether the study's counts can be told once more; other rounds of it that are open count as told.
    func checkBudget(of agreement: Agreement) throws(ExchangeRefusal) {
        guard case .noise(let noise) = agreement.counts else { return }
        let spent: PrivacySpending
        do {
            spent = try spending(of: agreement.study.id, withOpenRounds: true)
        } catch {
            logger.error("What counts have cost can't be read", metadata: ["error": "\(ErrorReport(error).sentence)"])
            throw ExchangeRefusal(.serverFailed)
        }
        guard spent.allows(noise) else { throw ExchangeRefusal(.agreementRefused, Self.overspent(spent, noise)) }
    }

    private static func overspent(_ spent: PrivacySpending, _ noise: CountNoise) -> String {
        let so = spent.total(deltaPower: noise.deltaPower).map { "\($0)" } ?? "more than it can account for"
        return "The counts of this study have cost an epsilon of \(so), and a round costs \(noise.epsilon): "
            + "together more than the agreement's total_epsilon of \(noise.totalEpsilon). No further counts can be "
            + "published under it."
    }

    /// The noise of a round, drawn and kept before anybody sees a count with it: a coordinator that was killed publishes the
    /// same numbers afterwards.
    func noise(for record: RoundRecord, _ plan: NoisePlan) throws -> [Int] {
        guard case .noise(let noise) = record.agreement.counts else { throw CoordinatorError.noNoise }
        let name = Self.noiseName(record.round)
        if let kept = try state.get(name) {
            let draws = try JSONDecoder().decode([Int].self, from: Data(kept))
            guard draws.count == plan.drawCount else { throw CoordinatorError.noNoise }
            return draws
        }
        let study = record.agreement.study.id
        var ledger = try ledger(of: study)
        // Spent without noise: killed between the two, so nobody has seen anything.
        if !ledger.contains(where: { $0.round == "\(record.round)" }) {
            let spent = try spending(of: study, withOpenRounds: false)
            guard spent.allows(noise) else { throw CoordinatorError.countsSpent(Self.overspent(spent, noise)) }
            ledger.append(Spent(noise, round: record.round))
            try state.put(Self.ledgerName(study), Array(try JSONEncoder().encode(ledger)))
        }
        let draws = plan.draw()
        try state.put(name, Array(try JSONEncoder().encode(draws)))
        return draws
    }

    /// Once a round is over, nobody needs its noise, and with it the exact counts could be computed.
    func forgetNoise(of round: RoundID) throws {
        guard state.contains(Self.noiseName(round)) else { return }
        try state.remove(Self.noiseName(round))
    }

    private func ledger(of study: String) throws -> [Spent] {
        try state.get(Self.ledgerName(study)).map { try JSONDecoder().decode([Spent].self, from: Data($0)) } ?? []
    }

    /// By the ledger, and by the boards where the ledger has been lost.
    private func spending(of study: String, withOpenRounds: Bool) throws -> PrivacySpending {
        let ledger = try ledger(of: study)
        var spending = PrivacySpending()
        for entry in ledger {
            guard let noise = entry.noise else { throw CoordinatorError.noNoise }
            spending.add(noise)
        }
        let known = Set(ledger.map(\.round))
        for record in rounds.values where record.agreement.study.id == study && !known.contains("\(record.round)") {
            guard case .noise(let noise) = record.agreement.counts,
                record.counted != nil || (withOpenRounds && record.ending == nil)
            else { continue }
            spending.add(noise)
        }
        return spending
    }
}
