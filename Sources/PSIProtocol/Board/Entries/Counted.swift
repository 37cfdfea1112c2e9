internal import Agreement
internal import Values

/// The result of a count-only round. [P-39]
public struct Counted: EntryBody {
    public static let kind = "Counted"

    public var overlap: [PublishedCount]
    public var cohorts: [PublishedCohort]
    /// Absent where people are found in one way only.
    public var linkage: PublishedLinkage?

    public init(overlap: [PublishedCount], cohorts: [PublishedCohort], linkage: PublishedLinkage? = nil) {
        self.overlap = overlap
        self.cohorts = cohorts
        self.linkage = linkage
    }
}

extension Counted: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard author == record.coordinator, !record.releasesRows else {
            throw ProtocolViolation(.notAllowed, by: author)
        }
        guard record.allStagesSettled else { throw ProtocolViolation(.outOfPlace, by: author) }
        guard record.counted == nil else { throw ProtocolViolation(.repeated, by: author) }
        let agreement = record.agreement
        guard linkage?.fits(agreement) ?? !agreement.linksInSeveralWays,
            linkage == nil || agreement.linksInSeveralWays, isWellFormed(under: agreement)
        else { throw ProtocolViolation(.selectionWrong, by: author) }
        record.counted = self
        record.resultNumber = record.head.count + 1
    }
}

extension Counted {
    /// Whether it is about the registers and cohorts of the agreement, in their order, and no number is negative.
    /// [P-39]
    func isWellFormed(under agreement: Agreement) -> Bool {
        guard cohorts.map(\.cohort) == agreement.cohorts.map(\.id),
            (overlap.map(\.people) + cohorts.map(\.people)).allSatisfy({ ($0 ?? 0) >= 0 })
        else { return false }
        // Sets as numbers whose bit i stands for register i, 0 where a name is none, or out of order.
        let sets = overlap.map { cell -> UInt32 in
            let indices = cell.registers.compactMap { id in agreement.registers.firstIndex { $0.id == id } }
            guard indices.count == cell.registers.count, zip(indices, indices.dropFirst()).allSatisfy({ $0 < $1 })
            else { return 0 }
            return indices.reduce(0) { $0 | 1 << UInt32($1) }
        }
        return sets.allSatisfy { $0 != 0 } && zip(sets, sets.dropFirst()).allSatisfy { $0 < $1 }
    }
}
