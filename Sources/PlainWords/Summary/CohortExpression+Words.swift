internal import Agreement

extension CohortExpression {
    /// `people in immigrant_residents who are not in omnia_clients`.
    func words(in language: PlainLanguage) -> String {
        switch self {
        case .except(let left, let right):
            let (left, right) = (left.part(language), right.part(language))
            return language.of(
                "henkilöt, jotka ovat \(left) mutta eivät ole \(right)", "personer som finns \(left) men inte \(right)",
                "people \(left) who are not \(right)")
        case .sample(let of, let count):
            let (most, people) = (language.number(count), of.words(in: language))
            return language.of(
                "enintään \(most) henkilön satunnaisotos joukosta: \(people)",
                "ett slumpmässigt urval på högst \(most) av \(people)",
                "a random sample of at most \(most) \(people)")
        default:
            let condition = condition(language)
            return language.of(
                "henkilöt, jotka ovat \(condition)", "personer som finns \(condition)", "people \(condition)")
        }
    }

    private func condition(_ language: PlainLanguage) -> String {
        switch self {
        case .register(let id): return language.of("rekisterissä \(id)", "i registret \(id)", "in \(id)")
        case .cohort(let id): return language.of("kohortissa \(id)", "i kohorten \(id)", "in the cohort \(id)")
        case .union(let left, let right):
            let isUnion = if case .union = left { true } else { false }
            let (left, right) = (isUnion ? left.condition(language) : left.part(language), right.part(language))
            return language.of("\(left) tai \(right)", "\(left) eller \(right)", "\(left) or \(right)")
        case .intersect(let left, let right):
            let isIntersect = if case .intersect = left { true } else { false }
            let (left, right) = (isIntersect ? left.condition(language) : left.part(language), right.part(language))
            return language.of("\(left) ja \(right)", "\(left) och \(right)", "\(left) and \(right)")
        case .except(let left, let right):
            let (left, right) = (left.part(language), right.part(language))
            return language.of("\(left) mutta ei \(right)", "\(left) men inte \(right)", "\(left) and not \(right)")
        case .sample(let of, let count):
            let (most, people) = (language.number(count), of.words(in: language))
            return language.of(
                "enintään \(most) henkilön satunnaisotoksessa joukosta: \(people)",
                "i ett slumpmässigt urval på högst \(most) av \(people)",
                "in a random sample of at most \(most) \(people)")
        }
    }

    /// In parentheses where it is made of others.
    private func part(_ language: PlainLanguage) -> String {
        switch self {
        case .register, .cohort: condition(language)
        default: "(\(condition(language)))"
        }
    }
}
