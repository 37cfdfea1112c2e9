internal import Values

/// A node has checked the proof of a stage, and found it right. [P-61]
public struct Checked: EntryBody {
    public static let kind = "Checked"

    public var register: String
    public var stage: Int
}

extension Checked: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard let register = record.register(register),
            record.checkers(ofStage: stage, of: register).contains(author)
        else { throw ProtocolViolation(.notAllowed, by: author) }
        guard record.proofs[register.id]?[stage] != nil else { throw ProtocolViolation(.outOfPlace, by: author) }
        guard record.checks[register.id]?[stage]?.contains(author) != true else {
            throw ProtocolViolation(.repeated, by: author)
        }
        record.checks[register.id, default: [:]][stage, default: []].insert(author)
    }

    func mustHaveSeen(in record: RoundRecord, by author: ParticipantID) -> Int {
        record.proofs[register]?[stage]?.entryNumber ?? 0
    }
}
