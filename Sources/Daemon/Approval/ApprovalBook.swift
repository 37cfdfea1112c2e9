internal import Agreement
internal import Files
internal import Foundation
internal import Values

/// A participant's operations log, the documents that its proposals are about, and what they amount to.
///
/// ```
/// log/operations.log   the chain
/// log/operations-1.log its first lines, once there are many, and so on
/// log/DIGEST           a document that was proposed, or waits for that, by its SHA-256
/// ```
public struct ApprovalBook: Sendable {
    static let documentByteCountLimit = 1 << 20

    private let directory: PrivateDirectory
    private let participant: ParticipantID
    private let signingKey: String
    private let clock: MachineClock
    let log: OperationsLog

    init(
        home: Home, closingLogAt closingByteCount: Int = OperationsLog.closingByteCount, clock: MachineClock = .system
    ) throws {
        directory = try home.directory.subdirectory("log")
        participant = home.keys.id
        signingKey = ParticipantKey.signing.text(home.keys.participant.signingKey)
        log = OperationsLog(in: directory, closingAt: closingByteCount, clock: clock)
        self.clock = clock
    }

    /// What the log amounts to now.
    ///
    /// - Throws: `OperationsLogError`, `ApprovalError.missingDocument`, `FileError`.
    func ledger() throws -> ApprovalLedger { try ledger(of: log.lines()) }

    /// - Parameter lines: of the file that is written to.
    private func ledger(of lines: [OperationsLog.Line]) throws -> ApprovalLedger {
        var ledger = ApprovalLedger(participant: participant, logID: OperationsLog.id(of: lines) ?? "")
        for line in OperationsLog.statements(lines) {
            do throws(ApprovalError) {
                let signed = try SignedStatement(line: line.content)
                try ledger.take(signed, candidates: candidates(signed))
            } catch {
                if case .missingDocument = error { throw error }
                throw OperationsLogError.unlawful(
                    path: log.file.path, line: line.number, reason: error.description)
            }
        }
        return ledger
    }

    private func candidates(_ signed: SignedStatement) throws(ApprovalError) -> ApproverSet? {
        guard signed.statement.action == .propose, signed.subject.kind == .approvers else { return nil }
        let path = self.path(signed.subject)
        do { return try ApproverSet.parse(document(signed.subject), path: path) } catch {
            throw .missingDocument(path: path)
        }
    }

    // MARK: Documents

    private func path(_ subject: ApprovalSubject) -> String { directory.file(Hex.encode(subject.digest)) }

    /// The document with the subject's digest.
    ///
    /// - Throws: `ApprovalError.missingDocument`.
    func document(_ subject: ApprovalSubject) throws(ApprovalError) -> [UInt8] {
        let path = path(subject)
        let bytes = try? PublicFile.read(path, maxByteCount: Self.documentByteCountLimit)
        guard let bytes, ApprovalSubject(subject.kind, bytes) == subject else { throw .missingDocument(path: path) }
        return bytes
    }

    /// Keeps a document, so that it can be proposed.
    func keep(_ document: [UInt8], as subject: ApprovalSubject) throws {
        guard document.count <= Self.documentByteCountLimit else {
            throw FileError.tooLarge(path: path(subject), maxByteCount: Self.documentByteCountLimit)
        }
        try AtomicFile.write(document, to: path(subject))
    }

    /// A round that waits for approval, as the daemon wrote it down.
    ///
    /// - Parameter prefix: the first digits of its id. A coordinator can make two rounds alike in many.
    func round(_ prefix: String) throws -> [UInt8] {
        let found = try rounds(prefix)
        guard prefix.count >= 6, let first = found.first else { throw ApprovalError.unknownRound(prefix) }
        guard found.count == 1 else { throw ApprovalError.ambiguousRound(prefix) }
        return first
    }

    /// The documents of rounds that waited for approval at some time.
    ///
    /// - Parameter prefix: the first digits of their ids.
    func rounds(_ prefix: String = "") throws -> [[UInt8]] {
        let begin = Array(ApprovalRound.begin(prefix).utf8)
        return try directory.names().compactMap { name in
            guard let digest = Hex.decode(name), digest.count == 32,
                let document = try? document(ApprovalSubject(.round, digest: digest)), document.starts(with: begin)
            else { return nil }
            return document
        }
    }

    /// The proposal as it was signed.
    func statement(of proposal: ApprovalLedger.Proposal) throws -> SignedStatement {
        for line in try OperationsLog.statements(log.lines()) {
            let signed = try SignedStatement(line: line.content)
            if signed.statement.proposal == proposal.id, signed.statement.action == .propose { return signed }
        }
        throw ApprovalError.unknownProposal(proposal.id)
    }

    // MARK: Writing

    /// The log's id, in hexadecimal; begins the log if there is none.
    func logID() throws -> String {
        if let id = try OperationsLog.id(of: log.lines()) { return id }
        try note("log begun")
        return try OperationsLog.id(of: log.lines()) ?? ""
    }

    /// Writes down what an approver signed, if the rules allow it.
    ///
    /// - Returns: the ledger afterwards.
    @discardableResult
    func enter(_ signed: SignedStatement) throws -> ApprovalLedger {
        var after: ApprovalLedger?
        try log.append(beginning: (participant, signingKey)) { lines in
            var ledger = try ledger(of: lines)
            try ledger.take(signed, candidates: candidates(signed))
            after = ledger
            return (.statement, signed.line)
        }
        guard let after else { return try ledger() }
        return after
    }

    /// Writes down that something was done here. Nothing in it may come from a person's data.
    ///
    /// - Parameter facts: names of the program's own, and values; a line break in one is written out.
    public func note(_ what: String, _ facts: KeyValuePairs<String, String> = [:]) throws {
        let account = EventLog.valueText(.string(NSUserName()))
        let words = facts.map { " \($0.key)=\(EventLog.valueText(.string($0.value)))" }.joined()
        try log.append(beginning: (participant, signingKey)) { _ in
            (.event, "\(EventLog.escaped(what)) account=\(account)\(words)")
        }
    }

    /// What the log says now, after a look that nothing was cut off it since the daemon looked the last time.
    ///
    /// - Throws: `OperationsLogError`, `ApprovalError.missingDocument`, `FileError`, `SealedStateError`.
    public func snapshot(growingIn state: SealedState) throws -> Snapshot {
        let lines = try log.lines()
        try log.checkGrowth(lines, in: state)
        return Snapshot(ledger: try ledger(of: lines))
    }

    public struct Snapshot {
        let ledger: ApprovalLedger

        public func standing(of subject: ApprovalSubject) -> Standing { ledger.standing(of: subject) }
    }

    // MARK: Whether something is approved

    /// Whether the subject is approved, or nothing need be.
    public enum Standing: Sendable, Equatable {
        case notNeeded
        case approved
        /// Proposed and not answered by enough; how many approvals are missing, and the proposal's number.
        case open(String, missing: Int)
        case refused(String, by: String)
        /// Nobody has proposed it, or only under former approvers.
        case missing
    }

    /// Whether there are approvers.
    public func isInForce() throws -> Bool { try ledger().approvers != nil }

    /// Whether each round needs approval besides its agreement.
    public func needsApprovalOfRounds() throws -> Bool { try ledger().approvers?.eachRound ?? false }

    public func standing(of subject: ApprovalSubject) throws -> Standing { try ledger().standing(of: subject) }

    /// - Parameter what: the subject in words, such as "agreement 3fa2…".
    /// - Throws: `ApprovalError.notApproved` unless it is approved or nothing need be.
    public func demand(_ subject: ApprovalSubject, what: String) throws {
        if let how = try standing(of: subject).obstacle(to: subject.kind) {
            throw ApprovalError.notApproved(what: what, how: how)
        }
    }
}

extension ApprovalLedger {
    func standing(of subject: ApprovalSubject) -> ApprovalBook.Standing {
        guard let approvers else { return .notNeeded }
        if subject.kind == .round, !approvers.eachRound { return .notNeeded }
        if isApproved(subject) { return .approved }
        guard let last = proposals.last(where: { $0.subject == subject }) else { return .missing }
        switch last.outcome {
        case .open: return .open(last.id, missing: missing(last).count)
        case .refused(let id): return .refused(last.id, by: id)
        case .approved, .void: return .missing
        }
    }
}

extension ApprovalBook.Standing {
    /// Why it is not approved, and what to do; nil where it is.
    public func obstacle(to kind: ApprovalSubject.Kind) -> String? {
        switch self {
        case .notNeeded, .approved: nil
        case .open(let id, let missing):
            "proposal \(id.prefix(12)) lacks \(missing) of its approvals: `approval approve \(id.prefix(12))`"
        case .refused(let id, let by):
            "\(by) has refused proposal \(id.prefix(12)): propose it again when what was wrong is mended"
        case .missing: "propose it with `approval propose \(kind.rawValue)`"
        }
    }
}

extension Home {
    /// The participant's operations log and approvals.
    public func approvals(clock: MachineClock = .system) throws -> ApprovalBook {
        try ApprovalBook(home: self, clock: clock)
    }
}
