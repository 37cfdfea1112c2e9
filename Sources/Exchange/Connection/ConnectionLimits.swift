/// How many connections a listener holds, and how long it waits for a caller to say who it is. [P-53]
public struct ConnectionLimits: Sendable, Equatable {
    /// Connections whose caller is not known yet: TLS handshake under way, or no request head so far.
    public var unknown = 2_048
    /// Connections of one known caller.
    public var perCaller = 64
    /// Connections of known callers in all.
    public var known = 1_024
    /// From the accepted TCP connection to the end of the first request's head, TLS handshake included.
    public var firstRequest = Duration.seconds(10)

    public init() {}

    /// The same, or fewer where the system lets the program open too few files for as many.
    ///
    /// - Parameter openFileLimit: files and connections that the program may have open, which are to leave half of them
    ///   for others.
    public init(openFileLimit: Int) {
        unknown = max(16, min(unknown, openFileLimit / 4))
        known = max(16, min(known, openFileLimit / 4))
    }
}
