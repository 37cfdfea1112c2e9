internal import Agreement
internal import Values

/// Lists and stages as the board names them. [P-61]
extension RoundRecord {
    /// The stage of the list whose shuffle is proved: at the last stage the elements that the tags are made of.
    func provedStage(_ stage: Int) -> StreamStage { stage == ringCount - 1 ? .exit : .ring(stage) }

    /// A list that the board names, with who wrote it.
    func list(
        _ id: RegisterID, _ stage: StreamStage, port: any StreamPort
    ) async throws -> (reader: ListReader<AnyByteSource>, sender: ParticipantID) {
        let number = if case .ring(let number) = stage { number } else { ringCount - 1 }
        guard let register = register(id), let sender = node(forStage: number, of: register),
            let expected = stage == .exit ? exits[id] : stages[id]?[number]
        else { throw ProtocolViolation(.outOfPlace) }
        let source = try await port.partedSource(
            of: StreamID(batch: id, stage: stage, attempt: expected.attempt),
            sealing: sealing(of: stage, batch: id), from: sender)
        let layout = ItemLayout(agreement)
        let reader = ListReader(
            AnyByteSource(source), width: layout.itemByteCount, keyByteCount: layout.elementByteCount,
            partition: .items(of: agreement), prefixByteCount: ListPrefix.byteCount, expected: expected,
            sender: sender)
        return (reader, sender)
    }

    /// What checks a stage, and who made the list that the stage began with.
    ///
    /// - Parameters:
    ///   - exit: what makes tags, to check those of the last stage too.
    ///   - generators: keeps those of proofs; without, they are hashed.
    func stageCheck(
        _ id: RegisterID, _ stage: Int, exit: ExitSalt?, generators: (any GeneratorKeeper)? = nil,
        port: any StreamPort, workers: Workers
    ) async throws -> (check: StageCheck<AnyByteSource, PartedSource>, inputAuthor: ParticipantID) {
        guard let proof = proofs[id]?[stage]?.stream, let register = register(id),
            let hop = node(forStage: stage, of: register)
        else { throw ProtocolViolation(.outOfPlace) }
        let statement = try shuffleStatement(id, stage: stage, proofAttempt: proof.attempt)
        let input = try await list(id, .ring(stage - 1), port: port)
        let output = try await list(id, provedStage(stage), port: port)
        let source = try await port.partedSource(
            of: StreamID(batch: id, stage: .proof(stage), attempt: proof.attempt),
            sealing: sealing(of: .proof(stage), batch: id), from: hop)
        let check = StageCheck(
            statement: statement, agreement: agreement, input: input.reader, output: output.reader,
            proof: ProofReader(source, layout: statement.layout, expected: proof, partCount: agreement.parts),
            generators: statement.generators(from: generators), exit: exit, keeper: coordinator, spool: port.spool,
            workers: workers)
        return (check, input.sender)
    }

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
            capsuleKey: try capsuleKey(), studyKey: studyKey(of: hop), input: input.digest.bytes,
            output: output.digest.bytes)
    }
}

extension ShuffleStatement {
    /// Generators for as many items as the lists have, kept ones if somebody keeps any.
    func generators(from keeper: (any GeneratorKeeper)?) -> any ShuffleGenerators {
        guard let keeper else { return HashedGenerators() }
        return KeptGenerators(keeper, count: count)
    }
}
