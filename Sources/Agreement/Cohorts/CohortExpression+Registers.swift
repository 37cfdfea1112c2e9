public import Values

extension CohortExpression {
    /// Every register that the expression names, directly or through earlier cohorts.
    public func registers(in agreement: Agreement) -> Set<RegisterID> {
        // Each cohort once, in order, so the work is linear however often a cohort is named.
        var known: [CohortID: Set<RegisterID>] = [:]
        for cohort in agreement.cohorts { known[cohort.id] = cohort.expression.registers(known) }
        return registers(known)
    }

    private func registers(_ cohorts: [CohortID: Set<RegisterID>]) -> Set<RegisterID> {
        switch self {
        case .register(let id): [id]
        case .cohort(let id): cohorts[id] ?? []
        case .union(let left, let right), .intersect(let left, let right), .except(let left, let right):
            left.registers(cohorts).union(right.registers(cohorts))
        case .sample(let expression, _): expression.registers(cohorts)
        }
    }
}

extension RegisterDeclaration {
    /// Whether items of people of `cohort` in this register are opened: its rows are released for it, or it is released
    /// for none and defines the cohort, so that dummies can be told from people.
    public func isDisclosed(for cohort: CohortDeclaration, in agreement: Agreement) -> Bool {
        if releasedFor.isEmpty { return cohort.expression.registers(in: agreement).contains(id) }
        return releasedFor.contains(cohort.id)
    }
}
