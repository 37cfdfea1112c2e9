/// How many connections a listener holds, and how long it waits for a caller to say who it is. [P-53]
public struct ConnectionLimits: Sendable, Equatable {
    /// Connections whose caller is not known yet: TLS handshake under way, or no request head so far.
    public var unknown = 256
    /// Connections of one known caller.
    public var perCaller = 64
    /// Connections of known callers in all.
    public var known = 1_024
    /// From the accepted TCP connection to the end of the first request's head, TLS handshake included.
    public var firstRequest = Duration.seconds(10)

    public init() {}
}
