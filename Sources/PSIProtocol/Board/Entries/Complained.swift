public import Values

/// Its author accuses another participant, who may turn the accusation round: who is right anybody can find out who has
/// the board and the streams that it is about. [P-73]
public struct Complained: EntryBody {
    public static let kind = "Complained"

    public var against: String
    public var code: ComplaintCode
    /// The list and the stage that it is about, where it is about one.
    public var register: String?
    public var stage: Int?

    public init(against: ParticipantID, code: ComplaintCode, register: RegisterID? = nil, stage: Int? = nil) {
        self.against = against
        self.code = code
        self.register = register
        self.stage = stage
    }
}

extension Complained: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard record.isVerified, record.keyHolders.contains(author) else {
            throw ProtocolViolation(.notAllowed, by: author)
        }
        guard record.complaints[author] == nil, record.refusals[author] == nil else {
            throw ProtocolViolation(.repeated, by: author)
        }
        guard against != author, isAbout(record) else { throw ProtocolViolation(.malformedEntry, by: author) }
        record.complaints[author] = self
    }

    /// Whether whom it names has done what it is about.
    private func isAbout(_ record: RoundRecord) -> Bool {
        guard code.isOfStage else {
            guard register == nil, stage == nil else { return false }
            return code == .selectionWrong
                ? against == record.coordinator && record.hasResult : record.released[against] != nil
        }
        guard let register = register.flatMap(record.register), let stage,
            record.stages[register.id]?[stage] != nil
        else { return false }
        return record.node(forStage: stage, of: register) == against
    }
}
