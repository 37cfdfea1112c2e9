/// What a scheme makes of a code that it accepts. Secret but for its class; reflection shows no code.
public struct IdentityReading: Sendable, Hashable {
    public let identity: PersonIdentity
    public let codeClass: CodeClass
    /// Whether the source's text had more to be changed than white space at its ends and the case of letters.
    public let isRepaired: Bool

    public init(identity: PersonIdentity, codeClass: CodeClass, isRepaired: Bool) {
        self.identity = identity
        self.codeClass = codeClass
        self.isRepaired = isRepaired
    }
}
