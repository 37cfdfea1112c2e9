public import Values

/// Set algebra over registers and earlier cohorts, in SQL's words.
public indirect enum CohortExpression: Sendable, Equatable {
    case register(RegisterID)
    case cohort(CohortID)
    case union(CohortExpression, CohortExpression)
    case intersect(CohortExpression, CohortExpression)
    case except(CohortExpression, CohortExpression)
    /// A reproducible sample of at most `count` people, drawn by a keyed order over tags.
    case sample(CohortExpression, count: Int)
}
