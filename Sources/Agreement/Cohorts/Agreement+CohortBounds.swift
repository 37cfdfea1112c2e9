internal import Values

extension Agreement {
    /// By register: bit i is set if its items are opened for people of cohort i. [P-37]
    public var disclosedCohorts: [UInt64] {
        registers.map { register in
            cohorts.enumerated().reduce(0) { mask, cohort in
                register.isDisclosed(for: cohort.element, in: self) ? mask | 1 << UInt64(cohort.offset) : mask
            }
        }
    }

    /// By cohort, the most people that it can have: its cap, and what its samples leave of it.
    public var cohortBounds: [Int] {
        var known: [CohortID: Int] = [:]
        for cohort in cohorts { known[cohort.id] = min(cohort.maxPeople, cohort.expression.bound(known)) }
        return cohorts.map { known[$0.id] ?? $0.maxPeople }
    }
}

extension CohortExpression {
    func bound(_ cohorts: [CohortID: Int]) -> Int {
        switch self {
        case .register: return .max
        case .cohort(let id): return cohorts[id] ?? .max
        case .union(let left, let right):
            let (sum, overflow) = left.bound(cohorts).addingReportingOverflow(right.bound(cohorts))
            return overflow ? .max : sum
        case .intersect(let left, let right): return min(left.bound(cohorts), right.bound(cohorts))
        case .except(let left, _): return left.bound(cohorts)
        case .sample(let expression, let count): return min(count, expression.bound(cohorts))
        }
    }
}
