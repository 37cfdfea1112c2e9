public import Values

/// The coordinator opens a round; the entry's hash becomes the round's id. [P-15]
public struct RoundOpened: EntryBody {
    public static let kind = "RoundOpened"

    /// Agreement id, 32 bytes.
    public var agreement: HexBytes
    /// 1…`roundsAllowed`.
    public var number: Int
    /// 32 random bytes.
    public var nonce: HexBytes
    /// Seconds since 1970 UTC.
    public var opened: Int
    public var deadline: Int
    /// Every participant's signature on the agreement, 64 bytes each, by participant id.
    public var signatures: [String: HexBytes]
    /// What the round is for; absent for one that links. [P-95]
    public var purpose: RoundPurpose?

    public init(
        agreement: HexBytes, number: Int, nonce: HexBytes, opened: Int, deadline: Int, signatures: [String: HexBytes],
        purpose: RoundPurpose? = nil
    ) {
        self.agreement = agreement
        self.number = number
        self.nonce = nonce
        self.opened = opened
        self.deadline = deadline
        self.signatures = signatures
        self.purpose = purpose
    }
}

/// What a round that doesn't link is for.
public enum RoundPurpose: String, Codable, Sendable, Equatable {
    /// The research environment learns who has withdrawn from the study. [P-95]
    case withdrawals
}

extension RoundOpened: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        // A record begins with it.
        throw ProtocolViolation(.repeated, by: author)
    }
}
