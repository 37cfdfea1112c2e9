public import Values

/// A node or the research environment commits to its public keys before it sees the others'. [P-25]
public struct KeyCommitted: EntryBody {
    public static let kind = "KeyCommitted"

    /// SHA-256 over label, round, participant and the body revealed later.
    public var commitment: HexBytes
}

extension KeyCommitted: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard record.keyHolders.contains(author) else { throw ProtocolViolation(.notAllowed, by: author) }
        guard record.commitments[author] == nil else { throw ProtocolViolation(.repeated, by: author) }
        guard commitment.bytes.count == 32 else { throw ProtocolViolation(.badCommitment, by: author) }
        record.commitments[author] = self
    }
}
