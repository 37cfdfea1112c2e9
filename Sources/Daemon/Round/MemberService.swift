public import Exchange
public import Logging
public import PSIProtocol
public import ServiceLifecycle

/// Takes part in every round that the coordinator opens to this participant, until told to stop.
///
/// State is the board and what the member has sealed on its disk, so stopping at any moment and starting again resumes.
public struct MemberService: Service {
    private let client: ExchangeClient
    private let home: Home
    private let agreements: AgreementStore
    private let member: any RoundMember
    private let clock: MachineClock
    private let logger: Logger
    /// Ends after one round has ended, as `receive` does.
    private let endsAfter: RoundLimit

    public enum RoundLimit: Sendable { case never, firstRound }

    /// After this many seconds beyond a round's deadline without word from the coordinator, keys are destroyed anyway.
    private static let graceSeconds = 600
    /// How far the coordinator's clock may be ahead of this one.
    private static let clockToleranceSeconds: Int64 = 900

    public init(
        client: ExchangeClient, home: Home, member: any RoundMember, endsAfter: RoundLimit = .never,
        clock: MachineClock = .system, logger: Logger
    ) throws {
        self.client = client
        self.home = home
        self.agreements = try home.agreements()
        self.member = member
        self.endsAfter = endsAfter
        self.clock = clock
        self.logger = logger
    }

    public func run() async throws {
        try await cancelWhenGracefulShutdown {
            do { try await self.followRounds() } catch is CancellationError { return }
        }
    }

    private enum Event: Sendable {
        case listed(RoundList)
        case ended(RoundID)
    }

    /// The list's long-poll and every round run side by side.
    private func followRounds() async throws {
        let client = client
        try await withThrowingTaskGroup(of: Event.self) { group in
            var running: Set<RoundID> = []
            group.addTask { .listed(try await client.rounds()) }
            while let event = try await group.next() {
                switch event {
                case .ended(let round):
                    running.remove(round)
                    if endsAfter == .firstRound {
                        group.cancelAll()
                        return
                    }
                case .listed(let list):
                    for summary in list.rounds where running.insert(summary.round).inserted {
                        group.addTask {
                            await self.takePart(in: summary)
                            return .ended(summary.round)
                        }
                    }
                    group.addTask {
                        .listed(try await client.rounds(known: list.version, wait: ExchangeClient.longestWait))
                    }
                }
            }
        }
    }

    /// Until the round is over and its keys are erased. Errors end up in the log and, as a code, on the board.
    private func takePart(in summary: RoundSummary) async {
        var backoff = Backoff()
        while !Task.isCancelled {
            do {
                try await follow(summary)
                return
            } catch is CancellationError {
                return
            } catch {
                logger.error(
                    "The round is interrupted; trying again",
                    metadata: ["round": "\(summary.round)", "error": "\(ErrorReport(error).sentence)"])
                try? await Task.sleep(for: backoff.next())
            }
        }
    }

    private func follow(_ summary: RoundSummary) async throws {
        let opening = try await BoardFollower.opening(of: summary.round, client: client)
        guard case .roundOpened(let opened) = opening.body,
            let id = AgreementID(hex: Hex.encode(opened.agreement.bytes)), let installed = try agreements.load(id)
        else {
            logger.error(
                "Refusing a round: its agreement was not signed here",
                metadata: ["round": "\(summary.round)", "agreement": "\(summary.agreement)"])
            try await BoardFollower.refuse(
                .unknownAgreement, opening: opening, round: summary.round, client: client, keys: home.keys)
            return
        }
        var follower = try BoardFollower(
            opening: opening, agreement: installed, client: client, keys: home.keys)
        try await follower.refresh()
        await member.observe(follower.record)
        if follower.record.ending == nil, follower.record.refusals[home.keys.id] == nil {
            if let code = try await admission(follower.record, installed) { try await refuse(code, &follower) }
        }
        try await work(&follower)
    }

    /// The checks that every participant makes before its own. [P-15]
    private func admission(_ record: RoundRecord, _ installed: AgreementStore.Installed) async throws -> RefusalCode? {
        let signatures = record.opening.signatures.map { participant, signature in
            AgreementSignature(agreement: installed.id, participant: participant, signature: signature.bytes)
        }
        do { _ = try SignedAgreement(bytes: installed.bytes, signatures: signatures).verify() } catch {
            logger.error(
                "Refusing a round: the agreement lacks a valid signature",
                metadata: ["round": "\(record.round)", "error": "\(ErrorReport(error).sentence)"])
            return .unknownAgreement
        }
        guard record.agreement.validity(on: clock.today()) == .inForce else {
            logger.error("Refusing a round: the agreement is not valid today", metadata: ["round": "\(record.round)"])
            return .agreementNotValid
        }
        let now = clock.unixSeconds()
        guard now < Int64(record.opening.deadline), Int64(record.opening.opened) <= now + Self.clockToleranceSeconds
        else {
            logger.error(
                "Refusing a round: it was opened in the future or is long over; compare the clocks",
                metadata: ["round": "\(record.round)"])
            return .agreementNotValid
        }
        return try await member.admit(record)
    }

    private func refuse(_ code: RefusalCode, _ follower: inout BoardFollower) async throws {
        logger.error(
            "Refusing the round", metadata: ["round": "\(follower.record.round)", "code": "\(code.rawValue)"])
        try await follower.post(.refused(Refused(code: code)))
        await member.observe(follower.record)
    }

    private func work(_ follower: inout BoardFollower) async throws {
        var backoff = Backoff()
        while true {
            try Task.checkCancellation()
            let record = follower.record
            if record.ending != nil {
                try await member.erase(record.round)
                if record.keyHolders.contains(home.keys.id), !record.erased.contains(home.keys.id) {
                    try await follower.post(.keysErased(KeysErased()))
                }
                await member.observe(follower.record)
                return
            }
            if clock.unixSeconds() > Int64(record.opening.deadline + Self.graceSeconds) {
                logger.error(
                    "The coordinator has not ended a round that is long over; its keys are destroyed here",
                    metadata: ["round": "\(record.round)"])
                try await member.erase(record.round)
                return
            }
            let mayWork = record.refusals[home.keys.id] == nil
            var body: EntryBody?
            do {
                if mayWork { body = try await member.step(record) }
            } catch let error where !(error is CancellationError) && !Task.isCancelled {
                let sentence = ErrorReport(error).sentence
                guard let code = Failure.refusal(for: error) else {
                    logger.error(
                        "Could not go on with the round; trying again",
                        metadata: ["round": "\(record.round)", "error": "\(sentence)"])
                    try await Task.sleep(for: backoff.next())
                    try await follower.refresh()
                    continue
                }
                logger.error(
                    "Stopping the round", metadata: ["round": "\(record.round)", "error": "\(sentence)"])
                try await refuse(code, &follower)
                continue
            }
            backoff = Backoff()
            do {
                if let body { try await follower.post(body) } else { try await follower.refresh(wait: .seconds(20)) }
            } catch let problem as ExchangeProblem where problem.knownCode == .entryRefused {
                // The board has moved on meanwhile, for instance because the round was aborted.
                let before = follower.record.head
                try await follower.refresh()
                if follower.record.head == before { throw problem }
            }
            await member.observe(follower.record)
        }
    }
}

/// One second, doubling to half a minute.
struct Backoff {
    private var seconds = 1
    mutating func next() -> Duration {
        defer { seconds = min(30, seconds * 2) }
        return .seconds(seconds)
    }
}
