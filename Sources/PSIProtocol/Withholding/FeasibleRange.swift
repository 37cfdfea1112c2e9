/// What somebody who sees everything that is told can work out of one count: the least and the greatest whole number
/// that fit all relations. Exact: by propagating bounds and, where that leaves doubt, by trying.
public struct FeasibleRange: Sendable, Equatable {
    /// Nil where trying took too long to say.
    public let least: Int?
    /// Nil where it took too long, or where nothing bounds it.
    public let most: Int?

    /// Beyond any count; a range that reaches it is unbounded.
    private static let infinity = 1 << 40

    /// - Parameters:
    ///   - isWithheld: by cell; a told or known cell that is not withheld is known exactly, or within `rounding`.
    ///   - rounding: counts that are told, not those that are known, are multiples of it, the nearest, halves up.
    ///   - budget: how often bounds are propagated at most.
    public init(
        _ system: CountSystem, isWithheld: [Bool], of cell: Int, rounding: Int = 1, budget: Int = 20_000
    ) {
        var bounds = system.cells.enumerated().map { index, known -> Bounds in
            guard known.kind != .known else { return Bounds(known.count, known.count) }
            guard known.kind == .told, index < isWithheld.count, !isWithheld[index] else {
                return Bounds(0, Self.infinity)
            }
            let step = max(1, rounding)
            let told = (known.count + step / 2) / step * step
            return Bounds(max(0, told - step / 2), told - step / 2 + step - 1)
        }
        let told: [Row] = system.relations.map { $0.map { ($0.cell, $0.sign) } }
        guard bounds.indices.contains(cell) else {
            (least, most) = (nil, nil)
            return
        }
        var solver = Solver(
            told + Self.eliminated(system, bounds, of: cell), cellCount: bounds.count, budget: budget)
        guard solver.tighten(&bounds) else {
            (least, most) = (nil, nil)
            return
        }
        least = solver.outermost(of: cell, bounds, isLeast: true)
        let top = solver.outermost(of: cell, bounds, isLeast: false)
        most = top.flatMap { $0 >= Self.infinity / 2 ? nil : $0 }
    }

    private struct Bounds {
        var low: Int
        var high: Int

        init(_ low: Int, _ high: Int) { (self.low, self.high) = (low, high) }
    }

    /// A relation with whole coefficients: products of cells add up to 0.
    private typealias Row = [(cell: Int, factor: Int)]

    /// What follows from all relations together: eliminated one cell after another, the one that is asked for last, so
    /// that it stands alone if they determine it. None where the numbers would become too large.
    private static func eliminated(_ system: CountSystem, _ bounds: [Bounds], of cell: Int) -> [Row] {
        var order = Set(system.relations.joined().map(\.cell)).sorted { one, other in
            // What is known exactly is never eliminated.
            let isFixed = (bounds[one].low == bounds[one].high, bounds[other].low == bounds[other].high)
            return isFixed.0 == isFixed.1 ? one < other : !isFixed.0
        }
        order.removeAll { $0 == cell || bounds[$0].low == bounds[$0].high }
        order.append(cell)
        guard order.count * system.relations.count <= eliminationLimit else { return [] }
        var rows = system.relations.map { relation in
            relation.reduce(into: [Int: Int]()) { $0[$1.cell, default: 0] += $1.sign }
        }
        var done = 0
        for pivot in order {
            guard let found = rows.indices.dropFirst(done).first(where: { rows[$0][pivot] != nil }) else { continue }
            rows.swapAt(done, found)
            for other in rows.indices where other != done {
                guard let factor = rows[other][pivot], let own = rows[done][pivot] else { continue }
                var reduced: [Int: Int] = [:]
                for column in Set(rows[other].keys).union(rows[done].keys) {
                    let (one, isLarge) = (rows[other][column] ?? 0).multipliedReportingOverflow(by: own)
                    let (two, isLarger) = (rows[done][column] ?? 0).multipliedReportingOverflow(by: factor)
                    guard !isLarge, !isLarger, abs(one) <= factorLimit, abs(two) <= factorLimit else { return [] }
                    if one != two { reduced[column] = one - two }
                }
                let divisor = reduced.values.reduce(0) { greatestCommonDivisor($0, $1) }
                rows[other] = divisor > 1 ? reduced.mapValues { $0 / divisor } : reduced
            }
            done += 1
        }
        return rows.filter { !$0.isEmpty }.map { row in row.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    /// Beyond, sums of products could become too large.
    private static let factorLimit = 64
    /// Cells times relations up to which they are eliminated.
    private static let eliminationLimit = 40_000

    private static func greatestCommonDivisor(_ one: Int, _ other: Int) -> Int {
        var (one, other) = (abs(one), abs(other))
        while other != 0 { (one, other) = (other, one % other) }
        return one
    }

    private struct Solver {
        let relations: [Row]
        let places: [[Int]]
        var budget: Int

        init(_ relations: [Row], cellCount: Int, budget: Int) {
            self.relations = relations
            self.budget = budget
            var places = [[Int]](repeating: [], count: cellCount)
            for (index, relation) in relations.enumerated() { for term in relation { places[term.cell].append(index) } }
            self.places = places
        }

        /// The least or greatest value of a cell that fits; nil where that is not found out.
        mutating func outermost(of cell: Int, _ bounds: [Bounds], isLeast: Bool) -> Int? {
            var (low, high) = (bounds[cell].low, bounds[cell].high)
            while low < high {
                // Not (low + high) / 2, so that what is unbounded is soon known to be so.
                let edge = isLeast ? low : high
                var trial = bounds
                trial[cell] = Bounds(edge, edge)
                switch solve(trial) {
                case .some(true): return edge
                case .none: return nil
                case .some(false): break
                }
                if isLeast { low += 1 } else { high -= 1 }
                let middle = low + (high - low) / 2
                trial[cell] = isLeast ? Bounds(low, middle) : Bounds(middle + 1, high)
                guard low < high else { break }
                switch solve(trial) {
                case .some(true): if isLeast { high = middle } else { low = middle + 1 }
                case .some(false): if isLeast { low = middle + 1 } else { high = middle }
                case .none: return nil
                }
            }
            return low
        }

        /// Whether some whole numbers within the bounds fulfil all relations; nil where the budget is used up.
        private mutating func solve(_ start: [Bounds]) -> Bool? {
            var bounds = start
            guard tighten(&bounds) else { return budget > 0 ? false : nil }
            guard budget > 0 else { return nil }
            var next: Int?
            for relation in relations {
                for term in relation where bounds[term.cell].low < bounds[term.cell].high {
                    let width = bounds[term.cell].high - bounds[term.cell].low
                    if next.map({ width < bounds[$0].high - bounds[$0].low }) ?? true { next = term.cell }
                }
            }
            guard let next else { return true }
            let middle = bounds[next].low + (bounds[next].high - bounds[next].low) / 2
            var half = bounds
            half[next].high = middle
            let lower = solve(half)
            if lower != false { return lower }
            bounds[next].low = middle + 1
            return solve(bounds)
        }

        private static func product(_ bounds: Bounds, _ factor: Int) -> Bounds {
            factor > 0
                ? Bounds(factor * bounds.low, factor * bounds.high) : Bounds(factor * bounds.high, factor * bounds.low)
        }

        /// The quotient rounded towards what is less.
        private static func floor(_ number: Int, _ divisor: Int) -> Int {
            number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
        }

        /// Narrows bounds until no relation narrows them further; false if nothing is left.
        mutating func tighten(_ bounds: inout [Bounds]) -> Bool {
            var open = Array(relations.indices)
            var isOpen = [Bool](repeating: true, count: relations.count)
            while let index = open.popLast() {
                isOpen[index] = false
                budget -= 1
                guard budget > 0 else { return false }
                var (low, high) = (0, 0)
                for term in relations[index] {
                    let product = Self.product(bounds[term.cell], term.factor)
                    low += product.low
                    high += product.high
                }
                guard low <= 0, high >= 0 else { return false }
                for term in relations[index] {
                    let old = bounds[term.cell]
                    let product = Self.product(old, term.factor)
                    // The product lies between the negatives of what the others add up to.
                    let (least, most) = (product.high - high, product.low - low)
                    var new = old
                    let size = abs(term.factor)
                    let (from, to) = term.factor > 0 ? (least, most) : (-most, -least)
                    new.low = max(old.low, -Self.floor(-from, size))
                    new.high = min(old.high, Self.floor(to, size))
                    guard new.low <= new.high else { return false }
                    guard new.low != old.low || new.high != old.high else { continue }
                    bounds[term.cell] = new
                    let changed = Self.product(new, term.factor)
                    low += changed.low - product.low
                    high += changed.high - product.high
                    for other in places[term.cell] where !isOpen[other] {
                        isOpen[other] = true
                        open.append(other)
                    }
                }
            }
            return true
        }
    }
}
