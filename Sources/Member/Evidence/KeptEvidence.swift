public import Daemon
internal import PSIProtocol
public import Values

/// A round of which something is kept here, and until when.
public struct KeptEvidence: Sendable, Equatable {
    public var round: RoundID
    /// The agreement's id, in hexadecimal.
    public var agreement: String
    /// Seconds since 1970 until which the board is kept; nil where there is none.
    public var boardUntil: Int64?
    /// The same of the streams that an accusation is about.
    public var streamsUntil: Int64?

    /// - Parameter days: how many from a round's deadline on its board is kept.
    public static func all(in home: Home, days: Int) throws -> [KeptEvidence] {
        let (archive, store) = (try BoardArchive(home: home), try EvidenceStore(home: home))
        let rounds = try Set(archive.rounds()).union(store.rounds()).sorted { "\($0)" < "\($1)" }
        return try rounds.compactMap { round in
            let (board, streams) = (try archive.board(of: round), try store.kept(round))
            guard let agreement = board?.opening.map({ Hex.encode($0.agreement.bytes) }) ?? streams?.agreement else {
                return nil
            }
            return KeptEvidence(
                round: round, agreement: agreement, boardUntil: board?.until(days: days), streamsUntil: streams?.until)
        }
    }
}
