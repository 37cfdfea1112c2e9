internal import Daemon
internal import PSIProtocol

/// Which round this participant has looked at under each number of an agreement, for good: a coordinator that opens a
/// number twice is refused the second time, so that openings leave no more here than rounds were agreed to. [P-17]
///
/// Who was restored from a backup does not know all of them. Numbers grow from round to round, so a number below one
/// that it has seen was another round's, and it must not be taken again. [P-17]
struct RoundClaims {
    let state: SealedState

    private func isOfTheUnknown(_ record: RoundRecord) throws -> Bool {
        guard try RestoredMark(in: state) != nil else { return false }
        let number = record.opening.number
        return (number..<max(number, record.agreement.roundsAllowed)).contains {
            state.contains(.opening($0 + 1, of: record.agreementID))
        }
    }

    /// Whether the number is this round's, which it is from now on if it was nobody's.
    func claim(_ record: RoundRecord) throws -> Bool {
        let name = StateName.opening(record.opening.number, of: record.agreementID)
        if let known = try state.get(name) { return known == record.round.bytes }
        guard try !isOfTheUnknown(record) else { return false }
        try state.put(name, record.round.bytes)
        return true
    }
}
