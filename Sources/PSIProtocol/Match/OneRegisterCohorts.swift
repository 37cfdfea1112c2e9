internal import Agreement
internal import Values

extension Agreement {
    /// Cohorts that somebody found in one register only can be in: dummies are found so, and count. [P-39]
    func cohortsOfOneRegister() -> Set<CohortID> {
        var found: Set<CohortID> = []
        for register in registers {
            // Each cohort once, in order, so the work is linear however often a cohort is named.
            var known: [CohortID: CohortExpression.Possibility] = [:]
            for cohort in cohorts {
                let possible = cohort.expression.possibility(inOnly: register.id, known)
                known[cohort.id] = possible
                if possible.isIn { found.insert(cohort.id) }
            }
        }
        return found
    }
}

extension CohortExpression {
    /// Whether somebody may be in a group, and whether somebody may be out of it. A sample takes some and leaves
    /// others, so both can be true.
    struct Possibility {
        var isIn: Bool
        var isOut: Bool
    }

    fileprivate func possibility(inOnly register: RegisterID, _ cohorts: [CohortID: Possibility]) -> Possibility {
        switch self {
        case .register(let id): return Possibility(isIn: id == register, isOut: id != register)
        case .cohort(let id): return cohorts[id] ?? Possibility(isIn: true, isOut: true)
        case .union(let left, let right):
            let (a, b) = (left.possibility(inOnly: register, cohorts), right.possibility(inOnly: register, cohorts))
            return Possibility(isIn: a.isIn || b.isIn, isOut: a.isOut && b.isOut)
        case .intersect(let left, let right):
            let (a, b) = (left.possibility(inOnly: register, cohorts), right.possibility(inOnly: register, cohorts))
            return Possibility(isIn: a.isIn && b.isIn, isOut: a.isOut || b.isOut)
        case .except(let left, let right):
            let (a, b) = (left.possibility(inOnly: register, cohorts), right.possibility(inOnly: register, cohorts))
            return Possibility(isIn: a.isIn && b.isOut, isOut: a.isOut || b.isIn)
        case .sample(let expression, _):
            return Possibility(isIn: expression.possibility(inOnly: register, cohorts).isIn, isOut: true)
        }
    }
}
