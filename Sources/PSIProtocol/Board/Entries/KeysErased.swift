internal import Values

/// Its author has destroyed the round's keys and spools. [P-19]
public struct KeysErased: EntryBody {
    public static let kind = "KeysErased"

    public init() {}
}

extension KeysErased: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard record.keyHolders.contains(author) else { throw ProtocolViolation(.notAllowed, by: author) }
        guard record.ending != nil else { throw ProtocolViolation(.outOfPlace, by: author) }
        guard !record.erased.contains(author) else { throw ProtocolViolation(.repeated, by: author) }
        record.erased.insert(author)
    }

    /// Whoever says that its keys are erased signs how the round ended.
    func mustHaveSeen(in record: RoundRecord, by author: ParticipantID) -> Int {
        record.keyHolders.contains(author) && !record.erased.contains(author) ? record.endNumber ?? 0 : 0
    }
}
