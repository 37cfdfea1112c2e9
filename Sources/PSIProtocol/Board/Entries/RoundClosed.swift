internal import Values

/// The coordinator ends the round. [P-14]
public struct RoundClosed: EntryBody {
    public static let kind = "RoundClosed"

    public init() {}
}

extension RoundClosed: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard author == record.coordinator else { throw ProtocolViolation(.notAllowed, by: author) }
        guard record.releasesRows ? record.isReceived : record.counted != nil && record.allApproved else {
            throw ProtocolViolation(.outOfPlace, by: author)
        }
        record.ending = .closed
    }
}
