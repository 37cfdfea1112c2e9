internal import Daemon
internal import PSIProtocol

/// Which round this participant has looked at under each number of an agreement, for good: a coordinator that opens a
/// number twice is refused the second time, so that openings leave no more here than rounds were agreed to. [P-17]
struct RoundClaims {
    let state: SealedState

    /// Whether the number is this round's, which it is from now on if it was nobody's.
    func claim(_ record: RoundRecord) throws -> Bool {
        let name = StateName.opening(record.opening.number, of: record.agreementID)
        if let known = try state.get(name) { return known == record.round.bytes }
        try state.put(name, record.round.bytes)
        return true
    }
}
