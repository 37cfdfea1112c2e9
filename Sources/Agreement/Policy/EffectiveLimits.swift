public import Values

/// The numbers that hold for a node: the stricter of the agreement's and its operator's.
public struct EffectiveLimits: Sendable, Equatable {
    public var roundsAllowed: Int
    /// By own register.
    public var maxPeople: [RegisterID: Int]
    /// By own register.
    public var maxCellsPerPerson: [RegisterID: Int]
    /// By cohort.
    public var maxReleasedPeople: [CohortID: Int]
}

extension LocalPolicy {
    /// The stricter of the agreement's and the policy's numbers for a participant.
    public func effectiveLimits(for agreement: Agreement, participant: ParticipantID) -> EffectiveLimits {
        func stricter(_ agreed: Int, _ own: Int?) -> Int { min(agreed, own ?? agreed) }
        var limits = EffectiveLimits(
            roundsAllowed: stricter(agreement.roundsAllowed, roundsAllowed), maxPeople: [:], maxCellsPerPerson: [:],
            maxReleasedPeople: [:])
        for register in agreement.registers(ownedBy: participant) {
            // People whom a column names are within what is allowed of its register.
            let own = registers?[register.namedIn?.register ?? register.id]
            limits.maxPeople[register.id] = stricter(register.maxPeople, own?.maxPeople)
            limits.maxCellsPerPerson[register.id] = stricter(register.maxCellsPerPerson, own?.maxCellsPerPerson)
        }
        for cohort in agreement.cohorts {
            limits.maxReleasedPeople[cohort.id] = stricter(cohort.maxPeople, maxReleasedPeople)
        }
        return limits
    }
}
