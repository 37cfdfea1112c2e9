public import PSIProtocol
public import Values

/// Where something lies on a carried disk, below its directory. Every path is made from a parsed value, so that no list
/// can name a file outside. [P-75]
public enum CourierPath: Sendable, Hashable, CustomStringConvertible {
    /// `rounds/{round}/entries`
    case entries(RoundID)
    /// `rounds/{round}/streams/{batch}/{stage}/{attempt}/{part}/{8 digits}.chunk`, the last one `.last`
    case chunk(RoundID, StreamID, seq: Int, last: Bool)

    /// Reads a path that is exactly as it is written.
    init?(_ text: Substring) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0] == "rounds", parts[1].utf8.count == 64, let round = RoundID(hex: parts[1])
        else { return nil }
        let found: CourierPath?
        switch (String(parts[2]), parts.count) {
        case ("entries", 3): found = .entries(round)
        case ("streams", 8):
            guard let stream = StreamPath.stream(Array(parts[3...6])),
                let chunk = StreamPath.chunk(fileName: String(parts[7]))
            else { return nil }
            found = .chunk(round, stream, seq: chunk.seq, last: chunk.last)
        default: found = nil
        }
        // What has one meaning is written in one way.
        guard let found, found.description == text else { return nil }
        self = found
    }

    public var round: RoundID {
        switch self {
        case .entries(let round), .chunk(let round, _, _, _): round
        }
    }

    public var description: String {
        switch self {
        case .entries(let round): "\(StreamPath.directory(of: round))/entries"
        case .chunk(let round, let stream, let seq, let last):
            "\(StreamPath.directory(of: stream, in: round))/\(StreamPath.fileName(seq: seq, last: last))"
        }
    }
}

extension StreamPath {
    /// Reads batch, stage, attempt and part.
    static func stream(_ parts: [Substring]) -> StreamID? {
        guard parts.count == 4, isBatch(parts[0]), let stage = StreamStage(parts[1]),
            let attempt = number(parts[2], limit: attemptLimit), let part = number(parts[3], limit: partLimit)
        else { return nil }
        return StreamID(batch: String(parts[0]), stage: stage, attempt: attempt, part: part)
    }
}
