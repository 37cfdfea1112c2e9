internal import Daemon
internal import Exchange
internal import Foundation
internal import Logging
internal import PSIProtocol
internal import ServiceLifecycle
internal import Values

/// Does the coordinator's part of every round: matches, closes, aborts, and clears away what is no longer needed.
///
/// Each round is driven by its board alone, so a coordinator that was killed at any moment goes on where it was.
struct RoundEngine: Service {
    let rounds: CoordinatedRounds
    let board: BoardStore
    let streams: StreamStore
    let state: SealedState
    let matching: any Matching
    let clock: MachineClock
    let logger: Logger

    /// Deadlines are looked at this often, whatever the clock is set to meanwhile.
    private static let longestWait = 60
    /// How often boards are looked for whose time is over.
    private static let tidyingSeconds = 21_600
    /// Streams are cleared this long after their retention even if a participant never said that it erased its keys.
    private static let erasureGraceSeconds = 86_400

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await removeOldBoards() }
                var started: Set<RoundID> = []
                while !Task.isCancelled {
                    let version = board.changes.version(of: .roundList)
                    for round in await rounds.order where started.insert(round).inserted {
                        group.addTask { await drive(round) }
                    }
                    await board.changes.wait(for: .roundList, beyond: version)
                }
                group.cancelAll()
            }
        }
    }

    /// From time to time, until it is cancelled.
    private func removeOldBoards() async {
        while !Task.isCancelled {
            await rounds.removeOldBoards()
            try? await Task.sleep(for: .seconds(Self.tidyingSeconds))
        }
    }

    private enum Step {
        /// Something was done: look again.
        case again
        /// Nothing to do before the board changes or this many seconds have passed.
        case wait(seconds: Int)
        case finished
    }

    private func drive(_ round: RoundID) async {
        var pause = RetryPause()
        while !Task.isCancelled {
            let version = board.changes.version(of: .board(round))
            do {
                switch try await step(round) {
                case .finished: return
                case .again: break
                case .wait(let seconds):
                    await board.changes.wait(
                        for: .board(round), beyond: version,
                        atMost: .seconds(max(1, min(Self.longestWait, seconds))))
                }
                if pause.isFailing { logger.notice("The round goes on", metadata: ["round": "\(round)"]) }
                pause = RetryPause()
            } catch is CancellationError {
                return
            } catch {
                if Task.isCancelled { return }
                if !pause.isFailing {
                    logger.error(
                        "Could not go on with the round; trying again",
                        metadata: ["round": "\(round)", "error": "\(Self.sentence(error))"])
                }
                try? await Task.sleep(for: pause.next())
            }
        }
    }

    private static func sentence(_ error: any Error) -> String {
        (error as? ExchangeRefusal)?.description ?? ErrorReport(error).sentence
    }

    private func step(_ round: RoundID) async throws -> Step {
        let record = try await rounds.record(of: round)
        if record.ending != nil {
            try await rounds.bookForgottenRound(of: record)
            return try await clear(record)
        }
        try await rounds.bookNoise(of: record)
        let duty = record.coordinatorDuties().first
        let secondsLeft = record.opening.deadline - Int(clock.unixSeconds())
        switch duty {
        case .close:
            try await post(RoundClosed(), to: record)
            return .again
        case .abort(let abort):
            try await post(abort, to: record)
            return .again
        case .match where secondsLeft > 0:
            try await match(record)
            return .again
        case .match, nil: break
        }
        guard secondsLeft > 0 else {
            let late = RoundAborted(code: .deadline, participants: record.waitingFor)
            try await post(late, to: record)
            return .again
        }
        return .wait(seconds: secondsLeft)
    }

    /// Posts what the board may have outrun: then the next look at it says what to do instead.
    private func post(_ body: any EntryBody, to record: RoundRecord) async throws {
        do {
            try await rounds.post(body, to: record.round)
        } catch let violation as ProtocolViolation {
            let now = try await rounds.record(of: record.round)
            if now.head == record.head { throw violation }
        }
    }

    // MARK: Matching

    private func match(_ record: RoundRecord) async throws {
        let outcome: CoordinatorRunner.Outcome
        do {
            guard let found = try await run(record) else { return }
            outcome = found
        } catch {
            guard let abort = MatchFailure.abort(for: error) else { throw error }
            logger.error(
                "Matching failed; aborting the round",
                metadata: ["round": "\(record.round)", "error": "\(Self.sentence(error))"])
            try await post(abort, to: record)
            return
        }
        try await rounds.keep(outcome.counts, of: record.round)
        if outcome.conflictCount > 0 {
            logger.notice(
                "Some groups of records were not linked, since their match keys contradict each other",
                metadata: ["round": "\(record.round)"])
        }
        do {
            try await post(outcome.body, to: record)
        } catch let violation as ProtocolViolation where violation.kind == .releaseCapExceeded {
            try await post(RoundAborted(code: .releasedPeopleCap, participants: []), to: record)
        } catch let violation as ProtocolViolation where violation.kind == .unencodableEntry {
            // The overlap of very many registers does not fit into an entry, however often it is computed.
            logger.error("The counts are too many for one entry", metadata: ["round": "\(record.round)"])
            try await post(RoundAborted(code: .internalFailure, participants: []), to: record)
        }
    }

    /// Nil when the round ended, was refused or ran out of time meanwhile.
    private func run(_ record: RoundRecord) async throws -> CoordinatorRunner.Outcome? {
        return try await withThrowingTaskGroup(of: CoordinatorRunner.Outcome?.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                try await matching.match(record) { try await rounds.noise(for: record, $0, together: $1) }
            }
            group.addTask {
                try await watch(record.round)
                return nil
            }
            return try await group.next() ?? nil
        }
    }

    /// Returns when there is no longer a reason to match.
    private func watch(_ round: RoundID) async throws {
        while true {
            let version = board.changes.version(of: .board(round))
            let record = try await rounds.record(of: round)
            let secondsLeft = record.opening.deadline - Int(clock.unixSeconds())
            if record.ending != nil || !record.refusals.isEmpty || !record.complaints.isEmpty
                || secondsLeft <= 0
            {
                return
            }
            await board.changes.wait(
                for: .board(round), beyond: version, atMost: .seconds(min(Self.longestWait, secondsLeft)))
            try Task.checkCancellation()
        }
    }

    // MARK: Retention

    private func clear(_ record: RoundRecord) async throws -> Step {
        let round = record.round
        try CountLedger(state).forgetNoise(of: round)
        try matching.end(round)
        if await rounds.isCleared(round) { return .finished }
        let kept = try await rounds.endTime(of: round) + record.agreement.retentionDays * 86_400
        let due = record.allErased ? kept : kept + Self.erasureGraceSeconds
        let secondsLeft = due - Int(clock.unixSeconds())
        if secondsLeft > 0 { return .wait(seconds: secondsLeft) }
        try await streams.deleteRound(round)
        try await rounds.didClear(round)
        logger.info("The round's streams are deleted", metadata: ["round": "\(round)"])
        return .finished
    }
}

/// Half a second, doubling to half a minute.
struct RetryPause {
    private(set) var isFailing = false
    private var milliseconds = 500

    mutating func next() -> Duration {
        defer { milliseconds = min(30_000, milliseconds * 2) }
        isFailing = true
        return .milliseconds(milliseconds)
    }
}
