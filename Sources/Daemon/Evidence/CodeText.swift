internal import PSIProtocol

extension RefusalCode {
    /// What it says, for people, after `because`.
    var reason: String {
        switch self {
        case .unknownAgreement: "it had not signed this agreement, or a signature was missing"
        case .agreementNotValid: "the agreement was not valid that day, or the times did not fit its clock"
        case .policy: "its own rules or its own people did not allow it"
        case .superseded: "another agreement had taken this one's place, or that of one which it amends"
        case .roundsSpent: "the agreement's rounds were spent, or the number was another round's"
        case .register: "a register of its own could not be used"
        case .cap: "there was more than the agreement, or its own rules, allow"
        case .protocolViolation: "somebody broke the protocol"
        case .equivocation: "somebody had signed other keys than it had seen"
        case .internalFailure: "its program failed"
        case .keysLost: "it had no keys of the round any more, or other ones than the board"
        }
    }
}

extension AbortCode {
    /// What it says, for people, after `because`.
    var reason: String {
        switch self {
        case .deadline: "the deadline had passed"
        case .refused: "somebody had refused"
        case .operatorAborted: "its operator wanted it"
        case .releasedPeopleCap: "a cohort had more people than the agreement allows"
        case .smallestCell: "a cohort had fewer people than the agreement allows"
        case .protocolViolation: "somebody had broken the protocol"
        case .internalFailure: "its program had failed"
        }
    }
}
