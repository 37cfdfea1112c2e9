internal import Values

/// A node's shares for the selected items. [P-38]
public struct Released: EntryBody {
    public static let kind = "Released"

    public var shares: AnnouncedStream
}

extension Released: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard record.ring.contains(author) else { throw ProtocolViolation(.notAllowed, by: author) }
        guard let selected = record.selected, record.allApproved else {
            throw ProtocolViolation(.outOfPlace, by: author)
        }
        guard record.released[author] == nil else { throw ProtocolViolation(.repeated, by: author) }
        guard shares.isWellFormed, shares.count == selected.requests.count else {
            throw ProtocolViolation(.sharesWrong, by: author)
        }
        record.released[author] = self
    }
}
