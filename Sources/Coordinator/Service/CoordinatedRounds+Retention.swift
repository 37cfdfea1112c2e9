internal import Daemon
internal import Logging
internal import Values

/// Removing boards whose time is over.
extension CoordinatedRounds {
    /// Removes the boards of rounds that ended, whose streams are deleted, and whose deadline is longer ago than the
    /// configuration says. How many rounds of an agreement are spent, and what counts have cost, stays in the state.
    func removeOldBoards() async {
        let now = Int64(clock.unixSeconds())
        for round in order {
            guard let record = rounds[round], record.ending != nil, isCleared(round),
                Int64(clamping: record.opening.deadline) + Int64(configuration.boardDays) * 86_400 < now
            else { continue }
            do {
                try await board.deleteRound(round)
                drop(round)
                try TimeStampStore(home: home.home).remove(round)
                _ = try state.destroy(.round(round))
                logger.notice("A board was kept for long enough and is removed", metadata: ["round": "\(round)"])
            } catch {
                logger.warning(
                    "An old board could not be removed",
                    metadata: ["round": "\(round)", "error": "\(ErrorReport(error).sentence)"])
            }
        }
        writeStatus()
    }
}
