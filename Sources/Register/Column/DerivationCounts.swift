/// What became of a derived column's values, in numbers. They stay with the register's owner.
public struct DerivationCounts: Sendable, Equatable {
    public let column: String
    /// By what the values became, for bands and maps that name few codes; empty for other derivations.
    public private(set) var values: [String: Int] = [:]
    public var made = 0
    public var missing = 0
    /// Codes that a map lacks, whatever `otherwise` made of them.
    public var unmatched = 0

    /// The values in the order in which they were met.
    private var order: [String] = []

    public init(column: String) { self.column = column }

    /// Counts a value. Of the rows of one batch all are told apart, for only where batches come together is it known
    /// which are the first.
    mutating func count(_ value: String) { add(value, 1, most: .max) }

    /// Adds what was counted in the rows that follow.
    mutating func add(_ part: DerivationCounts, mostValues: Int) {
        for value in part.order { add(value, part.values[value] ?? 0, most: mostValues) }
        made += part.made
        missing += part.missing
        unmatched += part.unmatched
    }

    private mutating func add(_ value: String, _ count: Int, most: Int) {
        if values[value] != nil {
            values[value, default: 0] += count
        } else if values.count < most {
            values[value] = count
            order.append(value)
        }
    }

    public static func == (left: DerivationCounts, right: DerivationCounts) -> Bool {
        (left.column, left.values, left.made, left.missing, left.unmatched)
            == (right.column, right.values, right.made, right.missing, right.unmatched)
    }
}
