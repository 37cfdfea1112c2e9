/// Why a history of identities could not be built. It holds no value of a row.
public enum IdentityHistoryError: Error, Sendable, Equatable {
    case tooManyPairs(limit: Int)
    /// Its table could not be read.
    case unreadable(RegisterError)
}
