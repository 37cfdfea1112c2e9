internal import Values

/// The research environment has opened everything. [P-44]
public struct Received: EntryBody {
    public static let kind = "Received"

    /// In a round of withdrawals, how many people withdraw, as the agreement lets counts be published; absent if that
    /// is withheld, and in other rounds. [P-96]
    public var withdrawn: Int?

    public init(withdrawn: Int? = nil) { self.withdrawn = withdrawn }
}

extension Received: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard author == record.research, record.releasesRows else { throw ProtocolViolation(.notAllowed, by: author) }
        guard record.allReleased, record.selected != nil else { throw ProtocolViolation(.outOfPlace, by: author) }
        guard !record.isReceived else { throw ProtocolViolation(.repeated, by: author) }
        if let withdrawn {
            guard record.isOfWithdrawals, withdrawn >= 0,
                withdrawn.isMultiple(of: record.signedAgreement.countRounding)
            else { throw ProtocolViolation(.notAllowed, by: author) }
        }
        record.isReceived = true
    }
}
