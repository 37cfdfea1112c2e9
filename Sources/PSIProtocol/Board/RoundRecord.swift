public import Agreement
public import Values

/// What a round's board says, verified entry by entry: every role folds the same entries into the same record, so a
/// restart is a replay. Pure; the clock is not read here. [P-14]
public struct RoundRecord: Sendable {
    /// What the round goes by: what was signed or, in a round of withdrawals, what follows from it. [P-95]
    public let agreement: Agreement
    public let signedAgreement: Agreement
    /// Of the agreement's file, which the opening states too.
    public let agreementID: AgreementID
    public let round: RoundID
    public let opening: RoundOpened
    /// Nodes of the ring, in ring order.
    public let ring: [ParticipantID]
    public let coordinator: ParticipantID
    /// Nil in a count-only round whose agreement names none.
    public let research: ParticipantID?
    /// Study keys that earlier rounds of the study had, by holder: others are refused. [P-80]
    public let studyKeys: [ParticipantID: [UInt8]]

    public private(set) var heads: [BoardHead]
    public internal(set) var commitments: [ParticipantID: KeyCommitted] = [:]
    public internal(set) var reveals: [ParticipantID: KeyRevealed] = [:]
    /// Number of the entry that revealed the last keys.
    var lastRevealNumber: Int?
    public internal(set) var manifestSigners: Set<ParticipantID> = []
    public internal(set) var batches: [RegisterID: BatchDeclared] = [:]
    /// By register, then stage.
    public internal(set) var stages: [RegisterID: [Int: AnnouncedStream]] = [:]
    /// Of the last stage, in a verified round: elements from which the tags are made.
    public internal(set) var exits: [RegisterID: AnnouncedStream] = [:]
    /// By register, then stage.
    public internal(set) var proofs: [RegisterID: [Int: AnnouncedProof]] = [:]
    public internal(set) var checks: [RegisterID: [Int: Set<ParticipantID>]] = [:]
    public internal(set) var selected: Selected?
    /// Number of the entry that said what was found.
    var resultNumber: Int?
    public internal(set) var approvals: [ParticipantID: Approved] = [:]
    public internal(set) var complaints: [ParticipantID: Complained] = [:]
    public internal(set) var released: [ParticipantID: Released] = [:]
    public internal(set) var isReceived = false
    public internal(set) var counted: Counted?
    public internal(set) var refusals: [ParticipantID: RefusalCode] = [:]
    public internal(set) var ending: Ending?
    /// Number of the entry that ended the round.
    private(set) var endNumber: Int?
    public internal(set) var erased: Set<ParticipantID> = []

    /// Seconds since 1970 that no clock shows: a bound for what others claim.
    private static let timeLimit = 1 << 40

    /// How a round ended.
    public enum Ending: Sendable, Equatable {
        case closed
        case aborted(RoundAborted)
    }

    public var head: BoardHead { heads.last ?? .empty }
    public var isOfWithdrawals: Bool { opening.purpose == .withdrawals }
    public var releasesRows: Bool { agreement.release == .rows }
    /// The day in UTC as of which owners judge identity codes. [P-22]
    public var openingDay: CalendarDate? { CalendarDate(secondsSince1970: opening.opened) }
    /// N.
    public var ringCount: Int { ring.count }

    /// Begins a record with the round's first entry.
    ///
    /// - Parameters:
    ///   - agreement: as it was signed.
    ///   - file: the agreement's exact file, already parsed to `agreement`.
    ///   - studyKeys: what the reader knows of earlier rounds; nothing before the first.
    /// - Throws: `ProtocolViolation` unless the agreement's coordinator signed a fitting opening.
    public init(
        opening bytes: [UInt8], agreement: Agreement, file: [UInt8], studyKeys: [ParticipantID: [UInt8]] = [:]
    ) throws(ProtocolViolation) {
        let entry = try SignedEntry(bytes: bytes)
        guard let opening = entry.body as? RoundOpened, let round = entry.openedRound,
            let coordinator = agreement.participants.first(where: { $0.role == .coordinator }),
            coordinator.id == entry.author
        else { throw ProtocolViolation(.badOpening) }
        try entry.verifySignature(publicKey: coordinator.signingKey)
        let agreementID = AgreementID(ofFile: file)
        guard opening.agreement.bytes == agreementID.bytes, opening.nonce.bytes.count == 32,
            (1...agreement.roundsAllowed).contains(opening.number), (0..<Self.timeLimit).contains(opening.opened),
            opening.deadline > opening.opened, opening.deadline - opening.opened <= agreement.deadlineMinutes * 60,
            entry.seen == .empty,
            opening.signatures.allSatisfy({ id, signature in
                signature.bytes.count == 64 && agreement.participants.contains { $0.id == id }
            })
        else { throw ProtocolViolation(.badOpening, by: coordinator.id) }

        switch opening.purpose {
        case nil: self.agreement = agreement
        case .withdrawals:
            guard let derived = agreement.forWithdrawals else {
                throw ProtocolViolation(.badOpening, by: coordinator.id)
            }
            self.agreement = derived
        }
        self.signedAgreement = agreement
        self.agreementID = agreementID
        self.round = round
        self.opening = opening
        self.ring = agreement.ring.map(\.id)
        self.coordinator = coordinator.id
        self.research = agreement.participants.first { $0.role == .research }?.id
        self.studyKeys = studyKeys
        self.heads = [.empty, BoardHead.empty.appending(bytes)]
    }

    /// Takes an entry that is offered as the board's next; whoever reads the coordinator's board uses `fold`.
    ///
    /// - Throws: `ProtocolViolation` by the entry's author, after which the record is as before.
    /// - Returns: the entry, verified.
    @discardableResult
    public mutating func append(_ bytes: [UInt8]) throws(ProtocolViolation) -> SignedEntry {
        let entry = try SignedEntry(bytes: bytes)
        guard let author = participant(entry.author) else { throw ProtocolViolation(.unknownAuthor) }
        try entry.verifySignature(publicKey: author.signingKey)
        guard entry.round == round else { throw ProtocolViolation(.wrongRound, by: author.id) }
        guard entry.seen.count >= 1, entry.seen.count < heads.count, heads[entry.seen.count] == entry.seen else {
            throw ProtocolViolation(.boardForked, by: author.id)
        }
        guard entry.seen.count >= entry.ruled.mustHaveSeen(in: self, by: author.id) else {
            throw ProtocolViolation(.outOfPlace, by: author.id)
        }
        try apply(entry.ruled, by: author.id)
        heads.append(head.appending(bytes))
        if endNumber == nil, ending != nil { endNumber = head.count }
        return entry
    }

    /// Takes in what a participant says, by the rule of its kind.
    mutating func apply(_ entry: any RuledEntry, by author: ParticipantID) throws(ProtocolViolation) {
        if ending != nil, !(entry is KeysErased) { throw ProtocolViolation(.roundOver, by: author) }
        if !complaints.isEmpty,
            !(entry is Complained || entry is Refused || entry is RoundAborted || entry is KeysErased)
        {
            throw ProtocolViolation(.outOfPlace, by: author)
        }
        try entry.apply(to: &self, by: author)
    }

    public func participant(_ id: ParticipantID) -> Participant? { agreement.participants.first { $0.id == id } }

    /// Those whose keys the round needs: the nodes, then the research environment when rows are released. [P-02]
    public var keyHolders: [ParticipantID] { releasesRows ? ring + (research.map { [$0] } ?? []) : ring }

    /// The ring position of the node that computes `stage` of a register's list.
    public func node(forStage stage: Int, of register: RegisterDeclaration) -> ParticipantID? {
        guard let owner = ring.firstIndex(of: register.owner), stage >= 0, stage < ring.count else { return nil }
        return ring[(owner + stage) % ring.count]
    }

    public func register(_ id: RegisterID) -> RegisterDeclaration? { agreement.registers.first { $0.id == id } }

    public var allCommitted: Bool { keyHolders.allSatisfy { commitments[$0] != nil } }
    public var allRevealed: Bool { keyHolders.allSatisfy { reveals[$0] != nil } }
    public var allManifestsSigned: Bool { keyHolders.allSatisfy { manifestSigners.contains($0) } }
    public var allDeclared: Bool { agreement.registers.allSatisfy { batches[$0.id] != nil } }
    public var allStagesDone: Bool { agreement.registers.allSatisfy { stages[$0.id]?[ring.count - 1] != nil } }
    public var allReleased: Bool { ring.allSatisfy { released[$0] != nil } }
    public var allErased: Bool { keyHolders.allSatisfy { erased.contains($0) } }
    /// Key holders who have not yet signed how the round ended, in the agreement's order.
    public var yetToErase: [ParticipantID] { keyHolders.filter { !erased.contains($0) } }
}
