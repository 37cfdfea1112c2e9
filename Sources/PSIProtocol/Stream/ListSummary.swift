internal import Values

/// How many records a list has and what they hash to.
public struct ListSummary: Sendable, Equatable {
    public let count: Int
    /// 32 bytes. [P-59]
    public let digest: [UInt8]

    public init(count: Int, digest: [UInt8]) {
        self.count = count
        self.digest = digest
    }

    /// As the board says it, under the attempt that stored the list.
    public func announced(attempt: Int) -> AnnouncedStream {
        AnnouncedStream(attempt: attempt, count: count, digest: HexBytes(digest))
    }

    /// - Throws: `ProtocolViolation` unless this is what `stream` promised.
    func check(against stream: AnnouncedStream, by participant: ParticipantID) throws(ProtocolViolation) {
        guard count == stream.count else { throw ProtocolViolation(.wrongCount, by: participant) }
        guard digest == stream.digest.bytes else { throw ProtocolViolation(.wrongDigest, by: participant) }
    }
}
