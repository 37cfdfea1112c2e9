public import Values

/// Entries that are carried to the coordinator, and stand on no board yet. [P-75]
extension RoundRecord {
    /// The record as it will be once an own entry is on the board too. Heads stay those of the board, so that what is
    /// signed by it says no more than was seen.
    ///
    /// - Throws: `ProtocolViolation` for an entry that this board cannot take, such as a second one of its kind.
    public func expecting(_ entry: SignedEntry) throws(ProtocolViolation) -> RoundRecord {
        guard entry.seen.count >= entry.ruled.mustHaveSeen(in: self, by: entry.author) else {
            throw ProtocolViolation(.outOfPlace, by: entry.author)
        }
        var expected = self
        try expected.apply(entry.ruled, by: entry.author)
        return expected
    }
}

extension SignedEntry {
    /// Whether what its author does next has to have seen it on the board: nothing more may be said before it is there.
    public var mustBeSeenNext: Bool { ruled is KeyRevealed }

    /// Whether it ends its round.
    public var endsRound: Bool { ruled is RoundClosed || ruled is RoundAborted }

    /// The streams that its author has stored for it, the first part of each, in the order in which they may be stored.
    public var storedStreams: [StreamID] {
        switch ruled {
        case let content as BatchDeclared:
            content.vault.map { [StreamID(batch: content.register, stage: .vault, attempt: $0.attempt)] } ?? []
        case let content as StageCommitted:
            [StreamID(batch: content.register, stage: .ring(content.stage), attempt: content.list.attempt)]
                + (content.exit.map { [StreamID(batch: content.register, stage: .exit, attempt: $0.attempt)] } ?? [])
        case let content as Proved:
            [StreamID(batch: content.register, stage: .proof(content.stage), attempt: content.proof.attempt)]
        case let content as Released: [StreamID(batch: author, stage: .release, attempt: content.shares.attempt)]
        default: []
        }
    }

    /// The streams that the coordinator has stored for a participant with a selection, the first part of each.
    public func selectionStreams(for reader: ParticipantID) -> [StreamID] {
        guard let selected = ruled as? Selected else { return [] }
        return Set([selected.requests.attempt, selected.selection.attempt]).sorted().map {
            StreamID(batch: reader, stage: .selection, attempt: $0)
        }
    }
}
