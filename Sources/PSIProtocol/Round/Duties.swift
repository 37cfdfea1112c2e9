internal import Agreement
public import Values

/// What a node has to do next, by what the board says. Duties are independent of one another: a node may do them in any
/// order and, where it can, at once. [P-16]
public enum AuthorityDuty: Sendable, Hashable {
    case commitKeys
    case revealKeys
    case signManifest
    /// Blind the register, seal its rows, store the vault and say so.
    case declare(RegisterID)
    /// Send the own list to the next node.
    case send(RegisterID)
    /// Compute a stage of another node's list.
    case mix(RegisterID, stage: Int)
    /// Prove the stage that this node has computed, in a verified round.
    case prove(RegisterID, stage: Int)
    /// Check another node's proof.
    case check(RegisterID, stage: Int)
    /// Do the coordinator's matching again.
    case approve
    /// Compute shares for what was selected.
    case release
    case eraseKeys
}

public enum ResearchDuty: Sendable, Hashable {
    case commitKeys, revealKeys, signManifest, receive, eraseKeys
}

public enum CoordinatorDuty: Sendable, Equatable {
    /// Match the tags; post `Selected` or `Counted`.
    case match
    case close
    /// Someone refused.
    case abort(RoundAborted)
}

extension RoundRecord {
    public func authorityDuties(of me: ParticipantID) -> [AuthorityDuty] {
        if ending != nil { return erased.contains(me) ? [] : [.eraseKeys] }
        if refusals[me] != nil || !complaints.isEmpty { return [] }
        if commitments[me] == nil { return [.commitKeys] }
        guard allCommitted else { return [] }
        if reveals[me] == nil { return [.revealKeys] }
        guard allRevealed else { return [] }
        if !manifestSigners.contains(me) { return [.signManifest] }
        guard allManifestsSigned else { return [] }
        guard allDeclared else {
            return agreement.registers.filter { $0.owner == me && batches[$0.id] == nil }.map { .declare($0.id) }
        }
        var duties: [AuthorityDuty] = []
        for register in agreement.registers {
            let done = stages[register.id] ?? [:]
            for stage in provedStages where done[stage] != nil {
                if let duty = provingDuty(of: me, register, stage: stage) { duties.append(duty) }
            }
            let next = (0..<ringCount).first { done[$0] == nil }
            guard let next, node(forStage: next, of: register) == me,
                next == 0 || isSettled(register, stage: next - 1)
            else { continue }
            duties.append(next == 0 ? .send(register.id) : .mix(register.id, stage: next))
        }
        if hasResult, approvers.contains(me), approvals[me] == nil { duties.append(.approve) }
        if selected != nil, allApproved, released[me] == nil { duties.append(.release) }
        return duties
    }

    private func provingDuty(of me: ParticipantID, _ register: RegisterDeclaration, stage: Int) -> AuthorityDuty? {
        guard proofs[register.id]?[stage] != nil else {
            return node(forStage: stage, of: register) == me ? .prove(register.id, stage: stage) : nil
        }
        guard checkers(ofStage: stage, of: register).contains(me),
            checks[register.id]?[stage]?.contains(me) != true
        else { return nil }
        return .check(register.id, stage: stage)
    }

    public func researchDuties(of me: ParticipantID) -> [ResearchDuty] {
        guard releasesRows else { return [] }
        if ending != nil { return erased.contains(me) ? [] : [.eraseKeys] }
        if refusals[me] != nil || !complaints.isEmpty { return [] }
        if commitments[me] == nil { return [.commitKeys] }
        guard allCommitted else { return [] }
        if reveals[me] == nil { return [.revealKeys] }
        guard allRevealed else { return [] }
        if !manifestSigners.contains(me) { return [.signManifest] }
        return selected != nil && allReleased && !isReceived ? [.receive] : []
    }

    public func coordinatorDuties() -> [CoordinatorDuty] {
        if ending != nil { return [] }
        if !refusals.isEmpty { return [.abort(RoundAborted(code: .refused, participants: refusals.keys.sorted()))] }
        if !complaints.isEmpty { return [.abort(complaintAbort)] }
        if allStagesSettled, !hasResult { return [.match] }
        if releasesRows ? isReceived : counted != nil && allApproved { return [.close] }
        return []
    }

    /// Names the accused and the accusers: nobody else can tell yet who of them is right. [P-73]
    private var complaintAbort: RoundAborted {
        let named = Set(complaints.keys).union(complaints.values.map(\.against))
        return RoundAborted(
            code: .protocolViolation, participants: agreement.participants.map(\.id).filter(named.contains))
    }

    /// Where the round stands, for people.
    public enum Phase: String, Sendable, CaseIterable {
        case keys, declaring, ring, matching, approving, releasing, receiving, closing, closed, aborted
    }

    public var phase: Phase {
        switch ending {
        case .closed: return .closed
        case .aborted: return .aborted
        case nil: break
        }
        if !allManifestsSigned { return .keys }
        if !allDeclared { return .declaring }
        if !allStagesSettled { return .ring }
        if !hasResult { return .matching }
        if !allApproved { return .approving }
        if releasesRows {
            if !allReleased { return .releasing }
            return isReceived ? .closing : .receiving
        }
        return .closing
    }

    /// Whom the round waits for now, in the agreement's order.
    public var waitingFor: [ParticipantID] {
        agreement.participants.map(\.id).filter { id in
            if id == coordinator { return !coordinatorDuties().isEmpty }
            if ring.contains(id) { return !authorityDuties(of: id).filter { $0 != .eraseKeys }.isEmpty }
            return id == research && !researchDuties(of: id).filter { $0 != .eraseKeys }.isEmpty
        }
    }
}
