internal import Daemon
internal import Logging
internal import PSIProtocol
internal import Synchronization
internal import Values

/// A member that does nothing in a round until this participant's approvers have approved the agreement, the
/// configuration that the daemon runs by and, where they want that, the round. What they refuse, it refuses.
struct ApprovedMember: RoundMember {
    let member: any RoundMember
    let gate: ApprovalGate

    func admit(_ record: RoundRecord) async throws -> RefusalCode? { try await member.admit(record) }

    func step(_ record: RoundRecord) async throws -> (any EntryBody)? {
        guard try gate.isOpen(to: record) else { return nil }
        return try await member.step(record)
    }

    func erase(_ round: RoundID, ending: RoundRecord.Ending?) async throws {
        gate.forget(round)
        try await member.erase(round, ending: ending)
    }

    func settle(_ record: RoundRecord) async throws -> Bool { try await member.settle(record) }
    func disown(_ round: RoundID) async throws { try await member.disown(round) }
    func tidy() async { await member.tidy() }
    func observe(_ record: RoundRecord) async { await member.observe(record) }
}

/// What the approvers of a participant have said, asked anew before every step.
final class ApprovalGate: Sendable {
    private let book: ApprovalBook
    private let state: SealedState
    private let configuration: ApprovalSubject
    private let logger: Logger
    /// What was told last of each round that waits.
    private let told = Mutex<[RoundID: String]>([:])

    /// - Parameter configuration: what the daemon runs by, as it was when the daemon started.
    init(book: ApprovalBook, state: SealedState, configuration: [UInt8], logger: Logger) {
        self.book = book
        self.state = state
        self.configuration = ApprovalSubject(.configuration, configuration)
        self.logger = logger
    }

    /// Whether to go on with the round; while it is not, it is told once why.
    ///
    /// - Throws: `RoundRefusal` for what was refused; `OperationsLogError` for a log that was changed or cut.
    func isOpen(to record: RoundRecord) throws -> Bool {
        let approvals = try book.snapshot(growingIn: state)
        let agreement = ApprovalSubject(.agreement, digest: record.agreementID.bytes)
        for (subject, what) in [(agreement, "the agreement"), (configuration, "the configuration")] {
            let standing = approvals.standing(of: subject)
            // A configuration that was refused is not the round's fault: it waits for another.
            if case .refused(_, let by) = standing, subject == agreement { throw Self.refusal(what, by) }
            if let obstacle = standing.obstacle(to: subject.kind) { return wait(record, "\(what): \(obstacle)") }
        }
        let standing = approvals.standing(of: ApprovalSubject(record))
        if case .refused(_, let by) = standing { throw Self.refusal("the round", by) }
        guard let obstacle = standing.obstacle(to: .round) else {
            forget(record.round)
            return true
        }
        if standing == .missing { try book.keep(record) }
        return wait(record, "the round: \(obstacle)")
    }

    /// Rounds that wait.
    var waitingCount: Int { told.withLock { $0.count } }

    func forget(_ round: RoundID) { told.withLock { $0[round] = nil } }

    private static func refusal(_ what: String, _ approver: String) -> RoundRefusal {
        RoundRefusal(.policy, "the approver \(approver) has refused \(what)")
    }

    private func wait(_ record: RoundRecord, _ why: String) -> Bool {
        let isNew = told.withLock { told in
            defer { told[record.round] = why }
            return told[record.round] != why
        }
        if isNew {
            logger.warning(
                "A round waits for approval",
                metadata: ["round": "\(record.round.description.prefix(12))", "missing": "\(why)"])
        }
        return false
    }
}
