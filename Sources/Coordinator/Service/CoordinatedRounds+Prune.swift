internal import Daemon
internal import Exchange
internal import Foundation
internal import Logging
internal import PSIProtocol
internal import Values

/// Deleting streams before their retention is over.
extension CoordinatedRounds {
    /// Nobody reads streams after a round's end, but for evidence: what a complaint is about stays for its readers
    /// until the retention is over. Boards stay. [P-73]
    func prune(_ asked: PruneRequest, caller: Caller) async throws(ExchangeRefusal) -> [PrunedRound] {
        if case .round(let round) = asked.choice, rounds[round] == nil { throw ExchangeRefusal(.roundUnknown) }
        var pruned: [PrunedRound] = []
        for round in order {
            if case .round(let only) = asked.choice, only != round { continue }
            let record = try await record(of: round)
            do {
                let byteCount = try await streams.byteCount(of: round)
                let now = Int(clock.unixSeconds())
                let ended = record.ending == nil ? nil : try endTime(of: round)
                let retained = record.agreement.retentionDays
                let reason = Self.reasonToKeep(record, ended: ended, now: now, retainedDays: retained, asked.choice)
                // Of many rounds only those that something is or could be done about.
                if byteCount == 0, case .olderThan = asked.choice { continue }
                pruned.append(PrunedRound(round: round, byteCount: byteCount, keptReason: reason))
                guard reason == nil, !asked.isDry else { continue }
                try await streams.deleteRound(round)
                try didClear(round)
                note("streams deleted", ["round": Self.digits(round), "operator": Self.digits(caller)])
                logger.notice(
                    "An operator has deleted the round's streams",
                    metadata: ["round": "\(round)", "bytes": "\(byteCount)"])
            } catch {
                logger.error(
                    "A round's streams can't be deleted",
                    metadata: ["round": "\(round)", "error": "\(ErrorReport(error).sentence)"])
                throw ExchangeRefusal(.storeFailed)
            }
        }
        return pruned
    }

    /// - Parameters:
    ///   - ended: when the round ended, if it has; in seconds since 1970, as `now`.
    /// - Returns: nil where the streams may go.
    static func reasonToKeep(
        _ record: RoundRecord, ended: Int?, now: Int, retainedDays: Int, _ choice: PruneRequest.Choice
    ) -> String? {
        guard let ended else { return "the round has not ended" }
        let retained = ended + retainedDays * 86_400
        if !record.complaints.isEmpty, now < retained {
            let date = MachineClock.timestamp(Date(timeIntervalSince1970: TimeInterval(retained)))
            return "somebody is accused on its board, and readers may fetch the evidence until \(date)"
        }
        guard case .olderThan(let days) = choice, now - ended < days * 86_400 else { return nil }
        return "it ended less than \(days) days ago"
    }
}
