/// Why a participant refuses a round: what the others may know of it.
public enum RefusalCode: String, Sendable, Codable, CaseIterable {
    case unknownAgreement = "agreement.unknown"
    case agreementNotValid = "agreement.not-valid-today"
    case policy = "policy.refused"
    case superseded = "agreement.superseded"
    case roundsSpent = "rounds.spent"
    case register = "register.unusable"
    case cap = "cap.exceeded"
    case protocolViolation = "protocol.violation"
    case equivocation = "protocol.equivocation"
    case internalFailure = "internal.failure"
    case keysLost = "keys.lost"
}
