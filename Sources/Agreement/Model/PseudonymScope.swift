public import Values

/// For how long a person has the same pseudonym. [P-80]
public enum PseudonymScope: Sendable, Equatable {
    /// Every round has pseudonyms of its own.
    case round
    /// A person with an official identity code has the same pseudonym in all rounds of the study. Each holder, an
    /// authority or a mixer, keeps a study key from the first round on.
    case study(holders: [ParticipantID])

    /// As the agreement's file calls it.
    public var name: String {
        switch self {
        case .round: "round"
        case .study: "study"
        }
    }

    /// Who keeps a study key; nobody where pseudonyms do not last.
    public var holders: [ParticipantID] {
        switch self {
        case .round: []
        case .study(let holders): holders
        }
    }

    public var isLasting: Bool { self != .round }
}
