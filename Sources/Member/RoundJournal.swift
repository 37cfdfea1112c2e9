internal import Daemon
internal import PSIProtocol
internal import Values

/// What a participant remembers of a round across restarts, sealed beside the round's secrets and destroyed with them:
/// how far it has seen the board, so that no other board can be shown to it later, and until when its keys may live.
struct RoundJournal {
    let round: RoundID
    let state: SealedState

    /// Rounds of which something is left here.
    static func rounds(in state: SealedState) -> [RoundID] {
        Set(state.names(.rounds).compactMap(\.round)).sorted {
            $0.description < $1.description
        }
    }

    /// Seconds since 1970 after which the round's keys are destroyed whatever the coordinator says.
    func deadline() throws -> Int? { try state.get(.deadline(of: round)).map { Int(BigEndian.read($0.prefix(8))) } }

    func begin(_ record: RoundRecord) throws {
        guard try deadline() == nil else { return }
        try state.put(.deadline(of: round), BigEndian.u64(UInt64(record.opening.deadline)))
    }

    /// Notes the board's head before anything is done or said because of it.
    func note(_ head: BoardHead) throws {
        let bytes = BigEndian.u64(UInt64(head.count)) + head.hash
        if try state.get(.head(of: round)) != bytes { try state.put(.head(of: round), bytes) }
    }

    /// That the board is the one seen before, or goes on from it.
    ///
    /// - Throws: `ProtocolViolation(.boardForked)` for a board that was cut back or replaced.
    func check(_ record: RoundRecord) throws {
        guard let bytes = try state.get(.head(of: round)), bytes.count == 40 else { return }
        let count = Int(BigEndian.read(bytes.prefix(8)))
        guard count < record.heads.count, record.heads[count].hash == Array(bytes.dropFirst(8)) else {
            throw ProtocolViolation(.boardForked, by: record.coordinator)
        }
    }

    /// Whether this participant's part in the round has ended, for whatever reason.
    func isOver() -> Bool { state.contains(.over(round)) }

    /// - Parameter deadline: the round's, after which nobody joins it.
    func end(deadline: Int) throws {
        guard !isOver() else { return }
        // Keys are destroyed next, for which a full disk is no reason to wait.
        try state.put(.over(round), BigEndian.u64(UInt64(max(0, deadline))), onFullDisk: true)
    }

    // MARK: Rounds that are long over

    /// How long after its deadline it is kept that a round is over.
    private static let keptSeconds: Int64 = 86_400

    /// Whether a round of this deadline may have been forgotten: it is never joined, whatever the clock says now.
    static func mayBeForgotten(deadline: Int, in state: SealedState) throws -> Bool {
        guard let until = try state.get(.overUntil) else { return false }
        return Int64(clamping: BigEndian.read(until.prefix(8))) >= Int64(deadline)
    }

    /// Forgets that rounds are over whose deadline passed a day ago, after noting the latest of these deadlines.
    ///
    /// - Returns: how many.
    @discardableResult
    static func forgetLongOver(in state: SealedState, now: Int64) throws -> Int {
        var due: [StateName] = []
        var latest = try state.get(.overUntil).map { BigEndian.read($0.prefix(8)) } ?? 0
        for name in state.names(.over) {
            guard let bytes = try state.get(name), bytes.count == 8 else { continue }
            let deadline = BigEndian.read(bytes)
            guard Int64(clamping: deadline) < now - keptSeconds else { continue }
            due.append(name)
            latest = max(latest, deadline)
        }
        guard !due.isEmpty else { return 0 }
        try state.put(.overUntil, BigEndian.u64(latest))
        for name in due { try state.remove(name) }
        return due.count
    }
}
