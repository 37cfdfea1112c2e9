internal import Daemon
internal import Dataset
internal import Exchange
internal import Logging
internal import PSIProtocol

/// The research environment's part in rounds: keys, receiving, destroying the keys.
actor ResearchMember: RoundMember {
    private let home: Home
    private let workers: Workers
    private let client: ExchangeClient
    private let state: SealedState
    private let spool: SealedSpool
    private let folders: RoundFolders
    private let clock: MachineClock
    private let logger: Logger
    private var status: ResearchStatus
    /// Of rounds this process has seen end.
    private(set) var lastEnded: (RoundID, RoundRecord.Ending)?

    init(
        home: Home, workers: Workers, client: ExchangeClient, state: SealedState, clock: MachineClock = .system,
        logger: Logger
    ) throws {
        self.home = home
        self.workers = workers
        self.client = client
        self.state = state
        self.spool = try home.spool()
        self.folders = try RoundFolders(home: home)
        self.clock = clock
        self.logger = logger
        self.status = ResearchStatus.read(home) ?? ResearchStatus(research: home.keys.id)
    }

    private var me: ParticipantID { home.keys.id }

    func admit(_ record: RoundRecord) async throws -> RefusalCode? {
        // A round that only counts has nothing for the research environment to do.
        guard record.releasesRows else { return nil }
        do throws(DatasetError) { _ = try DatasetLayout(record.agreement) } catch {
            logger.error(
                "No dataset could be written of this agreement", metadata: meta(record, ["error": "\(error.sentence)"]))
            return .policy
        }
        return nil
    }

    func step(_ record: RoundRecord) async throws -> EntryBody? {
        guard let duty = record.researchDuties(of: me).first, duty != .eraseKeys else { return nil }
        let opened = OpenedRegister(logger: logger)
        let port = VaultObservingPort(
            base: ExchangePort(record: record, keys: home.keys, transport: client, state: state, spool: spool),
            opened: opened)
        let runner = ResearchRunner(me: me, hpkeKey: home.keys.hpkeKey, port: port, workers: workers)
        let secrets = try secrets(record, runner)
        logger.info("Working", metadata: meta(record, ["duty": "\(duty)"]))
        if duty == .receive {
            do {
                try await receive(record, secrets: secrets, runner: runner, opened: opened)
            } catch let error as DatasetError where error.isOfSender {
                throw RoundRefusal(.protocolViolation, error.sentence)
            }
        }
        return try runner.announce(duty, record: record, secrets: secrets)
    }

    /// The round's secrets, made and sealed on the disk when it begins.
    private func secrets(_ record: RoundRecord, _ runner: ResearchRunner) throws -> ResearchSecrets {
        let name = "rounds/\(record.round)/secrets"
        guard let sealed = try state.secret(name) else {
            guard record.commitments[me] == nil else {
                throw RoundRefusal(.keysLost, "the board has this participant's keys, but its state has lost them")
            }
            let secrets = ResearchSecrets(for: me, in: record)
            try state.put(name, secrets.serialized())
            return secrets
        }
        guard let secrets = ResearchSecrets(serialized: sealed) else {
            throw RoundRefusal(.keysLost, "the round's sealed secrets cannot be read")
        }
        if let committed = record.commitments[me] {
            guard try runner.announce(.commitKeys, record: record, secrets: secrets) == .keyCommitted(committed) else {
                throw RoundRefusal(.keysLost, "the round's sealed secrets are not those that the board has")
            }
        }
        return secrets
    }

    /// Fills the working store, then notes that it is full. Repeated after a crash, it changes nothing that is there.
    private func receive(
        _ record: RoundRecord, secrets: borrowing ResearchSecrets, runner: ResearchRunner, opened: OpenedRegister
    ) async throws {
        guard let agreementID = AgreementID(hex: Hex.encode(record.opening.agreement.bytes)) else {
            throw ProtocolViolation(.badOpening, by: record.coordinator)
        }
        let folder = try folders.folder(of: record.round)
        if try folder.received() != nil {
            if folder.hasStore, let store = try openedStore(folder, record, agreementID) {
                try store.finish()
                try store.close()
                return
            }
            try folder.clear()
        }
        let surveys = try SourceSurvey.all(in: record, keys: home.keys)
        let linkage = try PublishedLinkage.opened(in: record, keys: home.keys)
        let store = try freshStore(folder, record, agreementID)
        do {
            var sink = StoreSink(
                store: store, pseudonyms: try RoundPseudonyms.of(record, state: state),
                registers: record.agreement.registers, opened: opened, clock: clock, logger: logger)
            let requests = CellRequests(
                client: client, round: record.round, cellByteCount: record.agreement.cellByteCount, opened: opened)
            try await runner.receive(record: record, secrets: secrets, into: &sink) { vault, handles in
                try await requests.cells(of: vault, handles: handles)
            }
            try sink.dropWithheld()
            try store.commit()
            try folder.write(
                ReceivedRound(
                    agreement: record.opening.agreement, isOver: false,
                    report: RoundReport(
                        record, surveys: surveys, linkage: linkage, people: sink.people, dummies: sink.dummies,
                        receivedAt: clock.now())))
            try store.finish()
            for register in record.agreement.registers {
                logger.notice(
                    "Opened a register",
                    metadata: meta(
                        record, ["register": "\(register.id)", "people": "\(sink.people[register.id, default: 0])"]))
            }
        } catch {
            try? store.close()
            throw error
        }
        try store.close()
    }

    /// A store that everything was received into; nil when it turns out to be damaged.
    private func openedStore(
        _ folder: RoundFolder, _ record: RoundRecord, _ agreement: AgreementID
    ) throws -> WorkingStore? {
        do { return try folder.store(agreement: record.agreement, id: agreement) } catch DatasetError.storeUnusable {
            return nil
        }
    }

    /// A store to receive into, begun anew when the one that is there is damaged.
    private func freshStore(
        _ folder: RoundFolder, _ record: RoundRecord, _ agreement: AgreementID
    ) throws -> WorkingStore {
        if let store = try openedStore(folder, record, agreement) {
            if !store.isFinished { return store }
            // Finished, but the note about it is gone, and with it the counts: receive again.
            try store.close()
        }
        logger.warning("The working store is of no use; receiving anew", metadata: meta(record))
        try folder.clear()
        return try folder.store(agreement: record.agreement, id: agreement)
    }

    func erase(_ round: RoundID, ending: RoundRecord.Ending?) async throws {
        if try state.destroy(prefix: "rounds/\(round)/") > 0 {
            logger.notice("The round's keys are destroyed", metadata: ["round": "\(round)"])
        }
        guard let folder = try folders.existing(round) else { return }
        let received: ReceivedRound?
        do { received = try folder.received() } catch let error where RoundFolder.isDamage(error) {
            logger.error(
                "What was received can't be used",
                metadata: ["round": "\(round)", "error": "\(ErrorReport(error).sentence)"])
            return
        }
        let isAborted = if case .aborted = ending { true } else { false }
        guard var received, !isAborted else {
            try folder.remove()
            logger.notice("What was received of a round without a result is removed", metadata: ["round": "\(round)"])
            return
        }
        // Without the coordinator's word that the round closed, there is no dataset of it.
        guard !received.isOver, ending == .closed else { return }
        received.isOver = true
        try folder.write(received)
        logger.notice(
            "The round's dataset can be written with `\(ResearchProgram.name) dataset`",
            metadata: ["round": "\(round)"])
    }

    func observe(_ record: RoundRecord) async {
        if let ending = record.ending {
            lastEnded = (record.round, ending)
        }
        if status.update(record, at: clock.now()) {
            logger.notice(
                "Round",
                metadata: meta(
                    record, ["phase": "\(record.phase.rawValue)", "study": "\(record.agreement.study.id)"]))
            if case .aborted(let abort) = record.ending {
                logger.warning(
                    "The round was aborted",
                    metadata: meta(
                        record,
                        [
                            "code": "\(abort.code.rawValue)",
                            "participants": "\(abort.participants.joined(separator: ","))",
                        ]))
            }
        }
        do { try status.write(to: home.statusPath) } catch {
            logger.warning("status.json was not written", metadata: ["error": "\(ErrorReport(error).sentence)"])
        }
    }

    private func meta(_ record: RoundRecord, _ more: Logger.Metadata = [:]) -> Logger.Metadata {
        more.merging(["round": "\(record.round.description.prefix(12))"]) { first, _ in first }
    }
}
