public import Agreement
public import Crypto
public import Values

/// Does a node's duties and says what the board is to hear of it. [P-16]
public struct AuthorityRunner<S: Suite>: Sendable {
    let me: ParticipantID
    let hpkeKey: XWingMLKEM768X25519.PrivateKey
    let port: any RoundPort
    private let lists: any ListKeeper
    let mixed: MixedLists
    let generators: (any GeneratorKeeper)?
    let workers: Workers
    /// This node's own limit on a person's cells, no more than the agreement's.
    private let cellCap: @Sendable (RegisterDeclaration) -> Int
    /// This node's own limit on a cohort's people, no more than the agreement's.
    private let cohortCap: @Sendable (CohortDeclaration) -> Int

    /// - Parameter generators: keeps those of verified rounds; without, they are hashed whenever they are needed.
    public init(
        me: ParticipantID, hpkeKey: XWingMLKEM768X25519.PrivateKey, port: any RoundPort, lists: any ListKeeper,
        mixed: MixedLists = MixedLists(), generators: (any GeneratorKeeper)? = nil, workers: Workers,
        cellCap: @escaping @Sendable (RegisterDeclaration) -> Int = { $0.maxCellsPerPerson },
        cohortCap: @escaping @Sendable (CohortDeclaration) -> Int = { $0.maxPeople }
    ) {
        self.me = me
        self.hpkeKey = hpkeKey
        self.port = port
        self.lists = lists
        self.mixed = mixed
        self.generators = generators
        self.workers = workers
        self.cellCap = cellCap
        self.cohortCap = cohortCap
    }

    /// Does one duty.
    ///
    /// - Parameter people: opens a register of this node's; called for `declare` only.
    /// - Returns: what to post. For `eraseKeys` the caller has erased the keys before.
    public func perform(
        _ duty: AuthorityDuty, record: RoundRecord, secrets: borrowing AuthoritySecrets<S>,
        people: @Sendable (RegisterDeclaration) async throws -> sending any PeopleSource
    ) async throws -> any EntryBody {
        switch duty {
        case .commitKeys:
            guard let commitment = secrets.reveal.commitment(round: record.round, participant: me) else {
                throw ProtocolViolation(.unencodableEntry, by: me)
            }
            return KeyCommitted(commitment: HexBytes(commitment))
        case .revealKeys: return secrets.reveal
        case .signManifest:
            // A share that does not open is found here, before anything of a register has left the node.
            _ = try secrets.exitSalt(for: me, in: record, hpkeKey: hpkeKey)
            return ManifestSigned(manifest: HexBytes(record.manifest))
        case .declare(let id): return try await declare(id, record, secrets, people)
        case .send(let id): return try await send(id, record)
        case .mix(let id, let stage):
            return record.isVerified
                ? try await mixProvably(id, stage, record, secrets) : try await mix(id, stage, record, secrets)
        case .prove(let id, let stage): return try await prove(id, stage, record, secrets)
        case .check(let id, let stage): return try await check(id, stage, record, secrets)
        case .approve: return try await approve(record, secrets)
        case .release: return try await release(record, secrets)
        case .eraseKeys: return KeysErased()
        }
    }

    private func declare(
        _ id: RegisterID, _ record: RoundRecord, _ secrets: borrowing AuthoritySecrets<S>,
        _ people: @Sendable (RegisterDeclaration) async throws -> sending any PeopleSource
    ) async throws -> any EntryBody {
        var register = try record.ownRegister(id, of: me)
        register.maxCellsPerPerson = min(register.maxCellsPerPerson, cellCap(register))
        let capsuleKey = try record.capsuleKey()
        var encapsulation: HexBytes?
        var registerSecret: SymmetricKey?
        if record.releasesRows, let research = record.research.flatMap({ record.participant($0) }) {
            let shared = try RegisterSecret.encapsulate(register: id, round: record.round, to: research)
            encapsulation = HexBytes(shared.encapsulation)
            registerSecret = shared.secret.key
        }
        var source = try await people(register)
        let tokens = try await tokenMaker(record, secrets, &source)
        var builder = try await BatchBuilder<S>(
            register: register, record: record, key: secrets.blindingScalar, capsuleKey: capsuleKey,
            studyKey: secrets.studyKey, registerSecret: registerSecret, tokens: tokens, spool: port.spool,
            workers: workers)
        let pieceCount = pieceCount(record)
        try await builder.add { try await source.next(pieceCount) }
        let lists = lists
        var list = AnyStreamSink(try await PartedSink { part in try await lists.keep(id, part: part) })
        let declared = try await builder.finishList(into: &list)
        let summary = declared.summary
        try await list.finish()
        var vault: AnnouncedStream?
        if record.releasesRows {
            let attempt = try await port.nextAttempt(batch: id, stage: .vault)
            var sink = AnyStreamSink(
                try await port.partedSink(for: StreamID(batch: id, stage: .vault, attempt: attempt), sealing: .plain))
            let cells = try await declared.finishVault(into: &sink)
            try await sink.finish()
            vault = cells.announced(attempt: attempt)
        }
        let survey = try registerSecret.map {
            HexBytes(
                try source.survey.published(under: record.agreement).sealed(
                    under: $0, register: id, round: record.round))
        }
        return BatchDeclared(
            register: id, count: summary.count, digest: HexBytes(summary.digest), encapsulation: encapsulation,
            vault: vault, survey: survey)
    }

    /// People blinded together: what some cores work at takes 32 MiB at most.
    private func pieceCount(_ record: RoundRecord) -> Int {
        let most = (32 << 20) / ItemLayout(S.self, agreement: record.agreement).itemByteCount
        return max(1, max(workers.count, min(4_096, most)) / 8)
    }

    /// What makes the tokens of a round with tolerant matching. It has to know first which tokens too many people have.
    private func tokenMaker(
        _ record: RoundRecord, _ secrets: borrowing AuthoritySecrets<S>, _ source: inout any PeopleSource
    ) async throws -> TokenMaker? {
        guard let settings = record.agreement.tolerantMatching else { return nil }
        let seed = try secrets.exitSalt(for: me, in: record, hpkeKey: hpkeKey).tokenSeed
        var maker = TokenMaker(settings: settings, seed: seed)
        let tokens = maker
        let pieceCount = pieceCount(record)
        var byteCount = 0
        try await Pipeline(workers: workers).run {
            byteCount < StepMemory.byteCount
        } read: { () async throws -> PeoplePiece? in
            let people = try await source.next(pieceCount)
            byteCount += people.byteCount
            return people.isEmpty ? nil : people
        } compute: { people in
            (try people.records().map { tokens.allTokens(of: $0.features) }, people.byteCount)
        } take: { made, madeByteCount in
            byteCount -= madeByteCount
            for person in made { maker.count(person) }
        }
        try await source.rewind()
        return maker
    }

    private func send(_ id: RegisterID, _ record: RoundRecord) async throws -> any EntryBody {
        let register = try record.ownRegister(id, of: me)
        let (attempt, output) = try await sink(for: register, stage: 0, record)
        var writer = output
        var digest = StreamDigest(partCount: record.agreement.parts)
        for part in 0..<record.agreement.parts {
            if part > 0 { try await writer.nextPart() }
            var source = try await lists.kept(id, part: part)
            while let piece = try await source.next() {
                digest.update(piece)
                try await writer.write(piece)
            }
            digest.endPart()
        }
        try await writer.finish()
        guard let batch = record.batches[id], batch.digest.bytes == digest.finalized() else {
            // The kept list is not what was declared: the disk lied. Nothing was committed.
            throw ProtocolViolation(.wrongDigest, by: me)
        }
        let list = AnnouncedStream(attempt: attempt, count: batch.count, digest: batch.digest)
        return StageCommitted(register: id, stage: 0, list: list)
    }

    private func mix(
        _ id: RegisterID, _ stage: Int, _ record: RoundRecord, _ secrets: borrowing AuthoritySecrets<S>
    ) async throws -> any EntryBody {
        guard let register = record.register(id), let before = record.stages[id]?[stage - 1],
            let sender = record.node(forStage: stage - 1, of: register)
        else { throw ProtocolViolation(.outOfPlace, by: me) }
        let isLast = stage == record.ringCount - 1
        let exit = isLast ? try secrets.exitSalt(for: me, in: record, hpkeKey: hpkeKey) : nil
        let input = try await port.partedSource(
            of: StreamID(batch: id, stage: .ring(stage - 1), attempt: before.attempt),
            sealing: record.sealing(of: .ring(stage - 1), batch: id), from: sender)
        let (attempt, sink) = try await sink(for: register, stage: stage, record)
        var output = AnyStreamSink(sink)
        let mixer = RingMixer<S>(
            agreement: record.agreement, capsuleKey: try record.capsuleKey(), studyKey: secrets.studyKey,
            workers: workers)
        let summary = try await mixer.run(
            input: AnyByteSource(input), expected: before, sender: sender, keeper: record.coordinator,
            key: secrets.blindingScalar, exit: exit, spool: port.spool, output: &output)
        try await output.finish()
        return StageCommitted(register: id, stage: stage, list: summary.announced(attempt: attempt))
    }

    /// A new attempt at a ring stage, sealed to those who read it.
    private func sink(
        for register: RegisterDeclaration, stage: Int, _ record: RoundRecord
    ) async throws -> (attempt: Int, sink: PartedSink) {
        let attempt = try await port.nextAttempt(batch: register.id, stage: .ring(stage))
        return (attempt, try await sink(register.id, .ring(stage), attempt, record))
    }

    func sink(
        _ register: RegisterID, _ stage: StreamStage, _ attempt: Int, _ record: RoundRecord
    ) async throws -> PartedSink {
        try await port.partedSink(
            for: StreamID(batch: register, stage: stage, attempt: attempt),
            sealing: record.sealing(of: stage, batch: register))
    }

    private func release(
        _ record: RoundRecord, _ secrets: borrowing AuthoritySecrets<S>
    ) async throws -> any EntryBody {
        guard let selected = record.selected, let research = record.research else {
            throw ProtocolViolation(.outOfPlace, by: me)
        }
        let requests = try await port.partedSource(
            of: StreamID(batch: me, stage: .selection, attempt: selected.requests.attempt), sealing: .plain,
            from: record.coordinator)
        let attempt = try await port.nextAttempt(batch: me, stage: .release)
        var output = AnyStreamSink(
            try await port.partedSink(
                for: StreamID(batch: me, stage: .release, attempt: attempt), sealing: .sealed(to: research)))
        let cap = record.releasableItemCap { min($0.maxPeople, cohortCap($0)) }
        let summary = try await ShareComputer(agreement: record.agreement, workers: workers).run(
            requests: AnyByteSource(requests), expected: selected.requests, coordinator: record.coordinator, cap: cap,
            key: secrets.capsuleScalar, proving: try record.shareStatement(of: me, attempt: attempt),
            spool: port.spool, output: &output)
        try await output.finish()
        return Released(shares: summary.announced(attempt: attempt))
    }
}

extension RoundRecord {
    fileprivate func ownRegister(_ id: RegisterID, of me: ParticipantID) throws(ProtocolViolation)
        -> RegisterDeclaration
    {
        guard let register = register(id), register.owner == me else { throw ProtocolViolation(.outOfPlace, by: me) }
        return register
    }

    /// Y = Y_R + Σ D_j from what was revealed; nil in a count-only round. [P-41]
    public func capsuleKey() throws(ProtocolViolation) -> CapsuleKey? {
        guard releasesRows else { return nil }
        do { return try CapsuleKey(sumOf: keyHolders.compactMap { reveals[$0]?.capsulePoint?.bytes }) } catch {
            throw ProtocolViolation(.badProof)
        }
    }
}
