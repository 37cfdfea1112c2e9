public import Values

/// A mixer has done the coordinator's matching again, and found the same. [P-71]
public struct Approved: EntryBody {
    public static let kind = "Approved"

    /// SHA-256 of how it found people, sealed to the research environment; absent where there is one way only, and in
    /// count-only rounds.
    public var linkage: HexBytes?
}

extension Approved: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard record.approvers.contains(author) else { throw ProtocolViolation(.notAllowed, by: author) }
        guard record.hasResult else { throw ProtocolViolation(.outOfPlace, by: author) }
        guard record.approvals[author] == nil else { throw ProtocolViolation(.repeated, by: author) }
        let isExpected = record.releasesRows && record.agreement.linksInSeveralWays
        guard linkage?.bytes.count == (isExpected ? SealedSecret.byteCount : nil) else {
            throw ProtocolViolation(.malformedEntry, by: author)
        }
        record.approvals[author] = self
    }

    func mustHaveSeen(in record: RoundRecord, by author: ParticipantID) -> Int { record.resultNumber ?? 0 }
}
