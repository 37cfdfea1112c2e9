internal import Agreement
internal import Daemon
internal import Foundation
internal import PSIProtocol

/// What an operator is told of a round. Counts are those that the agreement lets be published; a register's `items` are
/// what every participant sees, dummies included.
struct RoundStatus: Codable, Sendable, Equatable {
    struct Register: Codable, Sendable, Equatable {
        var register: String
        var owner: String
        /// Nil until declared.
        var items: Int?
        var stagesDone: Int
        var stagesTotal: Int
        /// Who computes the stage under way; nil before declaring and after the last stage.
        var stageNode: String?
        /// Items of the stage under way that have come in, about.
        var stageItems: Int?
    }

    struct Tally: Codable, Sendable, Equatable {
        var done: Int
        var total: Int
    }

    /// How far a verified round's proofs, checks of them and approvals of the result are.
    struct Verification: Codable, Sendable, Equatable {
        var proved: Tally
        var checked: Tally
        var approved: Tally
    }

    struct Ending: Codable, Sendable, Equatable {
        /// `closed` or `aborted`.
        var outcome: String
        var code: String?
        var participants: [String]
        /// What the operator who aborted gave as the reason.
        var reason: String?
    }

    var round: String
    var agreement: String
    var study: String
    var title: String
    var number: Int
    var phase: String
    /// `rows` or `none`.
    var release: String
    /// Seconds since 1970.
    var opened: Int
    var deadline: Int
    var waitingFor: [String]
    var refusals: [String]
    /// Who accuses whom of what, in a verified round.
    var complaints: [String]
    /// Nil in a round that is not verified.
    var verification: Verification?
    var registers: [Register]
    var declared: Tally
    var released: Tally
    var erased: Tally
    /// Selected items of all registers; nil before the selection and in a count-only round.
    var selectedItems: Int?
    var received: Bool
    var counts: Counted?
    /// What 95 of 100 answers of the counts are off by at most; nil where they have no noise.
    var countMargin: Int?
    var ended: Ending?

    init(_ record: RoundRecord, progress: StageProgress, counts: Counted?, abortReason: String?) {
        let agreement = record.agreement
        round = "\(record.round)"
        self.agreement = "\(record.agreementID)"
        study = agreement.study.id
        title = agreement.study.title
        number = record.opening.number
        phase = record.phase.rawValue
        release = agreement.release.rawValue
        opened = record.opening.opened
        deadline = record.opening.deadline
        waitingFor = record.ending == nil ? record.waitingFor : []
        refusals = record.refusals.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.rawValue)" }
        complaints = record.complaints.sorted { $0.key < $1.key }.map { $0.value.sentence(by: $0.key) }
        verification = record.isVerified ? Verification(record) : nil
        registers = agreement.registers.map { Register($0, record, progress) }
        declared = Tally(done: record.batches.count, total: agreement.registers.count)
        released = Tally(done: record.released.count, total: record.releasesRows ? record.ringCount : 0)
        erased = Tally(done: record.erased.count, total: record.keyHolders.count)
        selectedItems = record.selected?.requests.count
        received = record.isReceived
        self.counts = counts
        countMargin = counts == nil ? nil : (try? NoisePlan(agreement))?.margin95
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

    func encoded() throws -> [UInt8] { try StatusJSON.encode(self) }
}

extension RoundStatus.Register {
    init(_ declaration: RegisterDeclaration, _ record: RoundRecord, _ progress: StageProgress) {
        let stages = record.stages[declaration.id] ?? [:]
        register = declaration.id
        owner = declaration.owner
        items = record.batches[declaration.id]?.count
        stagesDone = stages.count
        stagesTotal = record.ringCount
        guard record.ending == nil, record.allDeclared, let items, stages.count < record.ringCount else { return }
        stageNode = record.node(forStage: stages.count, of: declaration)
        let bytes = progress.byteCount(of: .ring(stages.count), batch: declaration.id, round: record.round)
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
