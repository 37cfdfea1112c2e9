internal import Values

/// A participant does not take part, and why: a code only. [P-18]
public struct Refused: EntryBody {
    public static let kind = "Refused"

    public var code: RefusalCode
    public init(code: RefusalCode) { self.code = code }
}

extension Refused: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard author != record.coordinator else { throw ProtocolViolation(.notAllowed, by: author) }
        guard record.refusals[author] == nil else { throw ProtocolViolation(.repeated, by: author) }
        record.refusals[author] = code
    }
}
