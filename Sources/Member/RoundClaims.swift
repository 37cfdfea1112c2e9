internal import Daemon
internal import PSIProtocol

/// Which round this participant has looked at under each number of an agreement, for good: a coordinator that opens a
/// number twice is refused the second time, so that openings leave no more here than rounds were agreed to. [P-17]
///
/// Who was restored from a backup does not know all of them. Numbers grow from round to round, so a number below one
/// that it has seen was another round's, and it must not be taken again. [P-17]
struct RoundClaims {
    let state: SealedState

    private func isOfTheUnknown(_ record: RoundRecord, _ chain: AgreementChain) throws -> Bool {
        guard try RestoredMark(in: state) != nil else { return false }
        let number = record.opening.number
        return (number..<max(number, record.agreement.roundsAllowed)).contains { lower in
            chain.ids.contains { state.contains(.opening(lower + 1, of: $0)) }
        }
    }

    /// Whether the number is this round's, which it is from now on if it was nobody's.
    ///
    /// - Parameter chain: of the round's agreement: its rounds and those of what it amends have one row of numbers.
    func claim(_ record: RoundRecord, _ chain: AgreementChain) throws -> Bool {
        let name = StateName.opening(record.opening.number, of: record.agreementID)
        if let known = try state.get(name) { return known == record.round.bytes }
        let isTaken = chain.formerIDs.contains { state.contains(.opening(record.opening.number, of: $0)) }
        guard !isTaken, try !isOfTheUnknown(record, chain) else { return false }
        try state.put(name, record.round.bytes)
        return true
    }
}
