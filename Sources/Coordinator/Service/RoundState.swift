internal import Foundation
internal import PSIProtocol
internal import Values

/// What the coordinator keeps of a round beside its board.
extension CoordinatedRounds {
    /// Keeps what matching found, as far as the agreement lets it be published.
    func keep(_ counts: Counted, of round: RoundID) throws {
        try state.put(.counts(of: round), Array(try JSONEncoder().encode(counts)))
    }

    /// Nil before matching.
    func sealedCounts(of record: RoundRecord) throws -> Counted? {
        if let counted = record.counted { return counted }
        return try state.get(.counts(of: record.round)).map {
            try JSONDecoder().decode(Counted.self, from: Data($0))
        }
    }

    func abortReason(of round: RoundID) throws -> String? {
        guard case .aborted(let aborted)? = rounds[round]?.ending, aborted.code == .operatorAborted else { return nil }
        return try state.get(.abortReason(of: round)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// When the round was first seen to have ended, in seconds since 1970.
    func endTime(of round: RoundID) throws -> Int {
        if let bytes = try state.get(.ended(round)) { return Int(clamping: BigEndian.read(bytes.prefix(8))) }
        let now = max(0, Int(clock.unixSeconds()))
        try state.put(.ended(round), BigEndian.u64(UInt64(now)))
        return now
    }

    /// Whether the round's streams have been deleted.
    func isCleared(_ round: RoundID) -> Bool { state.contains(.cleared(round)) }

    func didClear(_ round: RoundID) throws {
        _ = try state.destroy(.attempts(of: round))
        try state.put(.cleared(round), [1])
    }
}
