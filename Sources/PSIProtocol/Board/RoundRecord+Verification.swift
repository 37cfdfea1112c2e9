public import Agreement
public import Values

/// Who proves, checks and approves in a verified round. [P-61]
extension RoundRecord {
    public var isVerified: Bool { agreement.verification == .full }

    /// Who does the coordinator's work again before anything is released: every mixer.
    public var approvers: [ParticipantID] { isVerified ? agreement.mixers.map(\.id) : [] }

    /// Stages of a list that are proved: all but the owner's own.
    public var provedStages: Range<Int> { isVerified ? 1..<max(ringCount, 1) : 1..<1 }

    /// Who checks a stage of a register's list.
    ///
    /// Owners never check their own list: who sees its tags finds people that it has marked.
    public func checkers(ofStage stage: Int, of register: RegisterDeclaration) -> [ParticipantID] {
        guard provedStages.contains(stage), let owner = ring.firstIndex(of: register.owner) else { return [] }
        let hop = owner + stage
        let candidates = (1..<ringCount).map { ring[(hop + $0) % ringCount] }.filter { $0 != register.owner }
        guard stage == ringCount - 1 else { return Array(candidates.prefix(agreement.checkers ?? candidates.count)) }
        let mixers = Set(approvers)
        let judges = candidates.filter(mixers.contains)
        return judges.isEmpty ? Array(candidates.prefix(1)) : judges
    }

    /// Whether all who check this stage have found it right.
    public func isChecked(_ register: RegisterDeclaration, stage: Int) -> Bool {
        let checked = checks[register.id]?[stage] ?? []
        return checkers(ofStage: stage, of: register).allSatisfy(checked.contains)
    }

    /// Whether a node may go on from this stage of a list.
    public func isSettled(_ register: RegisterDeclaration, stage: Int) -> Bool {
        stages[register.id]?[stage] != nil && (!provedStages.contains(stage) || isChecked(register, stage: stage))
    }

    /// Whether every list has passed the ring, and all checks.
    public var allStagesSettled: Bool {
        allStagesDone
            && agreement.registers.allSatisfy { register in
                provedStages.allSatisfy { isChecked(register, stage: $0) }
            }
    }

    /// Whether the noise of the counts is drawn by all nodes together.
    public var drawsNoiseTogether: Bool {
        guard isVerified, case .noise = agreement.counts else { return false }
        return true
    }

    /// Who gets each node's share of the noise: the coordinator and the approvers, but the node itself.
    func noiseReaders(besides node: ParticipantID) -> [ParticipantID] {
        drawsNoiseTogether ? (approvers + [coordinator]).filter { $0 != node } : []
    }

    public var allApproved: Bool { approvers.allSatisfy { approvals[$0] != nil } }

    /// Whether the coordinator has said what it found.
    public var hasResult: Bool { releasesRows ? selected != nil : counted != nil }
}

/// A proof that a hop has stored, and the number of the entry that says so.
public struct AnnouncedProof: Sendable, Equatable {
    public let stream: AnnouncedStream
    let entryNumber: Int
}
