/// How the sensitive values of people who share a combination of quasi-identifiers must differ.
public struct Diversity: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// At least l different values, and none that everybody has (Machanavajjhala et al. 2007, distinct
        /// l-diversity).
        case distinct
        /// No value that more than one in l of them has (Wong et al. 2006, (1/l)-deassociation).
        case frequency
    }

    public static let counts = 2...100

    public var kind: Kind
    /// l, 2…100.
    public var count: Int

    public init(kind: Kind = .distinct, count: Int) {
        self.kind = kind
        self.count = count
    }
}
