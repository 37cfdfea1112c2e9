/// Whether the steps of a round are proved and checked. [P-60]
public enum VerificationMode: String, Sendable, CaseIterable {
    /// Each participant trusts the others to follow the protocol.
    case off
    /// Every hop proves its work, others check it, and mixers check what the coordinator found.
    case full
}
