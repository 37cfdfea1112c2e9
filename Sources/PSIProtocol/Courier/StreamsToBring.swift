internal import Agreement
public import Values

extension RoundRecord {
    /// The streams that a participant reads for what it has yet to do, as far as the board names them, all parts of
    /// each. Whoever cannot fetch them is brought them. [P-75]
    public func streamsToBring(to reader: ParticipantID) -> [NamedStream] {
        var streams = evidenceToBring(to: reader)
        if ending == nil, refusals[reader] == nil, complaints.isEmpty {
            streams += agreement.registers.flatMap { listsToBring(of: $0, to: reader) }
            streams += releaseToBring(to: reader)
        }
        var seen: Set<StreamID> = []
        return streams.filter { seen.insert($0.id).inserted }.flatMap(\.parts)
    }

    private func evidenceToBring(to reader: ParticipantID) -> [NamedStream] {
        complaints.keys.sorted().compactMap { complaints[$0] }.flatMap(evidenceStreams(of:)).map(\.named).filter {
            $0.sealing == .plain ? $0.id.batch == reader : $0.sealing.isReadable(by: reader)
        }
    }

    /// What it mixes, checks and approves of a register's list.
    private func listsToBring(of register: RegisterDeclaration, to reader: ParticipantID) -> [NamedStream] {
        let done = stages[register.id] ?? [:]
        var wanted: [StreamStage] = []
        for stage in 1..<max(ringCount, 1) where done[stage] == nil && done[stage - 1] != nil {
            if node(forStage: stage, of: register) == reader { wanted.append(.ring(stage - 1)) }
        }
        for stage in provedStages where proofs[register.id]?[stage] != nil {
            guard checkers(ofStage: stage, of: register).contains(reader),
                checks[register.id]?[stage]?.contains(reader) != true
            else { continue }
            wanted += [.ring(stage - 1), provedStage(stage), .proof(stage)]
        }
        if hasResult, approvers.contains(reader), approvals[reader] == nil { wanted.append(.ring(ringCount - 1)) }
        return wanted.compactMap { named($0, register) }
    }

    private func named(_ stage: StreamStage, _ register: RegisterDeclaration) -> NamedStream? {
        let attempt: Int? =
            switch stage {
            case .ring(let number): stages[register.id]?[number]?.attempt
            case .exit: exits[register.id]?.attempt
            case .proof(let number): proofs[register.id]?[number]?.stream.attempt
            case .vault: batches[register.id]?.vault?.attempt
            case .selection, .release: nil
            }
        return attempt.flatMap { namedStream(StreamID(batch: register.id, stage: stage, attempt: $0)) }
    }

    /// What was selected for a node; for the research environment all that was released.
    private func releaseToBring(to reader: ParticipantID) -> [NamedStream] {
        guard let selected else { return [] }
        if ring.contains(reader), released[reader] == nil {
            return [
                namedStream(StreamID(batch: reader, stage: .selection, attempt: selected.requests.attempt))
            ].compactMap { $0 }
        }
        guard reader == research, allReleased, !isReceived else { return [] }
        let own = namedStream(StreamID(batch: reader, stage: .selection, attempt: selected.selection.attempt))
        let shares = ring.compactMap { node in
            released[node].flatMap {
                namedStream(StreamID(batch: node, stage: .release, attempt: $0.shares.attempt))
            }
        }
        let vaults = agreement.vaultAccess == .whole ? agreement.registers.compactMap { named(.vault, $0) } : []
        return [own].compactMap { $0 } + shares + vaults
    }
}
