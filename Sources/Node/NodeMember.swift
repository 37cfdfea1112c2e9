internal import Crypto
internal import Daemon
internal import Engine
internal import Exchange
internal import Files
internal import Foundation
internal import Logging
internal import Member
internal import PSIProtocol
internal import Register
internal import Values

/// A node's part in rounds: admits them by policy, does its duties, erases its keys.
actor NodeMember: RoundMember {
    private let home: Home
    private let configuration: NodeConfiguration
    private let transport: any ChunkTransport
    private let state: SealedState
    private let spool: SealedSpool
    private let lists: PrivateDirectory
    private let evidence: EvidenceKeeper?
    private let generators: GeneratorFiles
    /// Computes heavy steps; nil where this machine does.
    private let spark: SparkService?
    private let logger: Logger
    private let log: RoundLog
    private var status: NodeStatus
    /// By round, lists that were mixed and are to be proved.
    private var mixed: [RoundID: MixedLists] = [:]

    init(
        home: Home, configuration: NodeConfiguration, transport: any ChunkTransport, state: SealedState,
        evidence: EvidenceKeeper? = nil, logger: Logger
    ) throws {
        self.home = home
        self.configuration = configuration
        self.transport = transport
        self.state = state
        self.spool = try home.spool()
        self.lists = try home.directory.subdirectory("lists")
        self.evidence = evidence
        self.generators = try home.generators(logger)
        self.spark = try configuration.engine.service(logPath: home.sparkLogPath, logger: logger)
        self.logger = logger
        self.log = RoundLog(logger)
        self.status = NodeStatus(node: home.keys.id)
    }

    private var me: ParticipantID { home.keys.id }

    func admit(_ record: RoundRecord) async throws -> RefusalCode? {
        let agreement = record.signedAgreement
        let refusals = configuration.policy.refusals(
            for: agreement, participant: me, columnNames: configuration.registers.mapValues(\.columnNames))
        for refusal in refusals {
            logger.error("The local policy refuses the round", metadata: log.metadata(record, ["reason": "\(refusal)"]))
        }
        if !refusals.isEmpty { return .policy }
        for register in agreement.registers(ownedBy: me)
        where register.isDeclared && configuration.registers[register.id] == nil && !record.isOfWithdrawals {
            logger.error(
                "The round asks for a register that config.yaml does not have",
                metadata: log.metadata(record, ["register": "\(register.id)"]))
            return .register
        }
        let allowed = configuration.policy.effectiveLimits(for: agreement, participant: me).roundsAllowed
        guard try spend(record, allowed: allowed) else {
            logger.error(
                "The agreement's rounds are spent", metadata: log.metadata(record, ["allowed": "\(allowed)"]))
            return .roundsSpent
        }
        return nil
    }

    /// Counts a round once, before anything of it is done.
    private func spend(_ record: RoundRecord, allowed: Int) throws -> Bool {
        let name = StateName.roundsSpent(of: record.agreementID)
        var spent = try state.get(name) ?? []
        let known = stride(from: 0, to: spent.count - 31, by: 32).contains {
            Array(spent[$0..<($0 + 32)]) == record.round.bytes
        }
        if known { return true }
        let chain = try home.agreements().chain(of: record.agreementID, record.agreement)
        let former = try chain.formerIDs.reduce(0) { try $0 + (state.get(.roundsSpent(of: $1)) ?? []).count / 32 }
        let count = try former + spent.count / 32 + unknownRounds(before: record, chain)
        guard count < allowed else { return false }
        spent += record.round.bytes
        try state.put(name, spent)
        return true
    }

    /// How many rounds of the agreement this node may have spent since the backup was made that it was restored from:
    /// numbers that others were given and that it has never looked at.
    private func unknownRounds(before record: RoundRecord, _ chain: AgreementChain) throws -> Int {
        guard try RestoredMark(in: state) != nil else { return 0 }
        return (1..<max(1, record.opening.number)).count { number in
            !chain.ids.contains { state.contains(.opening(number, of: $0)) }
        }
    }

    /// Counts a round that a restored node took part in and has forgotten: its board says so. Looked at once, its
    /// number is not unknown any more.
    private func spendForgotten(_ record: RoundRecord) throws {
        guard try RestoredMark(in: state) != nil, record.commitments[me] != nil else { return }
        _ = try spend(record, allowed: .max)
    }

    func step(_ record: RoundRecord) async throws -> (any EntryBody)? {
        try await step(record, record.agreement.suite.type)
    }

    private func step<S: Suite>(_ record: RoundRecord, _: S.Type) async throws -> (any EntryBody)? {
        guard let duty = record.authorityDuties(of: me).first, duty != .eraseKeys else { return nil }
        let secrets = try secrets(record, S.self)
        logger.info("Working", metadata: log.metadata(record, ["duty": "\(duty.name)"]))
        let limits = configuration.policy.effectiveLimits(for: record.signedAgreement, participant: me)
        let runner = AuthorityRunner<S>(
            me: me, hpkeKey: home.keys(pinnedBy: record.agreement).hpkeKey,
            port: ExchangePort(
                record: record, keys: home.keys(pinnedBy: record.agreement), transport: transport, state: state,
                spool: spool),
            lists: SealedLists(directory: lists, round: record.round, state: state),
            mixed: mixedLists(of: record.round), generators: generators,
            workers: configuration.workers.on(spark, round: record.round, state: state),
            cellCap: { limits.maxCellsPerPerson[$0.id] ?? $0.maxCellsPerPerson },
            cohortCap: { limits.maxReleasedPeople[$0.id] ?? $0.maxPeople })
        try await checkCommitment(record, secrets, runner)
        let (sources, spool, logger, workers) = (configuration.registers, spool, logger, configuration.workers)
        let keeper = SealedRelated(lists: SealedLists(directory: lists, round: record.round, state: state))
        let home = home
        do {
            let body = try await runner.perform(duty, record: record, secrets: secrets) { register in
                let withdrawn = try Withdrawals(home: home).codes(of: record.agreement.study.id)
                if record.isOfWithdrawals {
                    let own = record.signedAgreement.registers(ownedBy: register.owner).compactMap { sources[$0.id] }
                    let people = try WithdrawnPeople(
                        withdrawn, registers: own, agreement: record.agreement, owner: register.owner,
                        today: record.openingDay)
                    Self.note(home, "withdrawals declared", nil, record.round, logger)
                    return people
                }
                if !register.isDeclared {
                    return RegisterPeople.related(register, agreement: record.agreement, keeper: keeper)
                }
                guard var source = sources[register.id] else {
                    throw RoundRefusal(.register, "config.yaml has no register \(register.id)")
                }
                source.withdrawn = withdrawn
                let people = try await RegisterPeople(
                    agreement: record.agreement, declaration: register, source: source, today: record.openingDay,
                    maxPeople: limits.maxPeople[register.id] ?? register.maxPeople, maxRelated: limits.maxPeople,
                    spool: spool, workers: workers)
                try await people.keepRelated(in: keeper) { limits.maxCellsPerPerson[$0.id] ?? $0.maxCellsPerPerson }
                logger.info("Read a register", metadata: people.survey.metadata(register.id))
                Self.note(home, "register read", register.id, record.round, logger)
                return people
            }
            if let complaint = body as? Complained {
                log.tell(complaint, record)
                keepSecrets(of: complaint, record, secrets)
                try await evidence?.keep(complaint, of: record)
            }
            return body
        } catch let error as RegisterError where !error.mayPass {
            if case .tooManyCellsOfNamed = error.kind { throw RoundRefusal(.cap, error.description) }
            throw RoundRefusal(.register, error.description)
        } catch let error as RegisterOverCap {
            throw RoundRefusal(.cap, error.description)
        } catch DeclarationError.personTooLarge {
            throw RoundRefusal(
                .cap,
                "somebody's rows in \(duty.name) need more cells than max_cells_per_person: `check` says how many"
            )
        }
    }

    /// Writes down in the operations log that a register was read for a round. A log that cannot be written stops no
    /// round.
    private static func note(
        _ home: Home, _ what: String, _ register: RegisterID?, _ round: RoundID, _ logger: Logger
    ) {
        do {
            let digits = String(round.description.prefix(12))
            let approvals = try home.approvals()
            if let register {
                try approvals.note(what, ["register": register, "round": digits])
            } else {
                try approvals.note(what, ["round": digits])
            }
        } catch {
            logger.error(
                "The operations log could not be written",
                metadata: ["note": "\(what)", "error": "\(ErrorReport(error).sentence)"])
        }
    }

    /// That the keys which the board has of this node are its own: another copy of it may run somewhere.
    private func checkCommitment<S: Suite>(
        _ record: RoundRecord, _ secrets: borrowing AuthoritySecrets<S>, _ runner: AuthorityRunner<S>
    ) async throws {
        guard let committed = record.commitments[me] else { return }
        let own = try await runner.perform(.commitKeys, record: record, secrets: secrets) { register in
            throw RoundRefusal(.internalFailure, "keys are made without the register \(register.id)")
        }
        guard own.isEqual(to: committed) else {
            throw RoundRefusal(
                .keysLost, "the board has other keys of this node than its own: does another copy of it run?")
        }
    }

    private func keepSecrets<S: Suite>(
        of complaint: Complained, _ record: RoundRecord, _ secrets: borrowing AuthoritySecrets<S>
    ) {
        evidence?.keep(
            record.evidenceSecrets(
                of: complaint, for: me, secrets: secrets, hpkeKey: home.keys(pinnedBy: record.agreement).hpkeKey),
            of: record)
    }

    /// What others accuse each other of: this node's shares of what a judge needs die with its keys.
    private func keepSecrets(of record: RoundRecord) throws {
        guard evidence != nil, !record.complaints.isEmpty,
            let sealed = try state.secret(.secrets(of: record.round)),
            let secrets = AuthoritySecrets<Ristretto255>(serialized: sealed, studyKey: try studyKey(record))
        else { return }
        for complaint in record.complaints.values { keepSecrets(of: complaint, record, secrets) }
    }

    private func mixedLists(of round: RoundID) -> MixedLists {
        if let known = mixed[round] { return known }
        let fresh = MixedLists()
        mixed[round] = fresh
        return fresh
    }

    /// This node's study key, if the agreement says that it holds one; made and sealed before the study's first round.
    private func studyKey(_ record: RoundRecord) throws -> SymmetricKey? {
        guard record.agreement.pseudonyms.holders.contains(me) else { return nil }
        let chain = try home.agreements().chain(of: record.agreementID, record.agreement)
        return try StudyKeys(of: record.agreement, in: state).own(me, in: chain)
    }

    /// The round's secrets, made and sealed on the disk when it begins.
    private func secrets<S: Suite>(_ record: RoundRecord, _: S.Type) throws -> AuthoritySecrets<S> {
        let studyKey = try studyKey(record)
        return try RoundSecrets(of: me, in: state).load(
            record, read: { AuthoritySecrets<S>(serialized: $0, studyKey: studyKey) },
            make: { try AuthoritySecrets<S>(for: me, in: record, studyKey: studyKey) },
            serialize: { try $0.serialized() })
    }

    func erase(_ round: RoundID, ending: RoundRecord.Ending?) async throws {
        try log.destroyKeys(of: round, in: state)
        await mixed.removeValue(forKey: round)?.discard()
        try SealedLists(directory: lists, round: round, state: state).erase()
        // A folder that is away holds nothing else up: no keys of the round are in it.
        do { try spark?.end(round) } catch {
            logger.error(
                "The round's folder for the cluster could not be removed: remove it by hand",
                metadata: ["round": "\(round)", "error": "\(ErrorReport(error).sentence)"])
        }
    }

    func settle(_ record: RoundRecord) async throws -> Bool {
        try await evidence?.keepAll(of: record)
        return true
    }

    func tidy() async {
        await evidence?.tidy()
        do { try destroyStudyKeys() } catch {
            logger.warning(
                "Study keys could not be looked at", metadata: ["error": "\(ErrorReport(error).sentence)"])
        }
    }

    /// Keys of studies that are over.
    private func destroyStudyKeys() throws {
        let store = try home.agreements()
        let succession = Succession(in: state)
        let held = try store.all().filter { $0.agreement.pseudonyms.holders.contains(me) }
        for (scope, agreements) in Dictionary(grouping: held, by: \.agreement.studyKeyScope) {
            // What an amendment has taken the place of says nothing any more of how long the study lasts. But the keys
            // of pseudonyms that ended with it are still those of its rounds.
            let current = try agreements.filter { installed in
                try succession.obstacle(to: store.chain(of: installed.id, installed.agreement)) == nil
            }
            let terms = (current.isEmpty ? agreements : current).map(\.agreement)
            guard let agreement = terms.first else { continue }
            let isDestroyed = try StudyKeys(of: agreement, in: state).destroyOwn(
                after: terms.map { ($0.validUntil, $0.retentionDays) }, today: MachineClock.system.today())
            guard isDestroyed else { continue }
            logger.notice("The study is over; its study key is destroyed here", metadata: ["study": "\(scope)"])
        }
    }

    func observe(_ record: RoundRecord) async {
        do { try spendForgotten(record) } catch {
            logger.error(
                "A round from before the backup could not be counted",
                metadata: log.metadata(record, ["error": "\(ErrorReport(error).sentence)"]))
        }
        do { try keepSecrets(of: record) } catch {
            logger.warning(
                "Some evidence of a complaint could not be kept",
                metadata: log.metadata(record, ["error": "\(ErrorReport(error).sentence)"]))
        }
        if status.update(record) { log.tell(record) }
        log.writingStatus { try status.write(to: home.statusPath) }
    }
}

/// Where a node keeps people whom columns name: among its sealed lists.
private struct SealedRelated: RelatedKeeper {
    let lists: SealedLists

    func keepRelated(_ register: RegisterID) async throws -> sending any StreamSink {
        try await lists.keepRelated(register)
    }

    func keptRelated(_ register: RegisterID) async throws -> sending any ByteSource {
        try await lists.keptRelated(register)
    }
}

extension AuthorityDuty {
    /// For logs.
    var name: String {
        switch self {
        case .commitKeys: "commit keys"
        case .revealKeys: "reveal keys"
        case .signManifest: "sign manifest"
        case .declare(let register): "declare \(register)"
        case .send(let register): "send \(register)"
        case .mix(let register, let stage): "mix \(register) stage \(stage)"
        case .prove(let register, let stage): "prove \(register) stage \(stage)"
        case .check(let register, let stage): "check \(register) stage \(stage)"
        case .approve: "approve"
        case .release: "release shares"
        case .eraseKeys: "erase keys"
        }
    }
}

extension SourceSurvey {
    func metadata(_ register: RegisterID) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "register": "\(register)", "people": "\(people)", "rows": "\(rowsKept)",
        ]
        for (reason, count) in refused where count > 0 { metadata["refused_\(reason)"] = "\(count)" }
        return metadata
    }
}
