public enum ReleaseMode: String, Sendable, CaseIterable {
    /// The rows of selected people are released to the research environment.
    case rows
    /// Counts only: no capsules, no vaults.
    case none
}
