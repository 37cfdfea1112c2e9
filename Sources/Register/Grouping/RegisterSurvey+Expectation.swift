public import Agreement

extension RegisterSurvey {
    /// Why what was read cannot be the register that the agreement is about; nil if it may be.
    ///
    /// Rows that cannot be used are only counted, and whoever they are about seems not to be in the register: of a few
    /// that is a small error, of nearly all it turns a cohort into its opposite.
    public func shortfall(
        of register: RegisterDeclaration, plan: MatchPlan, source: RegisterSource
    ) -> RegisterError.Kind? {
        let percent = register.usableCodesPercent
        func isShort(_ part: Int, of whole: Int) -> Bool { whole > 0 && part * 100 < whole * percent }
        if source.identityColumn != nil {
            let usable = codes.official + codes.temporary
            // Who has no code is found by other keys, if there are any.
            let whole = usable + codes.invalid + (plan.worksWithoutCode ? 0 : codes.missing)
            if isShort(usable, of: whole) {
                return .tooFewUsableCodes(usable: usable, rows: whole, percent: percent, shapes: codeShapes)
            }
        }
        let refusedPairs = history.refused.reduce(0) { $0 + ($1.key == .missing ? 0 : $1.value) }
        if isShort(history.pairsRead, of: history.pairsRead + refusedPairs) {
            return .tooFewUsablePairs(
                usable: history.pairsRead, rows: history.pairsRead + refusedPairs, percent: percent)
        }
        for field in dateFields where isShort(field.readable, of: field.present) {
            return .tooFewReadableDates(
                field: field.name, readable: field.readable, rows: field.present, percent: percent)
        }
        let found = people + peopleWithheld
        return found < register.minPeople ? .tooFewPeople(found, least: register.minPeople) : nil
    }
}
