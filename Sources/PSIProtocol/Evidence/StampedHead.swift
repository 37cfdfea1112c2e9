internal import Crypto
public import Values

/// A head of a board that can have a time stamp: its opening, and the one with its end. [P-79]
public enum StampedHead: String, Sendable, CaseIterable {
    case opening
    case end

    /// What a time stamp of it is of, 32 bytes: SHA-256 of a label, the round, the head's number and its hash.
    public static func digest(of head: BoardHead, in round: RoundID) -> [UInt8] {
        let message = Label.timeStamp.bytes + round.bytes + BigEndian.u64(UInt64(head.count)) + head.hash
        return Array(SHA256.hash(data: message))
    }
}

extension ReplayedBoard {
    /// Nil where the board has no such head yet.
    public func head(_ place: StampedHead) -> BoardHead? {
        switch place {
        case .opening: record.heads.count > 1 ? record.heads[1] : nil
        case .end: endHead
        }
    }
}
