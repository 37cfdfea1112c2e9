internal import Values

/// The coordinator ends the round before it is closed. What all nodes have released is not undone. [P-18]
public struct RoundAborted: EntryBody {
    public static let kind = "RoundAborted"

    public var code: AbortCode
    /// Participants the round was waiting for, or who refused.
    public var participants: [String]

    public init(code: AbortCode, participants: [String]) {
        self.code = code
        self.participants = participants
    }
}

extension RoundAborted: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard author == record.coordinator else { throw ProtocolViolation(.notAllowed, by: author) }
        guard namesParticipants(of: record) else { throw ProtocolViolation(.malformedEntry, by: author) }
        record.ending = .aborted(self)
    }
}

extension RoundAborted {
    /// Whether it names participants, each once, and as refusing only those who did. [P-18]
    private func namesParticipants(of record: RoundRecord) -> Bool {
        Set(participants).count == participants.count
            && participants.allSatisfy { id in
                record.participant(id) != nil && (code != .refused || record.refusals[id] != nil)
            }
    }
}
