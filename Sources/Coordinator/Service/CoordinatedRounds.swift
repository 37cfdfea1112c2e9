internal import Agreement
internal import Daemon
internal import Exchange
internal import Logging
internal import PSIProtocol
internal import Values

/// The rounds of this coordinator: what their boards say, and how entries get onto them.
///
/// Everything here can be rebuilt from the boards; the sealed state adds counters and counts.
actor CoordinatedRounds {
    let home: CoordinatorHome
    let keys: KeyDirectory
    let configuration: CoordinatorConfiguration
    let agreements: AgreementStore
    let state: SealedState
    let board: BoardStore
    let streams: StreamStore
    let clock: MachineClock
    let logger: Logger
    let operatorPins: Set<TLSPin>
    /// What participants decide the number of.
    let refusals: LogBudget
    /// What those who connect decide the number of.
    let agreementFaults: LogBudget

    var examined = ExaminedStreams()
    private(set) var rounds: [RoundID: RoundRecord] = [:]
    /// In the order of their opening.
    private(set) var order: [RoundID] = []
    var progress = StageProgress()
    var pins = InstalledPins()
    var readiness: ReadinessBook
    var calendars = CalendarMemory()
    /// Agreements that participants have spoken of, as they were read.
    var readAgreements: [AgreementID: AgreementStore.Installed] = [:]
    /// Studies of which a round is being opened now.
    var opening: Set<String> = []
    private var ports: StatusFile.Ports?

    init(
        home: CoordinatorHome, configuration: CoordinatorConfiguration, board: BoardStore, streams: StreamStore,
        state: SealedState, clock: MachineClock = .system, logger: Logger
    ) throws {
        self.home = home
        keys = home.home.keys
        self.configuration = configuration
        self.board = board
        self.streams = streams
        refusals = LogBudget(logger)
        agreementFaults = LogBudget(logger)
        self.state = state
        readiness = try ReadinessBook(state: state)
        self.clock = clock
        self.logger = logger
        agreements = try home.home.agreements()
        let ownOperator = TLSPin(bytes: try home.operatorKeys().tlsPin)
        operatorPins = configuration.operatorPins.union(ownOperator.map { [$0] } ?? [])
    }

    /// Replays the boards.
    func load() async throws {
        for round in try await board.rounds() {
            do {
                let record = try await StoredRound.record(of: round, on: board) { [agreements, state] id, agreement in
                    try StudyKeys(of: agreement, in: state).known(in: agreements.chain(of: id, agreement))
                }
                try keepStudyKeys(of: record)
                try settleSuccession(of: record)
                add(record)
            } catch let error as StoreError {
                throw error
            } catch {
                throw CoordinatorError.damagedRound(round, reason: ErrorReport(error).sentence)
            }
        }
    }

    /// Remembers the study keys that the round has shown, so that no other ones come in a later one.
    private func keepStudyKeys(of record: RoundRecord) throws {
        if record.allRevealed { try StudyKeys(of: record.agreement, in: state).keep(record) }
    }

    /// That the agreement of an open round has taken the place of what it amends. What else is on the board was opened
    /// before that, or under what has been settled.
    func settleSuccession(of record: RoundRecord) throws {
        let chain = try agreements.chain(of: record.agreementID, record.agreement)
        let succession = Succession(in: state)
        if try succession.obstacle(to: chain) == nil { try succession.settle(chain) }
    }

    /// Takes a round in.
    func add(_ record: RoundRecord) {
        if rounds.updateValue(record, forKey: record.round) == nil { order.append(record.round) }
    }

    /// Takes a round out whose board is removed.
    func drop(_ round: RoundID) {
        rounds[round] = nil
        order.removeAll { $0 == round }
    }

    // MARK: Records

    /// The round's record with all that its board holds now.
    ///
    /// Asked for each request: an entry counts from the moment it is stored, before its author has heard so.
    func record(of round: RoundID) async throws(ExchangeRefusal) -> RoundRecord {
        while true {
            guard let known = rounds[round] else { throw ExchangeRefusal(.roundUnknown) }
            let page: BoardPage
            do throws(StoreError) {
                page = try await board.entries(of: round, after: known.head.count)
            } catch {
                logger.error("The board can't be read", metadata: ["round": "\(round)", "error": "\(error)"])
                throw ExchangeRefusal(.storeFailed)
            }
            // Another request may have taken the same entries in meanwhile.
            guard var record = rounds[round] else { throw ExchangeRefusal(.roundUnknown) }
            let before = record
            for entry in page.entries where entry.number == record.head.count + 1 {
                do throws(ProtocolViolation) {
                    report(try record.append(entry.bytes), on: record)
                } catch {
                    logger.critical(
                        "The board holds a wrong entry", metadata: ["round": "\(round)", "error": "\(error)"])
                    throw ExchangeRefusal(.storeFailed)
                }
            }
            if record.allRevealed, !before.allRevealed {
                do { try keepStudyKeys(of: record) } catch {
                    logger.error(
                        "Study keys can't be kept",
                        metadata: ["round": "\(round)", "error": "\(ErrorReport(error).sentence)"])
                    throw ExchangeRefusal(.storeFailed)
                }
            }
            rounds[round] = record
            if record.head != before.head { noticeChange(from: before, to: record) }
            if page.isLast { return record }
        }
    }

    /// Signs an entry and appends it by the rules that everybody's entries are under.
    ///
    /// - Throws: `ProtocolViolation` when the board has moved on so that the entry no longer fits.
    func post(_ body: any EntryBody, to round: RoundID) async throws {
        let record = try await record(of: round)
        let keys = home.home.keys(pinnedBy: record.agreement)
        let entry = try SignedEntry(
            body: body, author: keys.id, round: round, seen: record.head, key: keys.signingKey)
        _ = try await board.append(entry.bytes, to: round) {
            var copy = try await self.record(of: round)
            try copy.append(entry.bytes)
        }
        _ = try await self.record(of: round)
    }

    // MARK: Telling

    private func report(_ entry: SignedEntry, on record: RoundRecord) {
        var metadata: Logger.Metadata = [
            "round": "\(record.round)", "kind": "\(entry.body.kind)", "by": "\(entry.author)",
        ]
        switch entry.body {
        case let content as BatchDeclared: metadata["register"] = "\(content.register)"
        case let content as StageCommitted:
            metadata["register"] = "\(content.register)"
            metadata["stage"] = "\(content.stage)"
        case let content as Refused:
            metadata["code"] = "\(content.code.rawValue)"
            logger.warning("A participant refuses the round", metadata: metadata)
            return
        case let content as RoundAborted:
            metadata["code"] = "\(content.code.rawValue)"
            metadata["participants"] = "\(content.participants.joined(separator: ","))"
            logger.warning("The round is aborted", metadata: metadata)
            return
        default: break
        }
        logger.info("entry", metadata: metadata)
    }

    private func noticeChange(from before: RoundRecord, to record: RoundRecord) {
        if before.phase != record.phase {
            var metadata: Logger.Metadata = ["round": "\(record.round)", "phase": "\(record.phase.rawValue)"]
            if record.ending == nil { metadata["waiting_for"] = "\(record.waitingFor.joined(separator: ","))" }
            logger.info("phase", metadata: metadata)
            writeStatus()
        }
        // A round leaves a key holder's list when it has erased its keys, and the others' when it ends.
        if before.phase != record.phase || before.erased != record.erased { board.announceRounds() }
        if record.ending != nil {
            progress.forget(record.round)
            examined.forget(record.round)
        }
    }

    /// Writes down in the operations log what was done. A log that cannot be written stops no round.
    func note(_ what: String, _ facts: KeyValuePairs<String, String> = [:]) {
        do { try home.home.approvals().note(what, facts) } catch {
            logger.error(
                "The operations log could not be written",
                metadata: ["note": "\(what)", "error": "\(ErrorReport(error).sentence)"])
        }
    }

    // MARK: Status file

    func didListen(exchange: Int, operations: Int?) {
        ports = StatusFile.Ports(exchange: exchange, operations: operations)
        writeStatus()
    }

    func writeStatus() {
        guard let ports else { return }
        let list = order.compactMap { rounds[$0] }.map(StatusFile.Round.init)
        do {
            try StatusFile(ports: ports, rounds: list).write(to: home.home.statusPath)
        } catch {
            logger.warning("status.json can't be written", metadata: ["error": "\(ErrorReport(error).sentence)"])
        }
    }
}
