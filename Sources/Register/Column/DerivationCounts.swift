/// What became of a derived column's values, in numbers. They stay with the register's owner.
public struct DerivationCounts: Sendable, Equatable {
    public let column: String
    /// By what the values became, for bands and maps that name few codes; empty for other derivations.
    public var values: [String: Int] = [:]
    public var made = 0
    public var missing = 0
    /// Codes that a map lacks, whatever `otherwise` made of them.
    public var unmatched = 0

    public init(column: String) { self.column = column }
}
