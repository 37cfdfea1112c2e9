public import Agreement
internal import Crypto
internal import Values

/// Who may say what, and when. [P-14]
extension RoundRecord {
    mutating func apply(_ body: EntryBody, by author: Participant) throws(ProtocolViolation) {
        let by = author.id
        if ending != nil, body.kind != .keysErased { throw ProtocolViolation(.roundOver, by: by) }
        switch body {
        case .roundOpened: throw ProtocolViolation(.repeated, by: by)
        case .keyCommitted(let content): try commit(content, by: by)
        case .keyRevealed(let content): try reveal(content, by: by)
        case .manifestSigned(let content): try signManifest(content, by: by)
        case .batchDeclared(let content): try declare(content, by: by)
        case .stageCommitted(let content): try commitStage(content, by: by)
        case .selected(let content): try select(content, by: by)
        case .released(let content): try release(content, by: by)
        case .received:
            guard by == research, releasesRows else { throw ProtocolViolation(.notAllowed, by: by) }
            guard allReleased, selected != nil else { throw ProtocolViolation(.outOfPlace, by: by) }
            guard !isReceived else { throw ProtocolViolation(.repeated, by: by) }
            isReceived = true
        case .counted(let content):
            guard by == coordinator, !releasesRows else { throw ProtocolViolation(.notAllowed, by: by) }
            guard allStagesDone else { throw ProtocolViolation(.outOfPlace, by: by) }
            guard counted == nil else { throw ProtocolViolation(.repeated, by: by) }
            guard content.linkage?.fits(agreement) ?? !agreement.linksInSeveralWays,
                content.linkage == nil || agreement.linksInSeveralWays, content.isWellFormed(under: agreement)
            else { throw ProtocolViolation(.selectionWrong, by: by) }
            counted = content
        case .roundClosed:
            guard by == coordinator else { throw ProtocolViolation(.notAllowed, by: by) }
            guard releasesRows ? isReceived : counted != nil else { throw ProtocolViolation(.outOfPlace, by: by) }
            ending = .closed
        case .refused(let content):
            guard by != coordinator else { throw ProtocolViolation(.notAllowed, by: by) }
            guard refusals[by] == nil else { throw ProtocolViolation(.repeated, by: by) }
            refusals[by] = content.code
        case .roundAborted(let content):
            guard by == coordinator else { throw ProtocolViolation(.notAllowed, by: by) }
            guard namesParticipants(content) else { throw ProtocolViolation(.malformedEntry, by: by) }
            ending = .aborted(content)
        case .keysErased:
            guard keyHolders.contains(by) else { throw ProtocolViolation(.notAllowed, by: by) }
            guard ending != nil else { throw ProtocolViolation(.outOfPlace, by: by) }
            guard !erased.contains(by) else { throw ProtocolViolation(.repeated, by: by) }
            erased.insert(by)
        }
    }

    /// Whether an abortion names participants, each once, and as refusing only those who did. [P-18]
    private func namesParticipants(_ content: RoundAborted) -> Bool {
        Set(content.participants).count == content.participants.count
            && content.participants.allSatisfy { id in
                participant(id) != nil && (content.code != .refused || refusals[id] != nil)
            }
    }

    // MARK: Keys

    private mutating func commit(_ content: KeyCommitted, by: ParticipantID) throws(ProtocolViolation) {
        guard keyHolders.contains(by) else { throw ProtocolViolation(.notAllowed, by: by) }
        guard commitments[by] == nil else { throw ProtocolViolation(.repeated, by: by) }
        guard content.commitment.bytes.count == 32 else { throw ProtocolViolation(.badCommitment, by: by) }
        commitments[by] = content
    }

    private mutating func reveal(_ content: KeyRevealed, by: ParticipantID) throws(ProtocolViolation) {
        guard let commitment = commitments[by] else { throw ProtocolViolation(.outOfPlace, by: by) }
        guard allCommitted else { throw ProtocolViolation(.outOfPlace, by: by) }
        guard reveals[by] == nil else { throw ProtocolViolation(.repeated, by: by) }
        guard let expected = content.commitment(round: round, participant: by), expected == commitment.commitment.bytes
        else { throw ProtocolViolation(.badCommitment, by: by) }
        guard content.proofsHold(in: self, by: by) else { throw ProtocolViolation(.badProof, by: by) }
        let others = ring.contains(by) ? Set(ring).subtracting([by]) : []
        guard Set(content.saltShares.keys) == others,
            content.saltShares.values.allSatisfy({ $0.bytes.count == SaltShare.sealedByteCount }),
            content.saltDigest?.bytes.count == (ring.contains(by) ? 32 : nil)
        else { throw ProtocolViolation(.badSaltShare, by: by) }
        reveals[by] = content
        if allRevealed { lastRevealNumber = heads.count }
    }

    private mutating func signManifest(_ content: ManifestSigned, by: ParticipantID) throws(ProtocolViolation) {
        guard keyHolders.contains(by) else { throw ProtocolViolation(.notAllowed, by: by) }
        guard allRevealed else { throw ProtocolViolation(.outOfPlace, by: by) }
        guard !manifestSigners.contains(by) else { throw ProtocolViolation(.repeated, by: by) }
        guard content.manifest.bytes == manifest else { throw ProtocolViolation(.equivocation, by: by) }
        manifestSigners.insert(by)
    }

    /// SHA-256 over everything that was revealed, in the agreement's order. [P-26]
    public var manifest: [UInt8] {
        var hash = SHA256()
        hash.update(data: Label.manifest.bytes + round.bytes + opening.agreement.bytes)
        for holder in keyHolders {
            let body = reveals[holder].flatMap { try? CanonicalJSON.encode($0) } ?? []
            hash.update(data: BigEndian.u32(holder.utf8.count) + Array(holder.utf8))
            hash.update(data: BigEndian.u32(body.count) + body)
        }
        return Array(hash.finalize())
    }

    // MARK: Lists

    private mutating func declare(_ content: BatchDeclared, by: ParticipantID) throws(ProtocolViolation) {
        guard let register = register(content.register), register.owner == by else {
            throw ProtocolViolation(.notAllowed, by: by)
        }
        guard allManifestsSigned else { throw ProtocolViolation(.outOfPlace, by: by) }
        guard batches[register.id] == nil else { throw ProtocolViolation(.repeated, by: by) }
        guard content.count >= 0, content.count <= Padding.size(of: register.maxPeople, mode: agreement.padding) else {
            throw ProtocolViolation(.capExceeded, by: by)
        }
        guard content.digest.bytes.count == 32, (content.vault != nil) == releasesRows,
            content.encapsulation?.bytes.count == (releasesRows ? SealedSecret.encapsulationByteCount : nil),
            content.survey?.bytes.count == (releasesRows ? SourceSurvey.sealedByteCount : nil)
        else { throw ProtocolViolation(.badBatch, by: by) }
        if let vault = content.vault {
            let (most, overflow) = content.count.multipliedReportingOverflow(by: register.maxCellsPerPerson)
            guard vault.isWellFormed, vault.count >= content.count, !overflow,
                vault.count <= Padding.size(of: most, mode: agreement.padding)
            else { throw ProtocolViolation(.badBatch, by: by) }
        }
        batches[register.id] = content
    }

    private mutating func commitStage(_ content: StageCommitted, by: ParticipantID) throws(ProtocolViolation) {
        guard let register = register(content.register), node(forStage: content.stage, of: register) == by else {
            throw ProtocolViolation(.notAllowed, by: by)
        }
        guard allDeclared, let batch = batches[register.id] else { throw ProtocolViolation(.outOfPlace, by: by) }
        let done = stages[register.id] ?? [:]
        guard done[content.stage] == nil else { throw ProtocolViolation(.repeated, by: by) }
        guard content.stage == 0 || done[content.stage - 1] != nil else { throw ProtocolViolation(.outOfPlace, by: by) }
        guard content.list.isWellFormed, content.list.count == batch.count else {
            throw ProtocolViolation(.wrongCount, by: by)
        }
        guard content.stage > 0 || content.list.digest == batch.digest else {
            throw ProtocolViolation(.wrongDigest, by: by)
        }
        stages[register.id, default: [:]][content.stage] = content.list
    }

    // MARK: Selection and release

    private mutating func select(_ content: Selected, by: ParticipantID) throws(ProtocolViolation) {
        guard by == coordinator, releasesRows else { throw ProtocolViolation(.notAllowed, by: by) }
        guard allStagesDone else { throw ProtocolViolation(.outOfPlace, by: by) }
        guard selected == nil else { throw ProtocolViolation(.repeated, by: by) }
        guard content.requests.isWellFormed, content.selection.isWellFormed,
            content.requests.count == content.selection.count,
            content.linkage?.bytes.count == (agreement.linksInSeveralWays ? PublishedLinkage.sealedByteCount : nil)
        else { throw ProtocolViolation(.selectionWrong, by: by) }
        guard content.requests.count <= releasableItemCap else { throw ProtocolViolation(.releaseCapExceeded, by: by) }
        selected = content
    }

    private mutating func release(_ content: Released, by: ParticipantID) throws(ProtocolViolation) {
        guard ring.contains(by) else { throw ProtocolViolation(.notAllowed, by: by) }
        guard let selected else { throw ProtocolViolation(.outOfPlace, by: by) }
        guard released[by] == nil else { throw ProtocolViolation(.repeated, by: by) }
        guard content.shares.isWellFormed, content.shares.count == selected.requests.count else {
            throw ProtocolViolation(.sharesWrong, by: by)
        }
        released[by] = content
    }

    /// The most items that the agreement's caps let a round release: for each register, the caps of the cohorts it is released
    /// for, or which it defines. [P-37]
    public var releasableItemCap: Int { releasableItemCap { $0.maxPeople } }

    /// The same with a limit of the node's own on each cohort.
    public func releasableItemCap(limit: (CohortDeclaration) -> Int) -> Int {
        var total = 0
        for register in agreement.registers {
            for cohort in agreement.cohorts where register.isDisclosed(for: cohort, in: agreement) {
                let (sum, overflow) = total.addingReportingOverflow(limit(cohort))
                if overflow { return Int.max }
                total = sum
            }
        }
        return total
    }
}

extension StoredStream {
    /// Whether the fields can be what they claim.
    var isWellFormed: Bool { (0...65_535).contains(attempt) && count >= 0 && digest.bytes.count == 32 }
}
