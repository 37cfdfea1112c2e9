internal import Values

/// The research environment has opened everything. [P-44]
public struct Received: EntryBody {
    public static let kind = "Received"

    public init() {}
}

extension Received: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard author == record.research, record.releasesRows else { throw ProtocolViolation(.notAllowed, by: author) }
        guard record.allReleased, record.selected != nil else { throw ProtocolViolation(.outOfPlace, by: author) }
        guard !record.isReceived else { throw ProtocolViolation(.repeated, by: author) }
        record.isReceived = true
    }
}
