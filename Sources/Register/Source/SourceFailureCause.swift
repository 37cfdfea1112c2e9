/// Where the reason of a failure lies.
public enum SourceFailureCause: Sendable {
    /// A server that cannot be reached or does not serve.
    case service
    /// A right or a key that is missing.
    case permission
    case configuration
    case data
}
