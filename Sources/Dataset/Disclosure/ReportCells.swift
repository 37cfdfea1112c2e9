internal import PSIProtocol

/// Counts of a report that are told together, with what ties them to each other. One plan says which are withheld.
struct ReportCells {
    private let gate: DisclosureGate
    private var counts: [Int] = []
    private(set) var system = CountSystem()
    private var plan: WithholdingPlan?

    init(gate: DisclosureGate) { self.gate = gate }

    /// Adds an exact count and gives its index.
    mutating func place(_ count: Int, _ kind: CountSystem.Kind = .told, isProtected: Bool? = nil, rank: Int = 0)
        -> Int
    {
        counts.append(count)
        return system.add(count, kind, isProtected: isProtected, rank: rank)
    }

    /// Notes that some cells add up to the same as others; nothing where they don't.
    mutating func relate(_ left: [Int], equals right: [Int]) { system.relate(left, equals: right) }

    /// Notes that a cell is part of another.
    ///
    /// - Parameter protectsRest: whether what is left of the whole must stay hidden where it is small.
    mutating func relate(_ part: Int, within whole: Int, protectsRest: Bool = false) {
        guard counts[part] <= counts[whole] else { return }
        let rest = place(counts[whole] - counts[part], .untold, isProtected: protectsRest)
        system.relate([part, rest], equals: [whole])
    }

    /// Notes that together some cells are at least another, each counted in it being in one of them.
    mutating func relate(_ parts: [Int], cover whole: Int) {
        let excess = parts.reduce(-counts[whole]) { $0 + counts[$1] }
        guard excess > 0 else { return relate(parts, equals: [whole]) }
        relate(parts, equals: [whole, place(excess, .untold)])
    }

    /// Decides what is withheld. Nothing can be added afterwards.
    mutating func decide() { plan = gate.plan(system) }

    /// A count as it is shown: one that is known anyway is withheld, too, where it is small.
    func shown(_ cell: Int) -> ReportCount {
        guard let plan, !plan.isWithheld[cell] else { return ReportCount(count: nil) }
        return gate.disclose(counts[cell])
    }
}
