internal import Agreement
public import PSIProtocol
public import Values

/// What those who run a participant are told of a round. Counts are those that the agreement lets be published; a
/// register's `items` are what every participant sees, dummies included.
public struct RoundStatus: Codable, Sendable, Equatable {
    public struct Register: Codable, Sendable, Equatable {
        public var register: String
        public var owner: String
        /// Nil until declared.
        public var items: Int?
        public var stagesDone: Int
        public var stagesTotal: Int
        /// Who computes the stage under way; nil before declaring and after the last stage.
        public var stageNode: String?
        /// Items of the stage under way that have come in, about.
        public var stageItems: Int?
    }

    public struct Tally: Codable, Sendable, Equatable {
        public var done: Int
        public var total: Int
    }

    /// How far a verified round's proofs, checks of them and approvals of the result are.
    public struct Verification: Codable, Sendable, Equatable {
        public var proved: Tally
        public var checked: Tally
        public var approved: Tally
    }

    public struct Ending: Codable, Sendable, Equatable {
        /// `closed` or `aborted`.
        public var outcome: String
        public var code: String?
        public var participants: [String]
        /// What the operator who aborted gave as the reason.
        public var reason: String?
    }

    public var round: String
    public var agreement: String
    public var study: String
    public var title: String
    public var number: Int
    /// `withdrawals`; nil for a round that links.
    public var purpose: String?
    public var phase: String
    /// `rows` or `none`.
    public var release: String
    /// Seconds since 1970.
    public var opened: Int
    public var deadline: Int
    public var waitingFor: [String]
    public var refusals: [String]
    /// Who accuses whom of what, in a verified round.
    public var complaints: [String]
    /// Nil in a round that is not verified.
    public var verification: Verification?
    public var registers: [Register]
    public var declared: Tally
    public var released: Tally
    public var erased: Tally
    /// Selected items of all registers; nil before the selection and in a count-only round.
    public var selectedItems: Int?
    public var received: Bool
    public var counts: Counted?
    /// What 95 of 100 answers of the counts are off by at most; nil where they have no noise.
    public var countMargin: Int?
    public var ended: Ending?

    /// - Parameters:
    ///   - received: how many bytes of a stage under way have come in; 0 for who does not know.
    ///   - counts: what was published, if this participant may tell.
    ///   - abortReason: what the operator gave as the reason.
    public init(
        _ record: RoundRecord, received byteCount: (StreamStage, RegisterID) -> Int = { _, _ in 0 },
        counts: Counted? = nil, abortReason: String? = nil
    ) {
        let agreement = record.agreement
        round = "\(record.round)"
        self.agreement = "\(record.agreementID)"
        study = agreement.study.id
        title = agreement.study.title
        number = record.opening.number
        purpose = record.opening.purpose?.rawValue
        phase = record.phase.rawValue
        release = agreement.release.rawValue
        opened = record.opening.opened
        deadline = record.opening.deadline
        waitingFor = record.ending == nil ? record.waitingFor : []
        refusals = record.refusals.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.rawValue)" }
        complaints = record.complaints.sorted { $0.key < $1.key }.map { $0.value.sentence(by: $0.key) }
        verification = record.isVerified ? Verification(record) : nil
        registers = agreement.registers.map { Register($0, record, byteCount) }
        declared = Tally(done: record.batches.count, total: agreement.registers.count)
        released = Tally(done: record.released.count, total: record.releasesRows ? record.ringCount : 0)
        erased = Tally(done: record.erased.count, total: record.keyHolders.count)
        selectedItems = record.selected?.requests.count
        received = record.isReceived
        // Of lists of withdrawals only lengths are counted.
        self.counts = record.isOfWithdrawals ? nil : counts
        countMargin = self.counts == nil ? nil : (try? NoisePlan(agreement))?.margin95
        ended = record.ending.map { ending in
            switch ending {
            case .closed: Ending(outcome: "closed", participants: [])
            case .aborted(let aborted):
                Ending(
                    outcome: "aborted", code: aborted.code.rawValue, participants: aborted.participants,
                    reason: abortReason)
            }
        }
    }

}

extension RoundStatus {
    /// For a file that is not sealed: lengths of lists, and how much was selected, follow from people.
    public var withoutNumbersOfPeople: RoundStatus {
        var status = self
        for register in status.registers.indices {
            status.registers[register].items = nil
            status.registers[register].stageItems = nil
        }
        status.selectedItems = nil
        status.counts = nil
        status.countMargin = nil
        return status
    }
}

extension RoundStatus.Register {
    init(
        _ declaration: RegisterDeclaration, _ record: RoundRecord, _ byteCount: (StreamStage, RegisterID) -> Int
    ) {
        let stages = record.stages[declaration.id] ?? [:]
        register = declaration.id
        owner = declaration.owner
        items = record.batches[declaration.id]?.count
        stagesDone = stages.count
        stagesTotal = record.ringCount
        guard record.ending == nil, record.allDeclared, let items, stages.count < record.ringCount else { return }
        stageNode = record.node(forStage: stages.count, of: declaration)
        let bytes = byteCount(.ring(stages.count), declaration.id)
        let width = record.itemByteCount(ofStage: stages.count)
        stageItems = min(items, max(0, bytes - ListPrefix.byteCount) / max(1, width))
    }
}

extension RoundStatus.Verification {
    init(_ record: RoundRecord) {
        let (registers, stages) = (record.agreement.registers, record.provedStages)
        proved = RoundStatus.Tally(
            done: registers.reduce(0) { $0 + (record.proofs[$1.id]?.count ?? 0) }, total: registers.count * stages.count
        )
        checked = RoundStatus.Tally(
            done: registers.reduce(0) { $0 + (record.checks[$1.id]?.values.reduce(0) { $0 + $1.count } ?? 0) },
            total: registers.reduce(0) { sum, register in
                sum + stages.reduce(0) { $0 + record.checkers(ofStage: $1, of: register).count }
            })
        approved = RoundStatus.Tally(done: record.approvals.count, total: record.approvers.count)
    }
}

extension RoundRecord {
    /// Bytes of an item of a list: elements and a capsule, or tags and a capsule after the last stage.
    func itemByteCount(ofStage stage: Int) -> Int {
        let layout = ItemLayout(agreement)
        return stage == ringCount - 1 ? layout.taggedItemByteCount : layout.itemByteCount
    }
}
