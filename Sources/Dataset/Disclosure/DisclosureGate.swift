internal import PSIProtocol

/// What must hold before any of a dataset is shown to a researcher, and what happens to each value on the way.
///
/// Every person, row and count passes through here, so that stricter disclosure control has one place to grow in.
struct DisclosureGate {
    private let smallestCell: Int
    private let countRounding: Int
    private let layout: DatasetLayout

    init(agreement: Agreement, layout: DatasetLayout) {
        smallestCell = agreement.smallestCell
        countRounding = agreement.countRounding
        self.layout = layout
    }

    /// Refuses a dataset in which a cohort is smaller than the agreement lets be released; the error doesn't say how
    /// small. A smallest cell of 1 refuses nothing, not even an empty cohort.
    func check(_ tally: Tally) throws(DatasetError) {
        guard smallestCell > 1 else { return }
        for cohort in layout.cohorts where tally.cohorts[cohort.id, default: 0] < smallestCell {
            throw .cohortBelowSmallestCell(cohort.id)
        }
    }

    /// Refuses an overlap count that the coordinator forgot to round.
    func check(_ overlap: RoundReport.Overlap) throws(DatasetError) {
        guard let people = overlap.people, countRounding > 1 else { return }
        guard people.isMultiple(of: countRounding) else { throw .countNotRounded(registers: overlap.registers) }
    }

    /// What a researcher sees of a value.
    func disclose(_ value: FieldValue, of column: ColumnDeclaration) -> FieldValue {
        switch column.disclosure {
        case .asIs: value
        }
    }
}
