/// What hides the exact size of a register's list.
public enum PaddingMode: String, Sendable, CaseIterable {
    /// Dummies up to the next Padmé size, at most 12 % more and never fewer than 32 items.
    case padme
    /// The exact number of people is visible to every participant.
    case none
}
