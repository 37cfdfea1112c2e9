public import Values

extension Agreement {
    /// What a round of withdrawals goes by: the agreement itself, but that each authority has one register, of people
    /// who withdraw from the study, that nothing is released of anybody but what lasts, and that everybody on the lists
    /// is selected. Nil where pseudonyms don't last, or no rows are released. [P-95]
    public var forWithdrawals: Agreement? {
        guard pseudonyms.isLasting, release == .rows else { return nil }
        var agreement = self
        let authorities = participants.filter { $0.role == .authority }
        agreement.registers = authorities.enumerated().map { index, owner in
            let people = registers(ownedBy: owner.id).filter(\.isDeclared).reduce(0) { $0 + $1.maxPeople }
            var register = RegisterDeclaration(
                id: Self.withdrawalRegister(index), title: "Withdrawals", owner: owner.id,
                releasedFor: [Self.withdrawalCohort], maxPeople: min(people, AgreementLimits.withdrawals),
                maxCellsPerPerson: 1, columns: [])
            register.minPeople = 0
            return register
        }
        let lists = agreement.registers.map { CohortExpression.register($0.id) }
        guard let first = lists.first else { return nil }
        agreement.cohorts = [
            CohortDeclaration(
                id: Self.withdrawalCohort, title: "Withdrawals",
                expression: lists.dropFirst().reduce(first) { .union($0, $1) },
                // Dummies count, too, and are at most as many again.
                maxPeople: 2 * agreement.registers.reduce(32 * lists.count) { $0 + $1.maxPeople })
        ]
        (agreement.matchKeys, agreement.matchFields) = ([.identityCode], [])
        (agreement.normalisation, agreement.tolerantMatching) = (nil, nil)
        (agreement.padding, agreement.vaultAccess) = (.padme, .whole)
        (agreement.cellByteCount, agreement.parts) = (AgreementLimits.cellBytes.lowerBound, 1)
        // As long as there may be material of the study.
        agreement.validUntil = validUntil.adding(days: retentionDays)
        // Only sizes of padded lists are counted.
        (agreement.smallestCell, agreement.countRounding, agreement.counts) = (1, 1, .rounding)
        (agreement.disclosure, agreement.notice, agreement.calendar) = (DisclosureRules(), nil, [])
        return agreement
    }

    static let withdrawalCohort = "withdrawn"

    /// The register of the authority at this place among the agreement's authorities.
    public static func withdrawalRegister(_ index: Int) -> RegisterID { "withdrawals_\(index + 1)" }
}
