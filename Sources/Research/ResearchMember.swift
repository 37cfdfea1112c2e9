internal import Daemon
internal import Dataset
internal import Engine
internal import Exchange
internal import Logging
internal import Member
internal import PSIProtocol
internal import Values

/// The research environment's part in rounds: keys, receiving, destroying the keys.
actor ResearchMember: RoundMember {
    let home: Home
    private let workers: Workers
    /// Computes heavy steps; nil where this machine does.
    private let spark: SparkService?
    private let client: any CoordinatorPort
    let state: SealedState
    private let spool: SealedSpool
    let folders: RoundFolders
    let clock: MachineClock
    private let evidence: EvidenceKeeper
    let logger: Logger
    let log: RoundLog
    private var status: ResearchStatus
    /// Of rounds this process has seen end.
    private(set) var lastEnded: (RoundID, RoundRecord.Ending)?

    init(
        home: Home, workers: Workers, spark: SparkService? = nil, client: any CoordinatorPort, state: SealedState,
        clock: MachineClock = .system,
        logger: Logger
    ) throws {
        self.home = home
        self.workers = workers
        self.spark = spark
        self.client = client
        self.state = state
        self.spool = try home.spool()
        self.folders = try RoundFolders(home: home)
        self.clock = clock
        self.evidence = EvidenceKeeper(
            store: try EvidenceStore(home: home, clock: clock), client: client, clock: clock, logger: logger)
        self.logger = logger
        self.log = RoundLog(logger)
        self.status = ResearchStatus.read(home) ?? ResearchStatus(research: home.keys.id)
    }

    private var me: ParticipantID { home.keys.id }

    func admit(_ record: RoundRecord) async throws -> RefusalCode? {
        // A round that only counts has nothing for the research environment to do.
        guard record.releasesRows, !record.isOfWithdrawals else { return nil }
        if client.isCarried, record.agreement.vaultAccess == .selected {
            logger.error(
                "The round asks for single cells, which no courier carries: the agreement needs vault_access: whole",
                metadata: log.metadata(record))
            return .policy
        }
        do throws(DatasetError) { _ = try DatasetLayout(record.agreement) } catch {
            logger.error(
                "No dataset could be written of this agreement",
                metadata: log.metadata(record, ["error": "\(error.sentence)"]))
            return .policy
        }
        return nil
    }

    func step(_ record: RoundRecord) async throws -> (any EntryBody)? {
        guard let duty = record.researchDuties(of: me).first, duty != .eraseKeys else { return nil }
        let keys = home.keys(pinnedBy: record.agreement)
        let port = ExchangePort(record: record, keys: keys, transport: client, state: state, spool: spool)
        let runner = ResearchRunner(
            me: me, hpkeKey: keys.hpkeKey, port: port, workers: workers.on(spark, round: record.round, state: state))
        let secrets = try secrets(record, runner)
        logger.info("Working", metadata: log.metadata(record, ["duty": "\(duty)"]))
        if duty == .receive, record.isOfWithdrawals {
            do { return try await receiveWithdrawals(record, secrets: secrets, runner: runner) } catch let violation
                as ProtocolViolation
            {
                guard let complaint = ResearchRunner.complaint(about: violation, in: record) else { throw violation }
                log.tell(complaint, record)
                try await evidence.keep(complaint, of: record)
                return complaint
            }
        }
        if duty == .receive {
            do { try await receive(record, secrets: secrets, runner: runner) } catch let violation as ProtocolViolation
            {
                guard let complaint = ResearchRunner.complaint(about: violation, in: record) else { throw violation }
                log.tell(complaint, record)
                try await evidence.keep(complaint, of: record)
                return complaint
            }
        }
        return try runner.announce(duty, record: record, secrets: secrets)
    }

    /// The round's secrets, made and sealed on the disk when it begins.
    private func secrets(_ record: RoundRecord, _ runner: ResearchRunner) throws -> ResearchSecrets {
        let secrets = try RoundSecrets(of: me, in: state).load(
            record, read: { ResearchSecrets(serialized: $0) }, make: { ResearchSecrets(for: me, in: record) },
            serialize: { try $0.serialized() })
        if let committed = record.commitments[me] {
            guard try runner.announce(.commitKeys, record: record, secrets: secrets).isEqual(to: committed) else {
                throw RoundRefusal(.keysLost, "the round's sealed secrets are not those that the board has")
            }
        }
        return secrets
    }

    /// Fetches and checks what was released, then notes that it is all here. Cells stay closed: what is in them must
    /// not change what others see of this program. Repeated after a crash, it fetches everything again unless it was
    /// all here, and noted so by this version.
    private func receive(
        _ record: RoundRecord, secrets: borrowing ResearchSecrets, runner: ResearchRunner
    ) async throws {
        let folder = try folders.folder(of: record.round)
        do {
            if try folder.received() != nil, folder.hasRelease(record.agreement.registers.count) { return }
        } catch ResearchError.unreadableRecord {}
        try folder.clear()
        let surveys = try SourceSurvey.all(in: record, keys: home.keys(pinnedBy: record.agreement))
        let linkage = try PublishedLinkage.opened(in: record, keys: home.keys(pinnedBy: record.agreement))
        let pseudonyms = try RoundPseudonyms.of(record, state: state)
        let withdrawn = try WithdrawnPeople(home: home).list(of: record.agreement.study.id)
        let archive = FolderArchive(
            folder: folder, pseudonyms: pseudonyms, agreement: record.agreement, withdrawn: Set(withdrawn.names),
            doubts: DoubtBook(folder), logger: logger)
        let (client, round, cellByteCount) = (client, record.round, record.agreement.cellByteCount)
        let copies = try await runner.receive(record: record, secrets: secrets, into: archive) { vault, handles in
            try await client.vaultCells(
                of: vault.batch, attempt: vault.attempt, round: round, handles: handles, cellByteCount: cellByteCount)
        }
        let report = RoundReport(record, surveys: surveys, linkage: linkage, receivedAt: clock.now())
        var received = ReceivedRound(record, copies: copies, report: report)
        if record.agreement.pseudonyms.isLasting { received.shiftKey = HexBytes(pseudonyms.dateShiftKey()) }
        try folder.write(received)
        try folder.note(withdrawn: withdrawn.mark)
        logger.notice("Everything that was released is here", metadata: log.metadata(record))
        do {
            try home.approvals().note("release received", ["round": String(record.round.description.prefix(12))])
        } catch {
            logger.error(
                "The operations log could not be written",
                metadata: ["note": "release received", "error": "\(ErrorReport(error).sentence)"])
        }
    }

    func erase(_ round: RoundID, ending: RoundRecord.Ending?) async throws {
        try log.destroyKeys(of: round, in: state)
        defer { endOnCluster(round) }
        switch ending {
        case .aborted: try WithdrawnPeople(home: home).forget(round)
        // What is carried may still bring its end.
        case nil where !client.isCarried: try forgetPendingWithdrawals(givenUp: round)
        case nil, .closed: break
        }
        guard let folder = try folders.existing(round), let received = try record(in: folder) else { return }
        switch (received.value, ending) {
        case (let received?, _) where received.isSettled:
            if ending != .closed, ending != nil {
                logger.error(
                    "The coordinator shows another end of a round that all have signed as closed; its dataset stays",
                    metadata: ["round": "\(round)"])
            }
        case (_?, nil), (_?, .closed): break
        case (_, .aborted): try destroy(folder, "the round was aborted after all nodes had released their shares")
        case (nil, _): try destroy(folder, "it was not received to its end")
        }
    }

    /// Removes what a cluster's hosts have of a round. A folder that is away holds nothing else up.
    private func endOnCluster(_ round: RoundID) {
        do { try spark?.end(round) } catch {
            logger.error(
                "The round's folder for the cluster could not be removed: remove it by hand",
                metadata: ["round": "\(round)", "error": "\(ErrorReport(error).sentence)"])
        }
    }

    /// What was received in a round whose board is wrong never becomes a dataset.
    func disown(_ round: RoundID) async throws {
        try WithdrawnPeople(home: home).forget(round)
        guard let folder = try folders.existing(round), let received = try record(in: folder) else { return }
        if received.value?.isSettled != true { try destroy(folder, "the coordinator's board is wrong") }
    }

    private func destroy(_ folder: RoundFolder, _ reason: String) throws {
        try folder.remove()
        logger.notice(
            "What was received is destroyed", metadata: ["round": "\(folder.round)", "reason": "\(reason)"])
    }

    func tidy() async {
        await evidence.tidy()
        do {
            try forgetPendingWithdrawals()
            try removeWithdrawn()
        } catch {
            logger.warning(
                "Who has withdrawn could not be removed yet", metadata: ["error": "\(ErrorReport(error).sentence)"])
        }
    }

    /// A dataset may be written when every key holder has signed one board on which the round was closed.
    func settle(_ record: RoundRecord) async throws -> Bool {
        try await evidence.keepAll(of: record)
        if record.isOfWithdrawals { return try settleWithdrawals(record) }
        guard record.ending == .closed, let folder = try folders.existing(record.round),
            var received = try self.record(in: folder)?.value, !received.isSettled
        else { return true }
        guard received.isOf(record) else { throw ProtocolViolation(.boardForked, by: record.coordinator) }
        let unsigned = record.yetToErase
        guard !received.isClosed || received.unsigned != unsigned else { return false }
        received.isClosed = true
        received.unsigned = unsigned
        try folder.write(received)
        guard unsigned.isEmpty else {
            logger.notice(
                "The round is closed; its dataset waits until all have signed that their keys are erased",
                metadata: log.metadata(record, ["waiting_for": "\(unsigned.joined(separator: ","))"]))
            return false
        }
        logger.notice(
            "The round's dataset can be written with `\(ResearchProgram.name) dataset`", metadata: log.metadata(record))
        return true
    }

    private struct Record { let value: ReceivedRound? }

    /// What is known of the round, its value nil until everything was received; nil itself if it cannot be read.
    private func record(in folder: RoundFolder) throws -> Record? {
        do { return Record(value: try folder.received()) } catch let error where RoundFolder.isDamage(error) {
            logger.error(
                "What was received can't be used",
                metadata: ["round": "\(folder.round)", "error": "\(ErrorReport(error).sentence)"])
            return nil
        }
    }

    func observe(_ record: RoundRecord) async {
        if let ending = record.ending {
            lastEnded = (record.round, ending)
        }
        if status.update(record, at: clock.now()) { log.tell(record) }
        log.writingStatus { try status.write(to: home.statusPath) }
    }
}
