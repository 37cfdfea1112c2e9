internal import Agreement
internal import Exchange
internal import Values

/// Whether a round of an agreement could be opened now: what `ready` shows.
struct AgreementStanding: Codable, Equatable {
    /// One of the others, and whether it is ready.
    struct Participant: Codable, Equatable {
        enum State: String, Codable {
            case ready
            /// `code` says what is wrong.
            case obstacle
            /// Nothing that is still believed.
            case silent
            /// Takes part by courier, by which readiness is not carried.
            case notCarried = "not_carried"
        }

        var participant: ParticipantID
        var role: String
        var state: State
        var code: String?
        /// When that was said, in seconds since 1970.
        var saidAt: Int64?
    }

    var agreement: String
    var study: String
    /// What stands in the coordinator's own way, in sentences.
    var coordinator: [String]
    var participants: [Participant]
    /// Nil where the agreement has no calendar.
    var calendar: CalendarStatus?

    /// Participants without whose word no round is opened by itself, in the agreement's order.
    var waitingFor: [ParticipantID] {
        participants.filter { $0.state == .silent || $0.state == .obstacle }.map(\.participant)
    }

    var isReady: Bool { coordinator.isEmpty && waitingFor.isEmpty }

    enum CodingKeys: String, CodingKey {
        case agreement, study, coordinator, participants, calendar, waitingFor, isReady
    }

    init(
        agreement: AgreementID, study: String, coordinator: [String], participants: [Participant],
        calendar: CalendarStatus? = nil
    ) {
        self.agreement = "\(agreement)"
        self.study = study
        self.coordinator = coordinator
        self.participants = participants
        self.calendar = calendar
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        agreement = try values.decode(String.self, forKey: .agreement)
        study = try values.decode(String.self, forKey: .study)
        coordinator = try values.decode([String].self, forKey: .coordinator)
        participants = try values.decode([Participant].self, forKey: .participants)
        calendar = try values.decodeIfPresent(CalendarStatus.self, forKey: .calendar)
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(agreement, forKey: .agreement)
        try values.encode(study, forKey: .study)
        try values.encode(coordinator, forKey: .coordinator)
        try values.encode(participants, forKey: .participants)
        try values.encodeIfPresent(calendar, forKey: .calendar)
        try values.encode(waitingFor, forKey: .waitingFor)
        try values.encode(isReady, forKey: .isReady)
    }
}
