internal import PSIProtocol

/// What a participant remembers of a round across restarts, sealed beside the round's secrets and destroyed with them: how
/// far it has seen the board, so that no other board can be shown to it later, and until when its keys may live.
struct RoundJournal {
    let round: RoundID
    let state: SealedState

    /// Rounds of which something is left here.
    static func rounds(in state: SealedState) -> [RoundID] {
        Set(state.names(prefix: "rounds/").compactMap { RoundID(hex: $0.dropFirst(7).prefix(64)) }).sorted {
            $0.description < $1.description
        }
    }

    private var headName: String { "rounds/\(round)/head" }
    private var deadlineName: String { "rounds/\(round)/deadline" }
    private var overName: String { "over/\(round)" }

    /// Seconds since 1970 after which the round's keys are destroyed whatever the coordinator says.
    func deadline() throws -> Int? { try state.get(deadlineName).map { Int(BigEndian.read($0.prefix(8))) } }

    func begin(_ record: RoundRecord) throws {
        guard try deadline() == nil else { return }
        try state.put(deadlineName, BigEndian.u64(UInt64(record.opening.deadline)))
    }

    /// Notes the board's head before anything is done or said because of it.
    func note(_ head: BoardHead) throws {
        let bytes = BigEndian.u64(UInt64(head.count)) + head.hash
        if try state.get(headName) != bytes { try state.put(headName, bytes) }
    }

    /// That the board is the one seen before, or goes on from it.
    ///
    /// - Throws: `ProtocolViolation(.boardForked)` for a board that was cut back or replaced.
    func check(_ record: RoundRecord) throws {
        guard let bytes = try state.get(headName), bytes.count == 40 else { return }
        let count = Int(BigEndian.read(bytes.prefix(8)))
        guard count < record.heads.count, record.heads[count].hash == Array(bytes.dropFirst(8)) else {
            throw ProtocolViolation(.boardForked, by: record.coordinator)
        }
    }

    /// Whether this participant's part in the round has ended, for whatever reason.
    func isOver() -> Bool { state.contains(overName) }

    func end() throws { if !isOver() { try state.put(overName, []) } }
}
