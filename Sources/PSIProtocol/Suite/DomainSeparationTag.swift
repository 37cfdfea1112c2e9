/// What separates this protocol's hashes from all others: RFC 9380 section 3.1.
public struct DomainSeparationTag: Sendable, Equatable {
    /// 1…255 bytes.
    public let bytes: [UInt8]

    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (1...255).contains(bytes.count) else { return nil }
        self.bytes = bytes
    }

    private init(trusted bytes: [UInt8]) { self.bytes = bytes }

    /// The tag under which identities are hashed in a suite. [P-21]
    public static func matching<S: Suite>(_: S.Type) -> DomainSeparationTag {
        DomainSeparationTag(trusted: Array("SIDOS-V1-\(S.hashToGroupID)".utf8))
    }

    /// The tag under which the generators of shuffle proofs are made. [P-62]
    static let shuffleGenerators = DomainSeparationTag(
        trusted: Array("SIDOS-V1-shuffle_\(Ristretto255.hashToGroupID)".utf8))
}
