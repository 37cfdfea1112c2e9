internal import Agreement
internal import Daemon
internal import Exchange
internal import Logging
internal import PSIProtocol
internal import Values

/// A participant's part in one round, from its opening until its keys are erased.
struct RoundParticipation: Sendable {
    let client: any CoordinatorPort
    let home: Home
    let agreements: AgreementStore
    let state: SealedState
    let member: any RoundMember
    let boards: BoardKeeper
    let clock: MachineClock
    let logger: Logger

    /// After this many seconds beyond a round's deadline, keys are destroyed whatever the coordinator says.
    private static let graceSeconds = 600
    private var me: ParticipantID { home.keys.id }

    private func log(_ level: Logger.Level, _ message: Logger.Message, _ round: RoundID, _ more: Logger.Metadata = [:])
    {
        logger.log(
            level: level, message,
            metadata: more.merging(["round": "\(round.description.prefix(12))"]) { first, _ in first })
    }

    /// Until the round is over and its keys are erased. Errors end up in the log and, as a code, on the board.
    func takePart(in round: RoundID) async -> RoundID {
        var backoff = Backoff()
        while !Task.isCancelled {
            do {
                try await followUntilDeadline(round)
                try await client.forget(round)
                try await client.noteIdle(in: round, entryCount: nil)
                return round
            } catch let violation as ProtocolViolation {
                // Whoever meets a wrong board ends its part in the round. [P-14]
                log(.error, "The board is wrong; ending this round here", round, ["error": "\(violation)"])
                await giveUp(round)
                do { try await member.disown(round) } catch {
                    log(
                        .error, "What was received could not be destroyed", round,
                        ["error": "\(ErrorReport(error).sentence)"])
                }
                return round
            } catch {
                if Task.isCancelled || error is CancellationError { break }
                log(
                    .error, "The round is interrupted; trying again", round,
                    ["error": "\(ErrorReport(error).sentence)"])
                try? await Task.sleep(for: backoff.next())
            }
        }
        return round
    }

    /// Destroys what is here, without a word from the coordinator.
    private func giveUp(_ round: RoundID) async {
        do {
            let journal = RoundJournal(round: round, state: state)
            // Of a round that was never joined nothing is here, and nothing is kept.
            if let deadline = try journal.deadline() { try journal.end(deadline: deadline) }
            try await member.erase(round, ending: nil)
            try await client.forget(round)
        } catch {
            log(.error, "The round's keys could not be destroyed", round, ["error": "\(ErrorReport(error).sentence)"])
        }
    }

    private struct DeadlinePassed: Error {}

    /// The clock runs beside the network, so that a coordinator that is away or silent keeps no key alive.
    private func followUntilDeadline(_ round: RoundID) async throws {
        let journal = RoundJournal(round: round, state: state)
        if try journal.deadline() == nil, try await !join(round, journal) { return }
        guard let deadline = try journal.deadline() else {
            if let ended = try await follow(round, journal) { try await settle(ended) }
            return
        }
        do {
            let ended = try await withThrowingTaskGroup(of: BoardFollower?.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await follow(round, journal) }
                group.addTask {
                    while clock.unixSeconds() <= Int64(deadline) + Int64(Self.graceSeconds) {
                        try await Task.sleep(for: .seconds(20))
                    }
                    throw DeadlinePassed()
                }
                return try await group.next() ?? nil
            }
            if let ended { try await settle(ended) }
        } catch is DeadlinePassed {
            log(.error, "The round is long over and was not ended; its keys are destroyed here", round)
            await giveUp(round)
            // Its end may still be on its way, and others wait until all have signed that they saw it.
            if client.isCarried, journal.isOver(), let ended = try await follow(round, journal) {
                try await settle(ended)
            }
        }
    }

    // MARK: Joining

    private func installed(_ opening: SignedEntry) throws -> AgreementStore.Installed? {
        guard let opened = opening.body as? RoundOpened,
            let id = AgreementID(hex: Hex.encode(opened.agreement.bytes))
        else { return nil }
        return try agreements.load(id)
    }

    /// Looks at a round for the first time. False when there is nothing to do in it.
    private func join(_ round: RoundID, _ journal: RoundJournal) async throws -> Bool {
        let opening = try await BoardFollower.opening(of: round, client: client)
        guard let installed = try installed(opening) else {
            log(.error, "Refusing a round: its agreement was not signed here", round)
            try await refuse(.unknownAgreement, opening, round)
            return false
        }
        if journal.isOver() { return true }
        var follower = try follower(opening, installed)
        let deadline = follower.record.opening.deadline
        let chain = try agreements.chain(of: installed.id, installed.agreement)
        let succession = Succession(in: state)
        if let obstacle = try succession.obstacle(to: chain) {
            log(
                .error, "Refusing a round: its agreement was amended", round, ["error": "\(obstacle.sentence)"])
            try await refuse(.superseded, opening, round)
            return false
        }
        guard try RoundClaims(state: state).claim(follower.record, chain) else {
            log(.error, "Refusing a round: its number was another round's of this agreement", round)
            try await refuse(.roundsSpent, opening, round)
            return false
        }
        do { try await follower.refresh() } catch let violation as ProtocolViolation {
            try journal.end(deadline: deadline)
            throw violation
        }
        await member.observe(follower.record)
        guard follower.record.ending == nil, follower.record.refusals[me] == nil else {
            try journal.end(deadline: deadline)
            return true
        }
        if let code = try await admission(follower.record, installed) {
            try journal.end(deadline: deadline)
            try await refuse(code, &follower)
            return true
        }
        // Before anything is said in the round: from here on there is no way back to what this agreement amends.
        try succession.settle(chain)
        try journal.begin(follower.record)
        return true
    }

    private func follower(_ opening: SignedEntry, _ installed: AgreementStore.Installed) throws -> BoardFollower {
        let chain = try agreements.chain(of: installed.id, installed.agreement)
        let known = try StudyKeys(of: installed.agreement, in: state).known(in: chain)
        return try BoardFollower(
            opening: opening, agreement: installed, client: client,
            keys: home.keys(pinnedBy: installed.agreement), keeper: boards, studyKeys: known)
    }

    /// Says no to a round of which nothing is kept here, once, whether or not the coordinator shows it.
    private func refuse(_ code: RefusalCode, _ opening: SignedEntry, _ round: RoundID) async throws {
        let keys = client.keys(in: round).flatMap { home.keyRing.presenting($0.bytes) } ?? home.keys
        do {
            try await BoardFollower.refuse(code, opening: opening, round: round, client: client, keys: keys)
        } catch let problem as ExchangeProblem where Self.isTooLate(problem) {
            // It ended, or was refused, before.
        }
    }

    /// The checks that every participant makes before its own. [P-15]
    private func admission(_ record: RoundRecord, _ installed: AgreementStore.Installed) async throws -> RefusalCode? {
        let signatures = record.opening.signatures.map { participant, signature in
            AgreementSignature(agreement: installed.id, participant: participant, signature: signature.bytes)
        }
        do { _ = try SignedAgreement(bytes: installed.bytes, signatures: signatures).verify() } catch {
            log(
                .error, "Refusing a round: the agreement lacks a valid signature", record.round,
                ["error": "\(ErrorReport(error).sentence)"])
            return .unknownAgreement
        }
        // Before it was restored this participant may have had keys for it, and said things with them.
        if try RestoredMark(in: state)?.mayHaveJoined(roundOpened: record.opening.opened) == true {
            log(
                .error, "Refusing a round: this participant was restored from a backup and may have taken part in it",
                record.round)
            return .keysLost
        }
        guard record.agreement.validity(on: clock.today()) == .inForce else {
            log(.error, "Refusing a round: the agreement is not valid today", record.round)
            return .agreementNotValid
        }
        let now = clock.unixSeconds()
        guard try !RoundJournal.mayBeForgotten(deadline: record.opening.deadline, in: state),
            now < Int64(record.opening.deadline),
            Int64(record.opening.opened) <= now + RestoredMark.clockToleranceSeconds
        else {
            log(
                .error, "Refusing a round: it was opened in the future or is long over; compare the clocks",
                record.round)
            return .agreementNotValid
        }
        return try await member.admit(record)
    }

    private func refuse(_ code: RefusalCode, _ follower: inout BoardFollower) async throws {
        log(.error, "Refusing the round", follower.record.round, ["code": "\(code.rawValue)"])
        try await post(Refused(code: code), &follower)
        await member.observe(follower.record)
    }

    // MARK: Working

    /// Until the round has ended and this participant's keys are destroyed.
    private func follow(_ round: RoundID, _ journal: RoundJournal) async throws -> BoardFollower? {
        let opening = try await BoardFollower.opening(of: round, client: client)
        guard let installed = try installed(opening) else { return nil }
        var follower = try follower(opening, installed)
        try await follower.refresh()
        try journal.check(follower.record)
        var backoff = Backoff()
        var toldCount = 0
        while true {
            try Task.checkCancellation()
            await member.observe(follower.record)
            if let ending = follower.record.ending {
                try await finish(ending, &follower, journal)
                return follower
            }
            if journal.isOver() {
                try await member.erase(round, ending: nil)
                try await wait(&follower, &toldCount)
                continue
            }
            try journal.note(follower.record.head)
            // Before this participant signs that it has seen them.
            if follower.record.allRevealed {
                try StudyKeys(of: follower.record.agreement, in: state).keep(follower.record)
            }
            do {
                if !follower.mustWait, let body = try await step(follower) {
                    try await post(body, &follower)
                } else {
                    try await wait(&follower, &toldCount)
                }
                backoff = Backoff()
            } catch is RoundEnded {
                try await follower.refresh()
            } catch let failure as StepFailure where (failure.cause as? ExchangeProblem).map(Self.isTooLate) ?? false {
                // The round ended while something was on its way.
                try await Task.sleep(for: backoff.next())
                try await follower.refresh()
            } catch let failure as StepFailure {
                let sentence = ErrorReport(failure.cause).sentence
                guard let code = Failure.refusal(for: failure.cause) else {
                    log(.error, "Could not go on with the round; trying again", round, ["error": "\(sentence)"])
                    try await Task.sleep(for: backoff.next())
                    try await follower.refresh()
                    continue
                }
                log(.error, "Stopping the round", round, ["error": "\(sentence)"])
                try journal.end(deadline: follower.record.opening.deadline)
                try await member.erase(round, ending: nil)
                try await refuse(code, &follower)
            }
        }
    }

    /// Waits for more on the board, when there is nothing to do by what it has.
    ///
    /// - Parameter toldCount: of how many entries it was told that they are to be carried.
    private func wait(_ follower: inout BoardFollower, _ toldCount: inout Int) async throws {
        try await client.noteIdle(in: follower.record.round, entryCount: follower.record.head.count)
        let count = follower.onTheirWayCount
        if count > toldCount {
            log(
                .notice, "There is something to carry to the coordinator: run `courier out`", follower.record.round,
                ["entries": "\(count)"])
        }
        toldCount = count
        try await follower.refresh(wait: .seconds(20))
    }

    /// Follows what others say after the end, for as long as it matters here.
    private func settle(_ ended: BoardFollower) async throws {
        var follower = ended
        while try await !member.settle(follower.record) {
            let before = follower.record.head
            try await client.noteIdle(in: follower.record.round, entryCount: before.count)
            try await follower.refresh(wait: .seconds(20))
            if follower.record.head == before {
                // Also where the coordinator does not let its callers wait.
                try await Task.sleep(for: .seconds(1))
            } else {
                await member.observe(follower.record)
            }
        }
        // The others sign the end at about the same time; for who is later, `LateEntries` looks again.
        for _ in 0..<Self.lateLooks where !follower.record.allErased && !client.isCarried {
            try await follower.refresh(wait: .seconds(2))
        }
    }

    private static let lateLooks = 3

    private struct RoundEnded: Error {}
    private struct StepFailure: Error { let cause: any Error }

    /// Does the next duty, and drops it when the round ends meanwhile.
    private func step(_ follower: BoardFollower) async throws -> (any EntryBody)? {
        try await withThrowingTaskGroup(of: (any EntryBody)?.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                do { return try await member.step(follower.expected) } catch {
                    if Task.isCancelled || error is CancellationError { throw CancellationError() }
                    throw StepFailure(cause: error)
                }
            }
            group.addTask {
                // Most duties are done before anybody need look.
                try await Task.sleep(for: .seconds(2))
                var watching = follower
                while watching.record.ending == nil { try await watching.refresh(wait: .seconds(20)) }
                throw RoundEnded()
            }
            return try await group.next() ?? nil
        }
    }

    private func finish(
        _ ending: RoundRecord.Ending, _ follower: inout BoardFollower, _ journal: RoundJournal
    ) async throws {
        let record = follower.record
        try journal.end(deadline: record.opening.deadline)
        try await member.erase(record.round, ending: ending)
        if record.keyHolders.contains(me), !follower.expected.erased.contains(me) {
            try await post(KeysErased(), &follower)
            await member.observe(follower.record)
        }
    }

    /// Whether the board may have moved on so that what was sent no longer has a place.
    private static func isTooLate(_ problem: ExchangeProblem) -> Bool {
        problem.knownCode == .entryRefused || problem.knownCode == .roundClosed
    }

    /// Posts, or learns what the board has that makes the entry pointless.
    private func post(_ body: any EntryBody, _ follower: inout BoardFollower) async throws {
        do { try await follower.post(body) } catch let problem as ExchangeProblem
            where Self.isTooLate(problem)
        {
            let before = follower.record.head
            try await follower.refresh()
            if follower.record.head == before { throw problem }
        }
    }
}
