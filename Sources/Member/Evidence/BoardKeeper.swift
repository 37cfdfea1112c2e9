public import Daemon
internal import Files
public import Logging
internal import PSIProtocol
internal import Synchronization
internal import Values

/// Keeps the boards of this participant's rounds as they are read, and removes them when their time is over.
///
/// What cannot be kept is told, and stops no round: what is missing is fetched again later, as long as the coordinator
/// has it.
public final class BoardKeeper: Sendable {
    let archive: BoardArchive
    private let days: Int
    private let clock: MachineClock
    private let logger: Logger
    /// Seconds since 1970.
    var now: Int64 { clock.unixSeconds() }
    /// The heads of boards that still grow.
    private let known = Mutex<[RoundID: [BoardHead]]>([:])
    /// When was tidied last, and until when each round is kept.
    private let deadlines = Mutex<(tidied: Int64?, until: [RoundID: Int64])>((nil, [:]))

    /// - Parameter days: how many from a round's deadline on.
    public init(
        archive: BoardArchive, days: Int = BoardArchive.standardDays, clock: MachineClock = .system, logger: Logger
    ) {
        self.archive = archive
        self.days = days
        self.clock = clock
        self.logger = logger
    }

    /// Keeps entries that a record has taken in: its last.
    ///
    /// - Throws: `ProtocolViolation(.boardForked)` where another board is kept: the coordinator shows two.
    func keep(_ entries: [[UInt8]], of record: RoundRecord, agreement: [UInt8]) throws(ProtocolViolation) {
        guard !entries.isEmpty else { return }
        let before = record.head.count - entries.count
        let heads = heads(of: record.round)
        let common = min(heads.count, record.heads.count) - 1
        guard common < 0 || heads[common] == record.heads[common] else {
            throw ProtocolViolation(.boardForked, by: record.coordinator)
        }
        let count = heads.count - 1
        guard count >= before, count < record.head.count else { return }
        do {
            guard try archive.append(entries, after: before, of: record.round, agreement: agreement) else { return }
        } catch { return tell(error, record.round) }
        let kept = record.ending != nil && record.allErased ? nil : record.heads
        known.withLock { $0[record.round] = kept }
    }

    /// Of the board that is kept.
    private func heads(of round: RoundID) -> [BoardHead] {
        if let heads = known.withLock({ $0[round] }) { return heads }
        var heads: [BoardHead] = [.empty]
        do { heads = try archive.board(of: round)?.heads ?? heads } catch {
            tell(error, round)
            // What was damaged is read anew from the coordinator.
            if case FileError.altered? = error as? FileError { try? archive.remove(round) }
        }
        let found = heads
        known.withLock { $0[round] = found }
        return heads
    }

    private func tell(_ error: any Error, _ round: RoundID) {
        logger.warning(
            "A part of the round's board could not be kept; it is fetched again later",
            metadata: ["round": "\(round.description.prefix(12))", "error": "\(ErrorReport(error).sentence)"])
    }

    // MARK: Removing

    private static let tidyingSeconds: Int64 = 3_600

    /// Removes boards that were kept for long enough; looks once an hour.
    func tidy() {
        let now = clock.unixSeconds()
        let isDue = deadlines.withLock { state in
            if let last = state.tidied, (0..<Self.tidyingSeconds).contains(now - last) { return false }
            state.tidied = now
            return true
        }
        guard isDue else { return }
        do {
            for round in try expired(now: now) {
                try archive.remove(round)
                known.withLock { $0[round] = nil }
                logger.notice(
                    "A board was kept for long enough and is removed",
                    metadata: ["round": "\(round.description.prefix(12))"])
            }
        } catch {
            logger.warning(
                "Old boards could not be removed", metadata: ["error": "\(ErrorReport(error).sentence)"])
        }
    }

    /// Boards that were kept for long enough.
    func expired(now: Int64) throws -> [RoundID] {
        try archive.rounds().filter { round in
            if let until = deadlines.withLock({ $0.until[round] }) { return until < now }
            // One that cannot be read stays for whoever looks into it.
            guard let until = (try? archive.board(of: round))?.until(days: days) else { return false }
            deadlines.withLock { $0.until[round] = until }
            return until < now
        }
    }
}
