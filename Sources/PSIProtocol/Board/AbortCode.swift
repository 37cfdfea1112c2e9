public enum AbortCode: String, Sendable, Codable, CaseIterable {
    case deadline = "deadline.passed"
    case refused = "participant.refused"
    case operatorAborted = "operator.aborted"
    case releasedPeopleCap = "cap.released-people"
    case smallestCell = "cohort.below-smallest-cell"
    case protocolViolation = "protocol.violation"
    case internalFailure = "internal.failure"
}
