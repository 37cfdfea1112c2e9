internal import Daemon
internal import Exchange
internal import PSIProtocol
internal import Values

/// What entries say about a round's end, without the agreement.
struct BoardSummary {
    let entries: Set<[UInt8]>
    let hasEnded: Bool
    private let committed: Set<ParticipantID>
    private let refused: Set<ParticipantID>
    private let erased: Set<ParticipantID>

    init(_ board: [[UInt8]]) {
        let signed = board.compactMap { try? SignedEntry(bytes: $0) }
        entries = Set(board)
        hasEnded = signed.contains(where: \.endsRound)
        func authors(_ isMeant: (any EntryBody) -> Bool) -> Set<ParticipantID> {
            Set(signed.filter { isMeant($0.body) }.map(\.author))
        }
        committed = authors { $0 is KeyCommitted }
        refused = authors { $0 is Refused }
        erased = authors { $0 is KeysErased }
    }

    /// Whether the participant has nothing to do by this board, whatever its daemon has looked at.
    ///
    /// - Parameter waiting: its own entries that are on their way.
    func isDone(for me: ParticipantID, waiting: [SignedEntry]) -> Bool {
        if erased.contains(me) || waiting.contains(where: { $0.body is KeysErased }) { return true }
        if hasEnded { return !committed.contains(me) }
        return refused.contains(me) || waiting.contains { $0.body is Refused }
    }

    /// Whether nothing more can come that concerns the participant. The research environment waits until all have
    /// signed how the round ended.
    func isOver(for keys: KeyDirectory) -> Bool {
        hasEnded && (keys.role == .research ? committed.isSubset(of: erased) : erased.contains(keys.id))
    }
}

extension CourierFolder {
    /// Rounds in which the daemon has yet to do what it can with what was brought.
    func unfinished(_ me: ParticipantID) throws -> [RoundID] {
        try rounds().filter { round in
            guard try !isIdle(in: round) else { return false }
            return try !BoardSummary(board(of: round)).isDone(for: me, waiting: waiting(in: round).map(\.entry))
        }
    }
}
