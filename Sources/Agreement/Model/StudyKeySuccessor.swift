public import Values

/// That a holder's study key passes to another node with this agreement.
public struct StudyKeySuccessor: Sendable, Equatable {
    /// Holds the key under the agreement that is amended, and no more.
    public var leaver: ParticipantID
    /// Held none, and is one of the holders from now on.
    public var successor: ParticipantID

    public init(leaver: ParticipantID, successor: ParticipantID) {
        self.leaver = leaver
        self.successor = successor
    }
}

extension Agreement {
    /// What the study's keys are kept by: the study, and another name for each further generation of its pseudonyms.
    /// [P-80]
    public var studyKeyScope: String {
        pseudonymGeneration == 1 ? study.id : "\(study.id).\(pseudonymGeneration)"
    }
}
