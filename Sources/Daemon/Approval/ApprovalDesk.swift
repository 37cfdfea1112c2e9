internal import Agreement
internal import Files
internal import Values

/// Proposals and answers as people see and give them, whether by commands or in the console.
public struct ApprovalDesk: Sendable {
    /// A proposal, and how far it is.
    public struct Item: Sendable, Equatable {
        public enum Outcome: Sendable, Equatable {
            case open, approved
            case refused(by: String)
            case void
        }

        /// 32 hexadecimal digits.
        public var id: String
        public var kind: ApprovalSubject.Kind
        /// The approver who proposed it.
        public var proposer: String
        /// As the proposer's machine told the time.
        public var proposedAt: String
        public var note: String
        /// The approvers who have approved it.
        public var approvals: [String]
        public var outcome: Outcome
        /// How many approvals are missing, besides those of the newcomers.
        public var missing: Int
        /// Of new approvers, those whose own approval is missing.
        public var newcomers: [String]
    }

    /// Who approves.
    public struct People: Sendable, Equatable {
        public struct Person: Sendable, Equatable {
            public var id: String
            public var name: String
            /// The public key, as cards have it.
            public var key: String
        }

        public var needed: Int
        public var eachRound: Bool
        public var people: [Person]
    }

    public enum Answer: Sendable { case approve, refuse }

    private let home: Home
    let book: ApprovalBook
    private let clock: MachineClock

    public init(home: Home, clock: MachineClock = .system) throws {
        self.home = home
        self.clock = clock
        book = try home.approvals(clock: clock)
    }

    // MARK: Reading

    /// Nil where no approvers are in force.
    public func people() throws -> People? {
        try book.ledger().approvers.map { set in
            People(
                needed: set.needed, eachRound: set.eachRound,
                people: set.people.map {
                    People.Person(id: $0.approver.id, name: $0.name, key: $0.approver.keyText)
                })
        }
    }

    /// In the order in which they were proposed.
    public func items() throws -> [Item] {
        let ledger = try book.ledger()
        return ledger.proposals.map { Item($0, ledger) }
    }

    /// - Parameter prefix: the first digits of its id.
    /// - Throws: `ApprovalError.unknownProposal`, `.ambiguous`.
    public func item(_ prefix: String) throws -> Item {
        let ledger = try book.ledger()
        return Item(try ledger.find(prefix), ledger)
    }

    /// The document that a proposal is about, and what it would follow: of a configuration the one in force, of an
    /// agreement the one that it amends, or the one of the same study that was signed here last.
    public func document(of id: String) throws -> (proposed: [UInt8], former: [UInt8]?) {
        let ledger = try book.ledger()
        let subject = try ledger.find(id).subject
        let document = try book.document(subject)
        let former: [UInt8]? =
            switch subject.kind {
            case .agreement: try formerAgreement(document)?.bytes
            case .configuration: try ledger.configuration.map { try book.document($0) }
            case .approvers, .round, .dataset: nil
            }
        return (document, former)
    }

    /// The agreement that this one amends, or the one of the same study that was signed here last.
    public func formerAgreement(_ document: [UInt8]) throws -> AgreementStore.Installed? {
        try book.formerAgreement(document, in: home.agreements())
    }

    /// What the document of a proposal means, a line at a time, in English.
    public func lines(of id: String) throws -> [String] {
        let (proposed, former) = try document(of: id)
        return ApprovalText.lines(of: proposed, kind: try item(id).kind, before: former)
    }

    /// A file that an approver answers on a machine of their own.
    public func request(of id: String) throws -> [UInt8] {
        let proposal = try book.ledger().find(id)
        return ApprovalRequest(
            proposal: try book.statement(of: proposal), document: try book.document(proposal.subject)
        ).bytes
    }

    public func standing(of subject: ApprovalSubject) throws -> ApprovalBook.Standing {
        try book.standing(of: subject)
    }

    /// Whether a remark may stand in the log: one line of at most 500 characters.
    public static func isNote(_ text: String) -> Bool { ApprovalStatement.isNote(text) }

    // MARK: Writing

    /// Proposes a document.
    ///
    /// - Parameter path: of approvers, the file that it came from, for errors.
    /// - Throws: `ApprovalError` for what the rules do not allow; nothing has changed then.
    public func propose(
        _ kind: ApprovalSubject.Kind, _ document: [UInt8], path: String = "", note: String, by signer: ApprovalSigner
    ) throws -> Item {
        if kind == .approvers { _ = try ApproverSet.parse(document, path: path) }
        let subject = ApprovalSubject(kind, document)
        try book.keep(document, as: subject)
        let number = WipedBuffer.random(byteCount: 16).withBytes { Hex.encode(Array($0)) }
        let statement = ApprovalStatement(
            participant: home.keys.id, log: try book.logID(), proposal: number, action: .propose, kind: kind,
            subject: Hex.encode(subject.digest), by: signer.approver.id, key: signer.approver.keyText,
            at: MachineClock.timestamp(clock.now()), note: note)
        return try enter(SignedStatement(statement) { try signer.sign($0) })
    }

    /// Answers a proposal of another person, or withdraws one's own.
    public func answer(_ id: String, _ answer: Answer, note: String, by signer: ApprovalSigner) throws -> Item {
        let proposal = try book.ledger().find(id)
        // An answer to a document that is gone would be one to nothing.
        _ = try book.document(proposal.subject)
        let statement = try book.statement(of: proposal).statement.answer(
            answer == .approve ? .approve : .refuse, note: note, by: signer.approver, clock: clock)
        return try enter(SignedStatement(statement) { try signer.sign($0) })
    }

    /// Takes an answer that was signed elsewhere.
    ///
    /// - Throws: `ApprovalError`; a proposal is no answer, since its document is not with it.
    public func add(_ answer: [UInt8]) throws -> Item {
        guard answer.count <= ApprovalStatement.byteCountLimit,
            let text = String(validating: answer, as: UTF8.self)
        else { throw ApprovalError.malformedStatement("it is not the text of one answer") }
        let signed = try SignedStatement(line: text.hasSuffix("\n") ? String(text.dropLast()) : text)
        guard signed.statement.action != .propose else {
            throw ApprovalError.malformedStatement("it is a proposal and not an answer")
        }
        return try enter(signed)
    }

    private func enter(_ signed: SignedStatement) throws -> Item {
        let ledger = try book.enter(signed)
        return Item(try ledger.find(signed.statement.proposal), ledger)
    }

    // MARK: Documents

    /// An agreement to be proposed, which names this participant with its keys.
    public func agreement(at path: String) throws -> [UInt8] {
        let bytes = try PublicFile.read(path, maxByteCount: AgreementLimits.byteLimit)
        let agreement = try Agreement.parse(bytes)
        try AgreementStore.check(agreement, path: path, keys: home.keyRing)
        // Where the former one is known, nobody need approve what could not be signed.
        let amendment = try Amendment(agreement, path: path, former: nil, in: home.agreements())
        if amendment.former != nil { try amendment.check(participant: home.keys.id) }
        return bytes
    }

    /// A list of approvers to be proposed.
    public func approvers(at path: String) throws -> [UInt8] {
        try PublicFile.read(path, maxByteCount: ApproverSet.byteCountLimit)
    }

    /// A round that waits for approval, by the first digits of its id.
    public func round(_ prefix: String) throws -> [UInt8] { try book.round(prefix) }

    /// Rounds that wait for approval, are not long over, and that nobody has proposed, by id.
    public func unproposedRounds() throws -> [String] {
        let ledger = try book.ledger()
        return try book.rounds().filter { document in
            ApprovalRound.isOpen(document, at: clock.now())
                && ledger.standing(of: ApprovalSubject(.round, document)) == .missing
        }.compactMap(ApprovalRound.id)
    }
}

/// A person's key, open for as long as the program runs that holds it.
public final class ApprovalSigner: Sendable {
    private let key: PersonKey

    init(_ key: consuming PersonKey) { self.key = key }

    /// Opens the key, and asks the terminal for its passphrase unless a file has it.
    public convenience init(key path: String, passphrase: PassphraseOption) throws {
        self.init(try PersonKey(at: path, passphrase: passphrase.read()))
    }

    var approver: Approver { key.approver }
    public var id: String { key.approver.id }
    public var name: String { key.card.person.name }

    func sign(_ message: [UInt8]) throws -> [UInt8] { try key.sign(message) }
}

extension ApprovalDesk.Item {
    init(_ proposal: ApprovalLedger.Proposal, _ ledger: ApprovalLedger) {
        id = proposal.id
        kind = proposal.subject.kind
        proposer = proposal.proposer.id
        proposedAt = proposal.proposedAt
        note = proposal.note
        approvals = proposal.approvals.map(\.id)
        outcome =
            switch proposal.outcome {
            case .open: .open
            case .approved: .approved
            case .refused(let id): .refused(by: id)
            case .void: .void
            }
        let missing = ledger.missing(proposal)
        self.missing = proposal.outcome == .open ? missing.count : 0
        newcomers = proposal.outcome == .open ? missing.newcomers : []
    }
}

extension ApprovalLedger {
    /// The one proposal whose id begins so.
    func find(_ prefix: String) throws(ApprovalError) -> Proposal {
        let found = proposals(beginning: prefix)
        guard let first = found.first, !prefix.isEmpty else { throw .unknownProposal(prefix) }
        guard found.count == 1 else { throw .ambiguous(prefix) }
        return first
    }
}
