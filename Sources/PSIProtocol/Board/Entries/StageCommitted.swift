internal import Values

/// A register's list after a stage of the ring; stage 0 is the owner's own. [P-33]
public struct StageCommitted: EntryBody {
    public static let kind = "StageCommitted"

    public var register: String
    public var stage: Int
    public var list: AnnouncedStream
}

extension StageCommitted: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard let register = record.register(register), record.node(forStage: stage, of: register) == author else {
            throw ProtocolViolation(.notAllowed, by: author)
        }
        guard record.allDeclared, let batch = record.batches[register.id] else {
            throw ProtocolViolation(.outOfPlace, by: author)
        }
        let done = record.stages[register.id] ?? [:]
        guard done[stage] == nil else { throw ProtocolViolation(.repeated, by: author) }
        guard stage == 0 || done[stage - 1] != nil else { throw ProtocolViolation(.outOfPlace, by: author) }
        guard list.isWellFormed, list.count == batch.count else { throw ProtocolViolation(.wrongCount, by: author) }
        guard stage > 0 || list.digest == batch.digest else { throw ProtocolViolation(.wrongDigest, by: author) }
        record.stages[register.id, default: [:]][stage] = list
    }
}
