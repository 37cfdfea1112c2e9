internal import PSIProtocol
internal import Values

/// Where a round's streams lie under the store's root, and which names may stand in a path.
///
/// `rounds/{64 hex digits}/streams/{batch}/{stage}/{attempt}/{part}/{seq}.chunk`, the last chunk as `{seq}.last`. Every
/// component is made from a parsed value or checked here, so that no request can name a file outside.
enum StreamPath {
    /// Highest attempt.
    static let attemptLimit = 65_535
    /// Highest part.
    static let partLimit = 1_023
    /// Highest chunk number; the seal's counter has 32 bits, but 2^20 chunks of 1 MiB are a terabyte.
    static let seqLimit = 1_048_575

    /// A participant's or register's identifier: 1…64 of a–z, 0–9, `_`, `-`, beginning with a letter.
    static func isBatch(_ text: some StringProtocol) -> Bool {
        let bytes = text.utf8
        guard (1...64).contains(bytes.count), let first = bytes.first,
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
        else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }

    /// Reads a number without sign or leading zero, at most `limit`.
    static func number(_ text: some StringProtocol, limit: Int) -> Int? {
        guard text.utf8.count <= 10, text.utf8.allSatisfy({ (48...57).contains($0) }), let value = Int(text),
            value <= limit, String(value) == text
        else { return nil }
        return value
    }

    static func isStorable(_ stream: StreamID) -> Bool {
        guard isBatch(stream.batch), (0...attemptLimit).contains(stream.attempt),
            (0...partLimit).contains(stream.part)
        else { return false }
        // A stage is one that its name can be read back to.
        return StreamStage("\(stream.stage)") == stream.stage
    }

    static func directory(of round: RoundID) -> String { "rounds/\(round)" }

    static func directory(of stream: StreamID, in round: RoundID) -> String {
        "rounds/\(round)/streams/\(stream)"
    }

    static func fileName(seq: Int, last: Bool) -> String {
        let digits = String(seq)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits + (last ? ".last" : ".chunk")
    }

    /// What a file's name says, or nil when no chunk is called so.
    static func chunk(fileName: String) -> (seq: Int, last: Bool)? {
        let parts = fileName.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 8, parts[0].utf8.allSatisfy({ (48...57).contains($0) }),
            let seq = Int(parts[0]), seq <= seqLimit
        else { return nil }
        switch parts[1] {
        case "chunk": return (seq, false)
        case "last": return (seq, true)
        default: return nil
        }
    }

    /// Suffix of a file that is being written; what has it after a crash was never promised to anyone.
    static let partSuffix = ".part"
}
