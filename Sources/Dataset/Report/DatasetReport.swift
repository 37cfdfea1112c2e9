internal import Agreement
internal import Foundation
internal import Values

/// The contents of `report.json` and `report.md`.
struct DatasetReport: Encodable {
    struct ReportedStudy: Encodable {
        let id: String
        let title: String
        let purpose: String
        let legalBasis: String
        let permit: String

        init(_ study: Study) {
            id = study.id
            title = study.title
            purpose = study.purpose
            legalBasis = study.legalBasis
            permit = study.permit
        }
    }

    struct Cohort: Encodable {
        let id: CohortID
        let title: String
        let people: Int
    }

    struct Register: Encodable {
        let id: RegisterID
        let title: String
        let owner: ParticipantID
        /// Nil when the round's report did not mention the register.
        let round: RoundReport.Register?
        /// Nil when no rows of the register are released.
        let peopleReleased: Int?
        let rowsReleased: Int?
    }

    /// That all of it is made up; nil where it is true.
    let madeUp: String?
    let agreement: String
    let study: ReportedStudy
    let round: String
    let roundNumber: Int
    /// Every round that the dataset is made of, oldest first; nil if it is one. What is said of `round` is of the last.
    let rounds: [ReportedRound]?
    let signers: [RoundReport.Signer]
    let openedAt: String
    let deadline: String
    let receivedAt: String
    let created: String
    let people: Int
    let cohorts: [Cohort]
    let registers: [Register]
    let overlaps: [RoundReport.Overlap]
    let linkageQuality: LinkageQuality?
    /// Nil where the agreement has no rules beyond the smallest cell.
    let disclosure: DisclosureReport?
    /// Whether people have the same pseudonyms in other datasets of the study.
    let pseudonymsLast: Bool
    let smallestCell: Int
    let countRounding: Int
    let toolVersion: String
    /// Set once the rows are written; nil where no column has labels.
    var unlabelled: [UnlabelledValues]?
    /// Set once the rows are written; nil where no column names people.
    var relations: [RelationCounts]?

    init(
        store: WorkingStore, tally: Tally, round report: RoundReport, rounds: [ReportedRound], gate: DisclosureGate,
        plan: ReleasePlan, created: Date
    ) throws(DatasetError) {
        let declared = store.agreement.registers
        let overlapping = report.overlaps.flatMap(\.registers)
        for id in report.registers.map(\.id) + overlapping where !declared.contains(where: { $0.id == id }) {
            throw .reportMismatch(register: id)
        }
        for register in report.registers where report.registers.count(where: { $0.id == register.id }) > 1 {
            throw .reportMismatch(register: register.id)
        }
        for overlap in report.overlaps { try gate.check(overlap) }
        madeUp = MadeUp.isMadeUp(store.round) ? MadeUp.sentence : nil
        agreement = store.agreementID.description
        study = ReportedStudy(store.agreement.study)
        round = store.round.description
        roundNumber = report.roundNumber
        self.rounds = rounds.count > 1 ? rounds : nil
        signers = report.signers
        openedAt = UTC.text(report.openedAt)
        deadline = UTC.text(report.deadline)
        receivedAt = UTC.text(report.receivedAt)
        self.created = UTC.text(created)
        people = tally.people
        cohorts = store.layout.cohorts.map {
            Cohort(id: $0.id, title: $0.title, people: tally.cohorts[$0.id, default: 0])
        }
        let received = try store.tally()
        registers = declared.map { register in
            var round = report.registers.first { $0.id == register.id }
            // Whoever disclosure control left out is matched nowhere, or a subtraction would tell how many they are.
            let leftOut =
                (received.registers[register.id]?.people ?? 0) - (tally.registers[register.id]?.people ?? 0)
            round?.peopleMatched -= leftOut
            // How many people a column names is in no table of the dataset: it is told by `relations` only.
            if !register.isDeclared { round = nil }
            return Register(
                id: register.id, title: register.title, owner: register.owner, round: round,
                peopleReleased: tally.registers[register.id]?.people,
                rowsReleased: tally.registers[register.id]?.rows)
        }
        overlaps = report.overlaps
        linkageQuality = try LinkageQuality(store: store, quality: report.quality, gate: gate, plan: plan)
        disclosure = try DisclosureReport(plan, of: store, gate: gate)
        pseudonymsLast = store.layout.hasLastingColumn
        smallestCell = store.agreement.smallestCell
        countRounding = store.agreement.countRounding
        toolVersion = report.toolVersion
    }
}

/// Points in time as the dataset writes them.
enum UTC {
    /// `2026-01-31T09:30:00Z`.
    static func text(_ instant: Date) -> String { instant.formatted(.iso8601) }
}

/// JSON as the dataset writes it: indented, keys in alphabetical order, so that the same input gives the same bytes.
enum SortedJSON {
    static func encode(_ value: some Encodable, for path: String) throws(DatasetError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
        } catch {
            // Strings, integers and lists of them always encode.
            throw .badPath(path: path)
        }
    }
}
