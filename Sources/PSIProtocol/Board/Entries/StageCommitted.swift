public import Values

/// A register's list after a stage of the ring; stage 0 is the owner's own. [P-33]
public struct StageCommitted: EntryBody {
    public static let kind = "StageCommitted"

    /// In a verified round, of the last stage: the elements from which the list's tags are made.
    public var exit: AnnouncedStream?
    public var list: AnnouncedStream
    public var register: String
    public var stage: Int

    public init(register: RegisterID, stage: Int, list: AnnouncedStream, exit: AnnouncedStream? = nil) {
        self.exit = exit
        self.list = list
        self.register = register
        self.stage = stage
    }
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
        guard stage == 0 || record.isSettled(register, stage: stage - 1) else {
            throw ProtocolViolation(.outOfPlace, by: author)
        }
        let hasExit = record.isVerified && stage == record.ringCount - 1
        guard (exit != nil) == hasExit else { throw ProtocolViolation(.malformedEntry, by: author) }
        if let exit {
            guard exit.isWellFormed, exit.count == batch.count else { throw ProtocolViolation(.wrongCount, by: author) }
        }
        guard list.isWellFormed, list.count == batch.count else { throw ProtocolViolation(.wrongCount, by: author) }
        guard stage > 0 || list.digest == batch.digest else { throw ProtocolViolation(.wrongDigest, by: author) }
        record.stages[register.id, default: [:]][stage] = list
        record.exits[register.id] = exit
    }
}
