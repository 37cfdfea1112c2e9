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
        StreamID(batch: id, stage: record.provedStage(stage), attempt: attempt)
    }

    private func mixer(
        _ id: RegisterID, _ stage: Int, _ attempt: Int, _ record: RoundRecord,
        _ secrets: borrowing AuthoritySecrets<S>
    ) throws -> ShuffleMixer {
        let seed = secrets.listSeed(register: id, stage: stage, attempt: attempt, round: record.round)
        return ShuffleMixer(
            agreement: record.agreement, capsuleKey: try record.capsuleKey(), key: secrets.blindingScalar.bytes.key,
            studyKey: secrets.studyKey, seed: seed, spool: port.spool,
            workers: workers)
    }

    private func mixed(
        by mixer: ShuffleMixer, _ id: RegisterID, _ stage: Int, _ record: RoundRecord
    ) async throws -> ShuffledList {
        let before = try await record.list(id, .ring(stage - 1), port: port)
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
            statement: statement, list: list, nonces: ProofSeed(), generators: statement.generators(from: generators),
            spool: port.spool,
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
        guard let register = record.register(id), let hop = record.node(forStage: stage, of: register) else {
            throw ProtocolViolation(.outOfPlace, by: me)
        }
        let isLast = stage == record.ringCount - 1
        let exit = isLast ? try secrets.exitSalt(for: me, in: record, hpkeKey: hpkeKey) : nil
        var (check, inputAuthor) = try await record.stageCheck(
            id, stage, exit: exit, generators: generators, port: port, workers: workers)
        switch try await check.run(tags: isLast ? record.stages[id]?[stage] : nil) {
        case nil: return Checked(register: id, stage: stage)
        case .input(let code):
            // What this node made itself and cannot read again, it can lay to nobody's charge.
            guard inputAuthor != me else { throw ProtocolViolation(.wrongDigest) }
            return Complained(against: inputAuthor, code: code, register: id, stage: stage - 1)
        case .stage(let code): return Complained(against: hop, code: code, register: id, stage: stage)
        }
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
        let check = ResultCheck(record, by: me, port: port, workers: workers)
        guard record.selected != nil else {
            let seed =
                record.drawsNoiseTogether
                ? try record.noiseSeed(for: me, own: secrets.noiseShare(round: record.round), hpkeKey: hpkeKey) : nil
            return try await check.counts(noiseSeed: seed) ? Approved(linkage: nil) : wrong
        }
        guard let seed = record.selectionSeed(for: me, hpkeKey: hpkeKey),
            let result = try await check.selection(seed: seed.key)
        else { return wrong }
        guard let linkage = result.publishedLinkage(), let research = record.research.flatMap(record.participant)
        else { return Approved(linkage: nil) }
        return Approved(
            linkage: HexBytes(
                try SealedSecret.seal(
                    linkage.digest(), .approved, from: me, to: research, round: record.round)))
    }
}
