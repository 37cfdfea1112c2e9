internal import Agreement
internal import Crypto
internal import Values

/// What a node does in a verified round besides. [P-61]
extension AuthorityRunner {
    // MARK: Mixing

    /// Computes a stage so that it can be proved, and made again after a restart.
    func mixProvably(
        _ id: RegisterID, _ stage: Int, _ record: RoundRecord, _ secrets: borrowing AuthoritySecrets<S>
    ) async throws -> any EntryBody {
        let isLast = stage == record.ringCount - 1
        let attempt = try await port.nextAttempt(batch: id, stage: isLast ? .exit : .ring(stage))
        let mixer = try mixer(id, stage, attempt, record, secrets)
        let list: ShuffledList
        do { list = try await mixed(by: mixer, id, stage, record) } catch let violation as ProtocolViolation {
            return try complaint(violation, register: id, stage: stage - 1, record)
        }
        let summary: ListSummary
        var exit: AnnouncedStream?
        do {
            var output = AnyStreamSink(try await sink(id, isLast ? .exit : .ring(stage), attempt, record))
            let written = try await mixer.write(list, to: &output)
            try await output.finish()
            if isLast {
                exit = written.announced(attempt: attempt)
                let salt = try secrets.exitSalt(for: me, in: record, hpkeKey: hpkeKey)
                let tagAttempt = try await port.nextAttempt(batch: id, stage: .ring(stage))
                var tags = AnyStreamSink(try await sink(id, .ring(stage), tagAttempt, record))
                summary = try await mixer.writeTags(list, exit: salt, to: &tags)
                try await tags.finish()
                await mixed.keep(list, as: provedStream(id, stage, attempt, record))
                return StageCommitted(
                    register: id, stage: stage, list: summary.announced(attempt: tagAttempt), exit: exit)
            }
            summary = written
        } catch {
            list.discard()
            throw error
        }
        await mixed.keep(list, as: provedStream(id, stage, attempt, record))
        return StageCommitted(register: id, stage: stage, list: summary.announced(attempt: attempt))
    }

    /// The list whose shuffle is proved: that of a stage, or at the last stage its elements.
    private func provedStream(
        _ id: RegisterID, _ stage: Int, _ attempt: Int, _ record: RoundRecord
    ) -> StreamID {
        StreamID(batch: id, stage: stage == record.ringCount - 1 ? .exit : .ring(stage), attempt: attempt)
    }

    private func mixer(
        _ id: RegisterID, _ stage: Int, _ attempt: Int, _ record: RoundRecord,
        _ secrets: borrowing AuthoritySecrets<S>
    ) throws -> ShuffleMixer {
        let seed = secrets.listSeed(register: id, stage: stage, attempt: attempt, round: record.round)
        return ShuffleMixer(
            agreement: record.agreement, capsuleKey: try record.capsuleKey(), key: secrets.blindingScalar.bytes.key,
            seed: seed, spool: port.spool,
            workers: workers)
    }

    private func mixed(
        by mixer: ShuffleMixer, _ id: RegisterID, _ stage: Int, _ record: RoundRecord
    ) async throws -> ShuffledList {
        let before = try await list(id, .ring(stage - 1), record)
        var reader = before.reader
        do { return try await mixer.mix(&reader, by: before.sender) } catch let violation as ProtocolViolation {
            throw try await reader.attributed(violation, keeper: record.coordinator)
        }
    }

    // MARK: Proving

    /// Proves a stage of this node's, under a new attempt and with new nonces whenever it is done again.
    func prove(
        _ id: RegisterID, _ stage: Int, _ record: RoundRecord, _ secrets: borrowing AuthoritySecrets<S>
    ) async throws -> any EntryBody {
        let proofAttempt = try await port.nextAttempt(batch: id, stage: .proof(stage))
        let statement = try record.shuffleStatement(id, stage: stage, proofAttempt: proofAttempt)
        let stream = provedStream(id, stage, statement.outputAttempt, record)
        var list = await mixed.take(stream)
        if list == nil {
            let mixer = try mixer(id, stage, statement.outputAttempt, record, secrets)
            let again = try await mixed(by: mixer, id, stage, record)
            var nowhere = NoSink()
            guard try await mixer.write(again, to: &nowhere).digest == statement.output else {
                again.discard()
                throw ProtocolViolation(.wrongDigest, by: me)
            }
            list = again
        }
        guard let list else { throw ProtocolViolation(.outOfPlace, by: me) }
        defer { list.discard() }
        var output = AnyStreamSink(try await sink(id, .proof(stage), proofAttempt, record))
        var writer = ProofWriter(count: statement.count, partCount: record.agreement.parts)
        try await ShuffleProver(
            statement: statement, list: list, nonces: ProofSeed(), generators: HashedGenerators(), spool: port.spool,
            workers: workers
        ).prove { try await writer.write($0, to: &output) }
        let summary = try await writer.finish(to: &output)
        try await output.finish()
        return Proved(proof: summary.announced(attempt: proofAttempt), register: id, stage: stage)
    }

    // MARK: Checking

    /// Checks another node's stage.
    ///
    /// - Returns: that it is right, or whom this node accuses of what.
    func check(
        _ id: RegisterID, _ stage: Int, _ record: RoundRecord, _ secrets: borrowing AuthoritySecrets<S>
    ) async throws -> any EntryBody {
        guard let proof = record.proofs[id]?[stage]?.stream, let register = record.register(id),
            let hop = record.node(forStage: stage, of: register)
        else { throw ProtocolViolation(.outOfPlace, by: me) }
        let isLast = stage == record.ringCount - 1
        let statement = try record.shuffleStatement(id, stage: stage, proofAttempt: proof.attempt)
        let exit = isLast ? try secrets.exitSalt(for: me, in: record, hpkeKey: hpkeKey) : nil
        let input = try await list(id, .ring(stage - 1), record)
        let output = try await list(id, isLast ? .exit : .ring(stage), record)
        let source = try await port.partedSource(
            of: StreamID(batch: id, stage: .proof(stage), attempt: proof.attempt),
            sealing: record.sealing(of: .proof(stage), batch: id), from: hop)
        var check = StageCheck(
            statement: statement, agreement: record.agreement, input: input.reader, output: output.reader,
            proof: ProofReader(source, layout: statement.layout, expected: proof, partCount: record.agreement.parts),
            exit: exit, keeper: record.coordinator, spool: port.spool, workers: workers)
        switch try await check.run(tags: isLast ? record.stages[id]?[stage] : nil) {
        case nil: return Checked(register: id, stage: stage)
        case .input(let code):
            // What this node made itself and cannot read again, it can lay to nobody's charge.
            guard input.sender != me else { throw ProtocolViolation(.wrongDigest) }
            return Complained(against: input.sender, code: code, register: id, stage: stage - 1)
        case .stage(let code): return Complained(against: hop, code: code, register: id, stage: stage)
        }
    }

    /// A list that the board names, with who wrote it.
    private func list(
        _ id: RegisterID, _ stage: StreamStage, _ record: RoundRecord
    ) async throws -> (reader: ListReader<AnyByteSource>, sender: ParticipantID) {
        let number = if case .ring(let number) = stage { number } else { record.ringCount - 1 }
        guard let register = record.register(id), let sender = record.node(forStage: number, of: register),
            let expected = stage == .exit ? record.exits[id] : record.stages[id]?[number]
        else { throw ProtocolViolation(.outOfPlace, by: me) }
        let source = try await port.partedSource(
            of: StreamID(batch: id, stage: stage, attempt: expected.attempt),
            sealing: record.sealing(of: stage, batch: id), from: sender)
        let layout = ItemLayout(record.agreement)
        let reader = ListReader(
            AnyByteSource(source), width: layout.itemByteCount, keyByteCount: layout.elementByteCount,
            partition: .items(of: record.agreement), prefixByteCount: ListPrefix.byteCount, expected: expected,
            sender: sender)
        return (reader, sender)
    }

    /// What a node says of a list that it cannot go on from: an accusation of the list's author, unless another is at
    /// fault. Of a stream that is not the announced one nobody can tell who altered it. [P-73]
    private func complaint(
        _ violation: ProtocolViolation, register id: RegisterID, stage: Int, _ record: RoundRecord
    ) throws -> any EntryBody {
        guard let register = record.register(id), let author = record.node(forStage: stage, of: register),
            violation.participant == nil || violation.participant == author, author != me,
            let code = violation.kind == .wrongDigest
                ? .streamUnreadable : ComplaintCode(rawValue: violation.kind.rawValue)
        else { throw violation }
        return Complained(against: author, code: code, register: id, stage: stage)
    }
}

// MARK: Approving

extension AuthorityRunner {
    /// Does the coordinator's matching again. [P-71]
    ///
    /// - Returns: that it found the same, or that the coordinator is wrong.
    func approve(_ record: RoundRecord, _ secrets: borrowing AuthoritySecrets<S>) async throws -> any EntryBody {
        let wrong = Complained(against: record.coordinator, code: .selectionWrong)
        let result = try await record.matchedLists(for: me, port: port, workers: workers)
        guard let selected = record.selected else {
            var noise: (plan: NoisePlan, draws: [Int])?
            if let plan = try NoisePlan(record.agreement) {
                let share = secrets.noiseShare(round: record.round)
                noise = (plan, plan.draw(from: try record.noiseSeed(for: me, own: share, hpkeKey: hpkeKey)))
            }
            return result.published(noise: noise) == record.counted ? Approved(linkage: nil) : wrong
        }
        guard result.obstacle == nil, let capsuleKey = try record.capsuleKey(),
            let sealed = selected.seeds?[me]?.bytes,
            let seed = SealedSecret.open(
                sealed, .selectionSeed, from: record.coordinator, to: me, round: record.round, key: hpkeKey),
            SealedSecret.digest(seed, .selectionSeed, of: record.coordinator, round: record.round)
                == selected.seedDigest?.bytes
        else { return wrong }
        var (requests, selection) = (NoSink(), NoSink())
        let own = try await result.select(
            for: capsuleKey, seed: seed.key, workers: workers, requests: &requests, selection: &selection)
        guard own.requests.announced(attempt: selected.requests.attempt) == selected.requests,
            own.selection.announced(attempt: selected.selection.attempt) == selected.selection
        else { return wrong }
        guard let linkage = result.publishedLinkage(), let research = record.research.flatMap(record.participant)
        else { return Approved(linkage: nil) }
        return Approved(
            linkage: HexBytes(
                try SealedSecret.seal(
                    linkage.digest(), .approved, from: me, to: research, round: record.round)))
    }
}

extension RoundRecord {
    /// What the proof of a stage is about.
    func shuffleStatement(
        _ id: RegisterID, stage: Int, proofAttempt: Int
    ) throws(ProtocolViolation) -> ShuffleStatement {
        guard let register = register(id), let hop = node(forStage: stage, of: register),
            let input = stages[id]?[stage - 1],
            let output = stage == ringCount - 1 ? exits[id] : stages[id]?[stage],
            let key = reveals[hop]?.blindingPoint?.bytes
        else { throw ProtocolViolation(.outOfPlace) }
        return ShuffleStatement(
            agreement: agreementID, round: round, manifest: manifest, register: id, hop: hop, stage: stage,
            inputAttempt: input.attempt, outputAttempt: output.attempt, proofAttempt: proofAttempt,
            count: output.count, elementCount: agreement.elementCount, blindingKey: key,
            capsuleKey: try capsuleKey(), input: input.digest.bytes, output: output.digest.bytes)
    }
}
