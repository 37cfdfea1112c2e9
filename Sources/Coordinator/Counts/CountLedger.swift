public import Agreement
public import Daemon
internal import Foundation
public import PSIProtocol
public import Values

/// What the published counts of studies have cost so far, and the noise of rounds under way, in the sealed state.
/// [A-73] [P-65]
public struct CountLedger: Sendable {
    private let state: SealedState

    public init(_ state: SealedState) { self.state = state }

    /// One round whose noise was drawn.
    private struct Spent: Codable {
        let round: String
        let kind: String
        /// ε of the round in billionths, and for a Gaussian round the power of ten of its δ.
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

    /// Throws if one more round of this noise would cost more than its agreement allows the study.
    ///
    /// - Parameter others: rounds of the study that count whether the ledger knows them or not: those on the boards.
    public func check(_ noise: CountNoise, study: String, others: [RoundID: CountNoise]) throws {
        try check(noise, try ledger(of: study), others)
    }

    private func check(_ noise: CountNoise, _ ledger: [Spent], _ others: [RoundID: CountNoise]) throws {
        var spending = PrivacySpending()
        for entry in ledger {
            guard let noise = entry.noise else { throw CountLedgerError.damaged }
            spending.add(noise)
        }
        let known = Set(ledger.map(\.round))
        for (round, noise) in others where !known.contains("\(round)") { spending.add(noise) }
        guard !spending.allows(noise) else { return }
        throw CountLedgerError.overspent(spending.total(deltaPower: noise.deltaPower), noise)
    }

    /// The noise of a round, entered and kept before anybody sees a count with it: who was killed publishes the same
    /// numbers afterwards.
    ///
    /// - Parameters:
    ///   - others: see `check`; the round itself is not among them.
    ///   - together: the noise, where it has been drawn elsewhere.
    public func noise(
        of round: RoundID, study: String, _ noise: CountNoise, _ plan: NoisePlan, together: [Int]? = nil,
        others: [RoundID: CountNoise]
    ) throws -> [Int] {
        if let together {
            try enter(round, study: study, noise, others: others)
            return together
        }
        let name = StateName.noise(of: round)
        if let kept = try state.get(name) {
            let draws = try JSONDecoder().decode([Int].self, from: Data(kept))
            guard draws.count == plan.drawCount else { throw CountLedgerError.damaged }
            return draws
        }
        // It may be entered without noise: killed between the two, so nobody has seen anything.
        try enter(round, study: study, noise, others: others)
        let draws = plan.draw()
        try state.put(name, Array(try JSONEncoder().encode(draws)))
        return draws
    }

    /// Enters a round once.
    ///
    /// - Throws: `CountLedgerError.overspent` where the study cannot afford it.
    public func enter(
        _ round: RoundID, study: String, _ noise: CountNoise, others: [RoundID: CountNoise]
    ) throws {
        let ledger = try ledger(of: study)
        if ledger.contains(where: { $0.round == "\(round)" }) { return }
        try check(noise, ledger, others)
        try charge(round, study: study, noise)
    }

    /// Enters a round that was paid for, whether or not the study could afford it.
    public func charge(_ round: RoundID, study: String, _ noise: CountNoise) throws {
        var ledger = try ledger(of: study)
        if ledger.contains(where: { $0.round == "\(round)" }) { return }
        ledger.append(Spent(noise, round: round))
        try state.put(.countsSpent(study: study), Array(try JSONEncoder().encode(ledger)))
    }

    /// Once a round is over, nobody needs its noise, and with it the exact counts could be computed.
    public func forgetNoise(of round: RoundID) throws {
        guard state.contains(.noise(of: round)) else { return }
        try state.remove(.noise(of: round))
    }

    private func ledger(of study: String) throws -> [Spent] {
        guard let bytes = try state.get(.countsSpent(study: study)) else { return [] }
        do {
            return try JSONDecoder().decode([Spent].self, from: Data(bytes))
        } catch {
            throw CountLedgerError.damaged
        }
    }
}

public enum CountLedgerError: Error, Equatable, CustomStringConvertible, ReportableError {
    /// What the study has cost, if it can be said at the agreement's δ, and the noise of the round that is too much.
    case overspent(Billionths?, CountNoise)
    /// What is kept does not fit.
    case damaged

    public var description: String {
        switch self {
        case .overspent(let spent, let noise):
            "The counts of this study have cost an epsilon of \(spent.map { "\($0)" } ?? "more than can be told"), and "
                + "a round costs \(noise.epsilon): together more than the agreement's total_epsilon of "
                + "\(noise.totalEpsilon). No further counts can be published under it."
        case .damaged:
            "the account of the noise of counts in `state` is damaged: restore the coordinator "
                + "from a backup"
        }
    }

    public var exitStatus: ExitStatus { .badData }
}
