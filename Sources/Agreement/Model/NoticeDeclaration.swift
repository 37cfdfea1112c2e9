public import Values

/// What an agreement says for the notice to the people concerned, as the machines cannot know it. to
public struct NoticeDeclaration: Sendable, Equatable {
    /// Whom people can turn to.
    public struct Contact: Sendable, Equatable {
        public var name: Translated
        public var email: String
        public var phone: String?
        public var address: String?
    }

    public struct Register: Sendable, Equatable {
        public var title: Translated
        /// What of a person is used, or for what the register is used if nothing is released of it.
        public var data: Translated
    }

    public var studyTitle: Translated
    public var purpose: Translated
    public var legalBasis: Translated
    /// Whether data leaves the European Economic Area, and on which grounds.
    public var transfers: Translated
    /// The days that the data is about.
    public var from: CalendarDate
    public var until: CalendarDate
    /// Controller of the study, in the sense of Article 4(7) of the General Data Protection Regulation.
    public var controller: Contact
    public var dataProtectionOfficer: Contact
    /// Pages that say how to object, beginning with `https://`.
    public var objection: Translated
    /// Last day on which the dataset is kept; nil where there is none.
    public var datasetUntil: CalendarDate?
    public var participants: [ParticipantID: Translated]
    public var registers: [RegisterID: Register]
    public var cohorts: [CohortID: Translated]
}
