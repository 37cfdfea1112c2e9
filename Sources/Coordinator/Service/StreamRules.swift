internal import Agreement
internal import Exchange
internal import PSIProtocol
internal import Values

/// Who may write and read which stream of a round, by what its board says.
struct StreamRules {
    let record: RoundRecord

    /// The participant that holds the key with this pin.
    func participant(_ caller: Caller) -> Participant? {
        record.agreement.participants.first { $0.tlsPin == caller.pin.bytes }
    }

    func mayWrite(_ stream: StreamID, by caller: Caller) throws(ExchangeRefusal) {
        let me = try take(caller)
        try checkPart(stream)
        let isAllowed =
            switch stream.stage {
            case .ring(let stage): mayWriteRing(stream.batch, stage, me)
            case .exit: record.isVerified && mayWriteRing(stream.batch, record.ringCount - 1, me)
            case .proof(let stage): mayWriteProof(stream.batch, stage, me)
            case .vault:
                record.releasesRows && record.allManifestsSigned && record.register(stream.batch)?.owner == me.id
                    && record.batches[stream.batch] == nil
            case .release:
                stream.batch == me.id && record.ring.contains(me.id) && record.selected != nil
                    && record.released[me.id] == nil
            case .selection: false
            }
        guard isAllowed else {
            throw ExchangeRefusal(.callerNotAllowed, "\(me.id) may not write \(stream) at this point of the round.")
        }
    }

    private func mayWriteRing(_ batch: RegisterID, _ stage: Int, _ me: Participant) -> Bool {
        guard record.allDeclared, let register = record.register(batch),
            record.node(forStage: stage, of: register) == me.id
        else { return false }
        let done = record.stages[batch] ?? [:]
        return done[stage] == nil && (stage == 0 || record.isSettled(register, stage: stage - 1))
    }

    private func mayWriteProof(_ batch: RegisterID, _ stage: Int, _ me: Participant) -> Bool {
        guard let register = record.register(batch), record.provedStages.contains(stage) else { return false }
        return record.node(forStage: stage, of: register) == me.id && record.stages[batch]?[stage] != nil
            && record.proofs[batch]?[stage] == nil
    }

    func mayRead(_ stream: StreamID, by caller: Caller) throws(ExchangeRefusal) {
        let me = try take(caller, evenAfterTheEnd: isEvidence(stream))
        try checkPart(stream)
        let isAllowed =
            switch stream.stage {
            case .ring, .exit, .proof: mayReadSealed(stream, me)
            case .vault: record.agreement.vaultAccess == .whole && mayOpenVault(stream, me)
            case .selection:
                stream.batch == me.id && attempt(ofSelectionFor: me) == stream.attempt
            case .release: me.id == record.research && record.released[stream.batch]?.shares.attempt == stream.attempt
            }
        guard isAllowed else {
            throw ExchangeRefusal(.callerNotAllowed, "\(me.id) may not read \(stream) at this point of the round.")
        }
    }

    func mayReadCells(of vault: StreamID, by caller: Caller) throws(ExchangeRefusal) -> VaultLayout {
        let me = try take(caller)
        guard vault.stage == .vault, record.agreement.vaultAccess == .selected, mayOpenVault(vault, me) else {
            throw ExchangeRefusal(.callerNotAllowed, "\(me.id) may not fetch cells of \(vault).")
        }
        return VaultLayout(
            cellByteCount: record.agreement.cellByteCount, partition: .tagsOrHandles(of: record.agreement))
    }

    /// A list or a proof that an entry names: whoever it is sealed to. The coordinator reads its own store.
    private func mayReadSealed(_ stream: StreamID, _ me: Participant) -> Bool {
        if me.id == record.coordinator { return false }
        return switch record.namedStream(stream)?.sealing {
        case .sealed(let reader): reader == me.id
        case .shared(let readers): readers.contains(me.id)
        case .plain, nil: false
        }
    }

    private func mayOpenVault(_ stream: StreamID, _ me: Participant) -> Bool {
        me.id == record.research && record.allReleased && record.batches[stream.batch]?.vault?.attempt == stream.attempt
    }

    private func attempt(ofSelectionFor me: Participant) -> Int? {
        if me.id == record.research { return record.selected?.selection.attempt }
        return record.ring.contains(me.id) ? record.selected?.requests.attempt : nil
    }

    private func checkPart(_ stream: StreamID) throws(ExchangeRefusal) {
        let count = record.agreement.parts
        guard stream.part < count else {
            throw ExchangeRefusal(.callerNotAllowed, "The round's streams have \(count) part\(count == 1 ? "" : "s").")
        }
    }

    /// Whether somebody has accused another because of it. Its readers may then fetch it after the end, too. [P-73]
    private func isEvidence(_ stream: StreamID) -> Bool {
        record.complaints.values.contains { complaint in
            record.evidenceStreams(of: complaint).contains { $0.named.id == stream.part(0) }
        }
    }

    private func take(
        _ caller: Caller, evenAfterTheEnd: Bool = false
    ) throws(ExchangeRefusal) -> Participant {
        guard let me = participant(caller) else { throw ExchangeRefusal(.callerNotAllowed) }
        guard record.ending == nil || evenAfterTheEnd else { throw ExchangeRefusal(.roundClosed) }
        return me
    }
}
