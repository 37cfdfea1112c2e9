internal import Foundation
internal import PSIProtocol
internal import Values

/// What the coordinator keeps of a round beside its board.
extension CoordinatorService {
    static func reasonName(_ round: RoundID) -> String { "rounds/\(round)/abort-reason" }
    private static func countsName(_ round: RoundID) -> String { "rounds/\(round)/counts" }
    private static func endedName(_ round: RoundID) -> String { "rounds/\(round)/ended" }
    private static func clearedName(_ round: RoundID) -> String { "rounds/\(round)/cleared" }

    /// Keeps what matching found, as far as the agreement lets it be published.
    func keep(_ counts: Counted, of round: RoundID) throws {
        try state.put(Self.countsName(round), Array(try JSONEncoder().encode(counts)))
    }

    /// Nil before matching.
    func sealedCounts(of record: RoundRecord) throws -> Counted? {
        if let counted = record.counted { return counted }
        return try state.get(Self.countsName(record.round)).map {
            try JSONDecoder().decode(Counted.self, from: Data($0))
        }
    }

    func abortReason(of round: RoundID) throws -> String? {
        guard case .aborted(let aborted)? = rounds[round]?.ending, aborted.code == .operatorAborted else { return nil }
        return try state.get(Self.reasonName(round)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// When the round was first seen to have ended, in seconds since 1970.
    func endTime(of round: RoundID) throws -> Int {
        if let bytes = try state.get(Self.endedName(round)) { return Int(clamping: BigEndian.read(bytes.prefix(8))) }
        let now = max(0, Int(clock.unixSeconds()))
        try state.put(Self.endedName(round), BigEndian.u64(UInt64(now)))
        return now
    }

    /// Whether the round's streams have been deleted.
    func isCleared(_ round: RoundID) -> Bool { state.contains(Self.clearedName(round)) }

    func didClear(_ round: RoundID) throws {
        _ = try state.destroy(prefix: "rounds/\(round)/attempts/")
        try state.put(Self.clearedName(round), [1])
    }
}
