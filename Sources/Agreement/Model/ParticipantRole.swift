public enum ParticipantRole: String, Sendable, CaseIterable {
    /// A node that owns registers and blinds in the ring.
    case authority
    /// A node that blinds in the ring and owns no register.
    case mixer
    case coordinator
    case research
}
