internal import Agreement
internal import PSIProtocol

/// What must hold before any of a dataset is shown to a researcher, and what is shown of counts. What happens to people
/// and values is `ReleasePlan`'s.
struct DisclosureGate {
    private let agreement: Agreement
    private let publication: CountPublication
    private let smallestCell: Int
    private let countRounding: Int
    private let layout: DatasetLayout

    init(agreement: Agreement, layout: DatasetLayout) {
        self.agreement = agreement
        publication = CountPublication(agreement: agreement)
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

    /// Refuses counts that an owner or the coordinator forgot to round or that are about something else than the
    /// agreement: they are shown as they were received.
    func check(_ quality: RoundQuality) throws(DatasetError) {
        for (id, survey) in quality.surveys {
            guard agreement.registers.contains(where: { $0.id == id }) else { throw .reportMismatch(register: id) }
            guard survey.hasPlausibleCounts(under: agreement) else { throw .qualityCountNotRounded(register: id) }
        }
        guard let linkage = quality.linkage else { return }
        guard linkage.fits(agreement),
            (linkage.conflicts + [linkage.historyConflicts] + linkage.linked.joined()).allSatisfy({
                $0 == PublishedLinkage.withheld || $0.isMultiple(of: max(1, countRounding))
            })
        else { throw .qualityCountNotRounded(register: nil) }
    }

    /// What a researcher sees of an exact count that nothing is tied to.
    func disclose(_ exact: Int) -> ReportCount { ReportCount(count: publication.count(exact)) }

    /// What is withheld of counts that are tied to each other.
    func plan(_ system: CountSystem) -> WithholdingPlan { WithholdingPlan(system, smallestCell: smallestCell) }

    /// Of how many people a figure that stands for a count may be told: a multiple of it, as counts are, or one that a
    /// withheld count disappears in.
    func countUnit(isWithheld: Bool) -> Int { isWithheld ? max(smallestCell, countRounding) : countRounding }

    /// What a researcher sees of a count that was received as published.
    func received(_ published: Int) -> ReportCount {
        ReportCount(count: published == PublishedLinkage.withheld ? nil : published)
    }
}
