/// Searches a change of counts that nobody who sees what is told could notice: some cells one more, some one less, and
/// every relation still holds.
///
/// Only a cell that is large, or the one that is asked for, becomes less; what is told or known stays. So whether there
/// is a change follows from which cells are 0, small or large and not from how small or how large they are, and the
/// change may be made as often as a small cell can grow, and still nothing is below 0.
struct BalancedChange {
    enum Size: Sendable, Equatable { case zero, small, large }

    private let system: CountSystem
    private let sizes: [Size]
    /// By cell, the relations it is in, with its sign there.
    private let places: [[(relation: Int, sign: Int)]]
    /// By relation, how many of its cells could change at all.
    private let widths: [Int]
    /// By cell of the kind `told`: whether it is withheld. Others may be.
    var isWithheld: [Bool]
    /// Places of the search that may still be looked at, in all.
    private(set) var budget: Int

    private var changes: [Int: Int] = [:]
    private var residuals: [Int: Int] = [:]
    private var stepLimit = 0

    init(_ system: CountSystem, sizes: [Size], isWithheld: [Bool], budget: Int) {
        self.system = system
        self.sizes = sizes
        self.isWithheld = isWithheld
        self.budget = budget
        var places = [[(relation: Int, sign: Int)]](repeating: [], count: system.cells.count)
        for (index, relation) in system.relations.enumerated() {
            for term in relation { places[term.cell].append((index, term.sign)) }
        }
        self.places = places
        widths = system.relations.map { relation in relation.count { system.cells[$0.cell].kind != .known } }
    }

    /// The change by cell, 1 or −1, that changes all of `cells` by `sign` and needs the fewest further cells withheld;
    /// nil if none is found with at most `mostNew` of them.
    mutating func find(_ cells: [Int], _ sign: Int, mostNew: Int, stepLimit: Int) -> [Int: Int]? {
        for allowed in 0...max(0, mostNew) {
            (changes, residuals) = ([:], [:])
            self.stepLimit = stepLimit
            for cell in cells { set(cell, sign) }
            if search(allowed) { return changes }
            if budget <= 0 { return nil }
        }
        return nil
    }

    /// The ways in which a small cell becomes one less: with it, one of the small cells that it is the sum of, and one
    /// of those that this one is the sum of. Each way is needed, as it may be any of them; nil where there are too
    /// many.
    func descents(of cell: Int) -> [[Int]]? {
        var ways = [[cell]]
        var next = 0
        // Whole by whole, since parts found on the way may be sums themselves.
        while next < ways.count {
            guard ways.count <= Self.mostWays else { return nil }
            let way = ways[next]
            guard let parts = way.lazy.compactMap({ self.openParts(of: $0, in: way) }).first else {
                next += 1
                continue
            }
            ways.replaceSubrange(next...next, with: parts.map { way + [$0] })
        }
        return ways
    }

    private static let mostWays = 64

    /// The small parts of a whole in the first of its sums of which no part is in the way yet.
    private func openParts(of cell: Int, in way: [Int]) -> [Int]? {
        for place in places[cell] {
            let others = system.relations[place.relation].filter { $0.cell != cell }
            guard others.allSatisfy({ $0.sign == -place.sign && system.cells[$0.cell].kind != .known }) else {
                continue
            }
            let parts = others.map(\.cell).filter { sizes[$0] == .small }
            if !parts.isEmpty, !parts.contains(where: way.contains), others.allSatisfy({ sizes[$0.cell] != .large }) {
                return parts
            }
        }
        return nil
    }

    private mutating func set(_ cell: Int, _ change: Int) {
        let before = changes[cell] ?? 0
        changes[cell] = change == 0 ? nil : change
        for place in places[cell] {
            let residual = (residuals[place.relation] ?? 0) + place.sign * (change - before)
            residuals[place.relation] = residual == 0 ? nil : residual
        }
    }

    private func mayChange(_ cell: Int, _ sign: Int) -> Bool {
        system.cells[cell].kind != .known && changes[cell] == nil && (sign > 0 || sizes[cell] == .large)
    }

    private func isNew(_ cell: Int) -> Bool { system.cells[cell].kind == .told && !isWithheld[cell] }

    /// Puts relations that don't hold right, one cell at a time.
    private mutating func search(_ allowed: Int) -> Bool {
        guard let relation = residuals.keys.min(by: { (widths[$0], $0) < (widths[$1], $1) }) else { return true }
        guard budget > 0, stepLimit > 0 else { return false }
        budget -= 1
        stepLimit -= 1
        let residual = residuals[relation] ?? 0
        var options: [(gain: Int, isNew: Bool, isZero: Bool, rank: Int, cell: Int, change: Int)] = []
        for term in system.relations[relation] {
            let change = residual > 0 ? -term.sign : term.sign
            guard mayChange(term.cell, change) else { continue }
            let isNew = isNew(term.cell)
            guard !isNew || allowed > 0 else { continue }
            var gain = 0
            for place in places[term.cell] {
                let now = residuals[place.relation] ?? 0
                gain += abs(now) - abs(now + place.sign * change)
            }
            options.append((gain, isNew, sizes[term.cell] == .zero, system.cells[term.cell].rank, term.cell, change))
        }
        options.sort { one, other in
            if one.gain != other.gain { return one.gain > other.gain }
            if one.isNew != other.isNew { return !one.isNew }
            if one.isZero != other.isZero { return !one.isZero }
            return (one.rank, one.cell) < (other.rank, other.cell)
        }
        for option in options {
            set(option.cell, option.change)
            if search(allowed - (option.isNew ? 1 : 0)) { return true }
            set(option.cell, 0)
            if stepLimit <= 0 || budget <= 0 { return false }
        }
        return false
    }
}
