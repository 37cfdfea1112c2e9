/// Counts that are told together, and every sum by which one of them follows from others.
///
/// What a reader of all of them knows: each is a whole number, 0 or more; the relations; the cells that are known
/// anyway; and whatever is not withheld. Exact counts are in it, so it is as secret as they are.
public struct CountSystem: Sendable {
    public enum Kind: Sendable, Equatable {
        /// Told, unless it is withheld.
        case told
        /// Known whatever is withheld: a public size, or a number that the report tells exactly.
        case known
        /// Never told itself, such as what a part leaves of a whole.
        case untold
    }

    struct Cell: Sendable {
        let count: Int
        let kind: Kind
        /// Whether it is withheld, or kept from being worked out, where it is small.
        let isProtected: Bool
        /// Among cells that could be withheld for others, lower ranks go first: parts before sums.
        let rank: Int
        /// Whether 0 is small too: where a group that is too small must not be told from none.
        let hidesZero: Bool

        func size(smallestCell: Int) -> BalancedChange.Size {
            if count >= smallestCell, count > 0 { return .large }
            return count == 0 && !hidesZero ? .zero : .small
        }
    }

    struct Term: Sendable {
        let cell: Int
        /// 1 or −1.
        let sign: Int
    }

    private(set) var cells: [Cell] = []
    /// In each the counts, times their signs, add up to 0.
    private(set) var relations: [[Term]] = []

    public init() {}

    public var cellCount: Int { cells.count }

    /// - Parameters:
    ///   - kind: of `untold` cells only those with `isProtected` are counts that need hiding.
    ///   - rank: how late the cell is withheld for the sake of others, 0 or more.
    ///   - hidesZero: whether 0 is withheld as small counts are.
    /// - Returns: the cell's index, by which relations name it.
    public mutating func add(
        _ count: Int, _ kind: Kind = .told, isProtected: Bool? = nil, rank: Int = 0, hidesZero: Bool = false
    ) -> Int {
        cells.append(
            Cell(
                count: max(0, count), kind: kind, isProtected: isProtected ?? (kind == .told), rank: rank,
                hidesZero: hidesZero))
        return cells.count - 1
    }

    /// Notes that some cells add up to the same as others. A relation that the counts do not fulfil is none.
    public mutating func relate(_ left: [Int], equals right: [Int]) {
        let terms = left.map { Term(cell: $0, sign: 1) } + right.map { Term(cell: $0, sign: -1) }
        guard terms.allSatisfy({ cells.indices.contains($0.cell) }), Set(terms.map(\.cell)).count == terms.count,
            terms.reduce(0, { $0 &+ $1.sign &* cells[$1.cell].count }) == 0
        else { return }
        relations.append(terms)
    }

    /// Notes that cells are parts of a whole which together are all of it, or with a rest that nobody is told.
    ///
    /// - Parameter protectsRest: whether the rest is a count of people that must stay hidden where it is small.
    public mutating func relate(_ parts: [Int], within whole: Int, protectsRest: Bool = false) {
        guard cells.indices.contains(whole), parts.allSatisfy({ cells.indices.contains($0) }) else { return }
        let rest = cells[whole].count - parts.reduce(0) { $0 + cells[$1].count }
        guard rest >= 0 else { return }
        relate(parts + [add(rest, .untold, isProtected: protectsRest)], equals: [whole])
    }

    /// Notes that a cell cannot move, whatever others do: what ties it to them is no sum.
    public mutating func freeze(_ cell: Int) {
        guard cells.indices.contains(cell) else { return }
        relate([cell], equals: [add(cells[cell].count, .known)])
    }
}
