public import Foundation
public import Values

/// What the research environment knows of a round besides the rows, for the dataset's report. The caller fills it; what
/// was released is counted by the writer itself.
public struct RoundReport: Sendable, Equatable, Codable {
    /// A participant whose signature the agreement bears.
    public struct Signer: Sendable, Equatable, Codable {
        public var id: ParticipantID
        public var name: String

        public init(id: ParticipantID, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// Records that an owner could not use, for one reason.
    public struct Refusal: Sendable, Equatable, Codable {
        /// In the owner's words, such as "invalid identity code".
        public var reason: String
        /// Rounded as the agreement says; nil where withheld.
        public var records: Int?

        public init(reason: String, records: Int?) {
            self.reason = reason
            self.records = records
        }
    }

    public struct Register: Sendable, Equatable, Codable {
        public var id: RegisterID
        /// People on the list; with dummies when `declaredIsPadded`.
        public var peopleDeclared: Int
        public var declaredIsPadded: Bool
        /// Rows the owner read; nil when it did not say.
        public var rowsDeclared: Int?
        public var refused: [Refusal]
        /// People of the list that the selection named.
        public var peopleMatched: Int
        /// Selected items that turned out to be padding.
        public var dummiesDropped: Int

        public init(
            id: RegisterID, peopleDeclared: Int, declaredIsPadded: Bool, rowsDeclared: Int?, refused: [Refusal],
            peopleMatched: Int, dummiesDropped: Int
        ) {
            self.id = id
            self.peopleDeclared = peopleDeclared
            self.declaredIsPadded = declaredIsPadded
            self.rowsDeclared = rowsDeclared
            self.refused = refused
            self.peopleMatched = peopleMatched
            self.dummiesDropped = dummiesDropped
        }
    }

    /// How many people some registers share, as the coordinator published it.
    public struct Overlap: Sendable, Equatable, Codable {
        public var registers: [RegisterID]
        /// Rounded as the agreement says; nil when below the smallest cell.
        public var people: Int?

        public init(registers: [RegisterID], people: Int?) {
            self.registers = registers
            self.people = people
        }
    }

    public var roundNumber: Int
    public var signers: [Signer]
    public var registers: [Register]
    public var overlaps: [Overlap]
    /// Nil when nothing was told.
    public var quality: RoundQuality?
    public var openedAt: Date
    public var deadline: Date
    public var receivedAt: Date
    /// Such as `sidos-research 1.0.0`.
    public var toolVersion: String

    public init(
        roundNumber: Int, signers: [Signer], registers: [Register], overlaps: [Overlap],
        quality: RoundQuality? = nil, openedAt: Date, deadline: Date, receivedAt: Date, toolVersion: String
    ) {
        self.roundNumber = roundNumber
        self.signers = signers
        self.registers = registers
        self.overlaps = overlaps
        self.quality = quality
        self.openedAt = openedAt
        self.deadline = deadline
        self.receivedAt = receivedAt
        self.toolVersion = toolVersion
    }
}
