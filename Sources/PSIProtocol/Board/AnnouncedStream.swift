public import Values

/// A stream that its author has stored whole, as an entry tells the others. Public.
public struct AnnouncedStream: Sendable, Equatable, Codable {
    /// Under which it is stored, 0…65,535.
    public var attempt: Int
    /// Records in it.
    public var count: Int
    /// Of its bytes before sealing. [P-59]
    public var digest: HexBytes

    public init(attempt: Int, count: Int, digest: HexBytes) {
        self.attempt = attempt
        self.count = count
        self.digest = digest
    }
}

extension AnnouncedStream {
    /// Whether the fields can be what they claim.
    var isWellFormed: Bool { (0...65_535).contains(attempt) && count >= 0 && digest.bytes.count == 32 }
}
