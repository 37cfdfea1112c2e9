public import Values

/// What the statements of a log amount to. Pure: the same lines give the same ledger to everybody.
///
/// Whoever proposes does not approve. A proposal is through when as many others have approved it as the approvers in
/// force demand; one refusal ends it. A change of approvers also needs the approval of everyone who is new, and the
/// first approvers that of all of them. With new approvers, what was open under the former ones is void.
struct ApprovalLedger {
    struct Proposal: Equatable {
        enum Outcome: Equatable {
            case open, approved
            case refused(by: String)
            case void
        }

        var id: String
        var subject: ApprovalSubject
        var proposer: Approver
        var proposedAt: String
        var note: String
        var approvals: [Approver] = []
        var outcome = Outcome.open
        /// Of a change of approvers: who they would be.
        var candidates: ApproverSet?
    }

    let participant: ParticipantID
    /// The log's id, in hexadecimal.
    let logID: String
    /// Nil until the first ones are agreed upon: nothing needs approval.
    private(set) var approvers: ApproverSet?
    /// The configuration in force.
    private(set) var configuration: ApprovalSubject?
    /// In the order in which they were made.
    private(set) var proposals: [Proposal] = []
    private var places: [String: Int] = [:]

    init(participant: ParticipantID, logID: String) {
        self.participant = participant
        self.logID = logID
    }

    func proposal(_ id: String) -> Proposal? { places[id].map { proposals[$0] } }

    /// Those whose ids begin so.
    func proposals(beginning prefix: String) -> [Proposal] { proposals.filter { $0.id.hasPrefix(prefix) } }

    /// Whether it was approved; of configurations the one that was approved last.
    func isApproved(_ subject: ApprovalSubject) -> Bool {
        if subject.kind == .configuration { return configuration == subject }
        return proposals.contains { $0.outcome == .approved && $0.subject == subject }
    }

    /// How many approvals are missing besides those of newcomers, and which newcomers'.
    func missing(_ proposal: Proposal) -> (count: Int, newcomers: [String]) {
        let others = proposal.approvals.filter { approvers?.approvers.contains($0) == true }
        let said = Set(proposal.approvals + [proposal.proposer])
        let newcomers = newcomers(of: proposal).filter { !said.contains($0) }.map(\.id).sorted()
        return (max(0, (approvers?.needed ?? 0) - others.count), newcomers)
    }

    private func newcomers(of proposal: Proposal) -> Set<Approver> {
        (proposal.candidates?.approvers ?? []).subtracting(approvers?.approvers ?? [])
    }

    // MARK: Statements

    /// Takes a statement that was signed by the key it names.
    ///
    /// - Parameter candidates: of a proposal of approvers, who they would be.
    /// - Throws: `ApprovalError` for what the rules don't allow; nothing has changed then.
    mutating func take(_ signed: SignedStatement, candidates: ApproverSet? = nil) throws(ApprovalError) {
        let statement = signed.statement
        guard statement.log == logID, statement.participant == participant else { throw .otherLog }
        if statement.action == .propose {
            try propose(signed, candidates)
        } else {
            try answer(signed)
        }
    }

    private mutating func propose(_ signed: SignedStatement, _ candidates: ApproverSet?) throws(ApprovalError) {
        let statement = signed.statement
        guard places[statement.proposal] == nil else { throw .proposedBefore }
        let subject = signed.subject
        if subject.kind == .approvers {
            guard let candidates, candidates.participant == participant else {
                throw .otherParticipant(participant)
            }
            guard candidates != approvers else { throw .nothingChanged }
        } else if approvers == nil {
            throw .noApprovers
        }
        let proposal = Proposal(
            id: statement.proposal, subject: subject, proposer: signed.approver, proposedAt: statement.at,
            note: statement.note, candidates: subject.kind == .approvers ? candidates : nil)
        // A newcomer does not propose: they could be an approver under another name, and then approve.
        guard (approvers ?? candidates)?.approvers.contains(signed.approver) == true else {
            throw .notAnApprover(signed.approver.id)
        }
        if let before = proposals.first(where: { $0.outcome == .open && $0.subject == subject }) {
            throw .openAlready(before.id)
        }
        places[proposal.id] = proposals.count
        proposals.append(proposal)
        settle(proposals.count - 1)
    }

    private mutating func answer(_ signed: SignedStatement) throws(ApprovalError) {
        guard let place = places[signed.statement.proposal] else { throw .unknownProposal(signed.statement.proposal) }
        let proposal = proposals[place]
        guard proposal.subject == signed.subject else { throw .otherSubject }
        guard proposal.outcome == .open else { throw .overAlready(proposal.outcome.words) }
        let approver = signed.approver
        let isApprover = approvers?.approvers.contains(approver) == true
        guard isApprover || newcomers(of: proposal).contains(approver) else { throw .notAnApprover(approver.id) }
        if signed.statement.action == .refuse {
            proposals[place].outcome = .refused(by: approver.id)
            return
        }
        // A proposer who gets a new key shows by an approval that they have it, which is not counted.
        let isProposers = proposal.proposer.id == approver.id || proposal.proposer.key == approver.key
        guard !isProposers || (approvers != nil && !isApprover) else { throw .ownProposal(approver.id) }
        guard !proposal.approvals.contains(approver) else { throw .approvedBefore(approver.id) }
        proposals[place].approvals.append(approver)
        settle(place)
    }

    private mutating func settle(_ place: Int) {
        let proposal = proposals[place]
        let missing = missing(proposal)
        guard missing.count == 0, missing.newcomers.isEmpty else { return }
        proposals[place].outcome = .approved
        if proposal.subject.kind == .configuration { configuration = proposal.subject }
        guard let candidates = proposal.candidates else { return }
        approvers = candidates
        for other in proposals.indices where proposals[other].outcome == .open { proposals[other].outcome = .void }
    }
}

extension ApprovalLedger.Proposal.Outcome {
    var words: String {
        switch self {
        case .open: "open"
        case .approved: "approved"
        case .refused(let id): "refused by \(id)"
        case .void: "void, since the approvers have changed"
        }
    }
}

/// Why a statement is not taken.
public enum ApprovalError: Error, Equatable, CustomStringConvertible, ReportableError {
    case malformedStatement(String)
    case otherLog
    case otherParticipant(ParticipantID)
    case proposedBefore
    case nothingChanged
    case noApprovers
    case notAnApprover(String)
    case openAlready(String)
    case unknownProposal(String)
    case otherSubject
    case overAlready(String)
    case ownProposal(String)
    case approvedBefore(String)
    case ambiguous(String)
    case unknownRound(String)
    case ambiguousRound(String)
    case missingDocument(path: String)
    case notApproved(what: String, how: String)

    public var description: String {
        switch self {
        case .malformedStatement(let how): "the statement cannot be read: \(how). Ask its signer for it again"
        case .otherLog: "the statement was signed for another participant's log: sign the request of this one"
        case .otherParticipant(let id):
            "the approvers are another participant's: write `participant: \(id)` if they are to be this one's"
        case .proposedBefore: "the log has a proposal of this number already"
        case .nothingChanged: "these approvers are in force already"
        case .noApprovers: "nothing needs approval here yet: propose approvers first"
        case .notAnApprover(let id): "\(id) with this key is no approver here: `approval list` tells who is"
        case .openAlready(let id): "the same is proposed already: answer proposal \(id.prefix(12))"
        case .unknownProposal(let id): "there is no proposal \(id.prefix(12)) here: `approval list` tells which are"
        case .otherSubject: "the statement is about another document than its proposal"
        case .overAlready(let how): "the proposal is no longer open: it is \(how)"
        case .ownProposal(let id): "\(id) has proposed it, so others must approve it"
        case .approvedBefore(let id): "\(id) has approved it already"
        case .ambiguous(let prefix):
            "\(prefix) is the beginning of several proposals' numbers: give more digits"
        case .missingDocument(let path):
            "\(path), which the log speaks of, is missing or is not what it was: put it back from a backup"
        case .ambiguousRound(let prefix):
            "several rounds that wait for approval begin with \(prefix): give more digits, all 64 if need be"
        case .unknownRound(let prefix):
            "no round \(prefix) waits for approval here: give its first digits, six at least, as the daemon's log has "
                + "them"
        case .notApproved(let what, let how): "\(what) is not approved here: \(how)"
        }
    }

    public var exitStatus: ExitStatus {
        switch self {
        case .malformedStatement, .missingDocument: .badData
        case .ambiguous, .ambiguousRound, .unknownProposal, .unknownRound: .usage
        default: .refused
        }
    }
}
