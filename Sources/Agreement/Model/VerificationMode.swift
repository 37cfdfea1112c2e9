public enum VerificationMode: String, Sendable, CaseIterable {
    case off
    case full
}
