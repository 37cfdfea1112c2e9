public import PSIProtocol

/// What a scheme makes of a code that it accepts. Secret but for its class; reflection shows no code.
public struct IdentityReading: Sendable, Hashable {
    public let code: CodeIdentity
    /// Whether the source's text had more to be changed than white space at its ends and the case of letters.
    public let isRepaired: Bool

    public init(_ code: CodeIdentity, isRepaired: Bool) {
        self.code = code
        self.isRepaired = isRepaired
    }

    public var identity: PersonIdentity { code.person }
}
