internal import Daemon
internal import Exchange
internal import Logging
internal import PSIProtocol
internal import Values

/// Reads what others say when this participant's part in a round is over, mostly that they sign its end: so that what
/// is kept here shows whether all have.
struct LateEntries: Sendable {
    let boards: BoardKeeper
    let client: any CoordinatorPort
    let logger: Logger

    private static let pause = Duration.seconds(600)
    /// How long after a round's deadline somebody may still be late.
    private static let patienceSeconds: Int64 = 14 * 86_400

    /// Until it is cancelled.
    func run() async {
        var done: Set<RoundID> = []
        while !Task.isCancelled {
            do { try await Task.sleep(for: Self.pause) } catch { return }
            await look(&done)
        }
    }

    /// Looks once at every round that is kept and not complete.
    ///
    /// - Parameter done: rounds that need no further look.
    func look(_ done: inout Set<RoundID>) async {
        let rounds = (try? boards.archive.rounds()) ?? []
        for round in rounds where !done.contains(round) && !Task.isCancelled {
            do {
                if try await isComplete(round) { done.insert(round) }
            } catch is CancellationError {
                return
            } catch {
                if Task.isCancelled { return }
                logger.info(
                    "What others say after a round could not be read; trying again later",
                    metadata: [
                        "round": "\(round.description.prefix(12))", "error": "\(ErrorReport(error).sentence)",
                    ])
            }
        }
    }

    private func isComplete(_ round: RoundID) async throws -> Bool {
        guard let kept = try boards.archive.board(of: round), let opening = kept.opening,
            boards.now < Int64(clamping: opening.deadline) + Self.patienceSeconds
        else { return true }
        var record = try ReplayedBoard(agreement: kept.agreement, board: kept.entries).record
        while !(record.ending != nil && record.allErased) {
            let page = try await client.entries(of: round, after: record.head.count)
            var taken: [[UInt8]] = []
            for entry in page.entries {
                try record.fold(entry.bytes)
                taken.append(entry.bytes)
            }
            try boards.keep(taken, of: record, agreement: kept.agreement)
            if page.isLast || page.entries.isEmpty { break }
        }
        return record.ending != nil && record.allErased
    }
}
