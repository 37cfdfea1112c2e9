internal import Values

/// A hop has stored the proof of a stage. [P-61]
public struct Proved: EntryBody {
    public static let kind = "Proved"

    /// Records as many as the list has items.
    public var proof: AnnouncedStream
    public var register: String
    public var stage: Int
}

extension Proved: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard let register = record.register(register), record.provedStages.contains(stage),
            record.node(forStage: stage, of: register) == author
        else { throw ProtocolViolation(.notAllowed, by: author) }
        guard let list = record.stages[register.id]?[stage] else { throw ProtocolViolation(.outOfPlace, by: author) }
        guard record.proofs[register.id]?[stage] == nil else { throw ProtocolViolation(.repeated, by: author) }
        guard proof.isWellFormed, proof.count == list.count else {
            throw ProtocolViolation(.proofMalformed, by: author)
        }
        record.proofs[register.id, default: [:]][stage] = AnnouncedProof(
            stream: proof, entryNumber: record.head.count + 1)
    }
}
