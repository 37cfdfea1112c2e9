internal import Agreement
internal import Values

/// In which sets of registers made-up people are: such that every cohort and every register that is released has
/// somebody, as far as the agreement's expressions allow it.
struct ExampleSets {
    /// What must hold of a person: the registers they are in, and those they are not in. Bits of the agreement's
    /// registers.
    struct Demand: Hashable {
        var present: UInt32 = 0
        var absent: UInt32 = 0

        /// Both demands; nil where they contradict each other.
        func and(_ other: Demand) -> Demand? {
            let both = Demand(present: present | other.present, absent: absent | other.absent)
            return both.present & both.absent == 0 ? both : nil
        }
    }

    /// Ways to be in a cohort that are followed, at most. An expression of more ways is served by these.
    private static let wayLimit = 64
    /// Sets beyond those that are needed, at most.
    private static let furtherLimit = 24

    private let agreement: Agreement
    private let compiled: CompiledCohorts
    private let layout: DatasetLayout
    /// By register, the cohorts whose people's items are opened.
    private let disclosed: [UInt64]
    /// By cohort, ways to be in it, and ways not to be.
    private var ways: [(inside: [Demand], outside: [Demand])] = []

    /// Sets without which a cohort or a register would have nobody.
    private(set) var needed: [UInt32] = []
    /// Others, in no particular order.
    private(set) var further: [UInt32] = []

    init(
        _ agreement: Agreement, _ layout: DatasetLayout, numbers: inout ExampleNumbers
    ) throws(CohortExpressionError) {
        self.agreement = agreement
        self.layout = layout
        disclosed = agreement.disclosedCohorts
        compiled = try CompiledCohorts(registers: agreement.registers.map(\.id), cohorts: agreement.cohorts)
        for cohort in agreement.cohorts {
            ways.append((demands(cohort.expression, true), demands(cohort.expression, false)))
        }
        var candidates: [UInt32] = []
        for cohort in layout.cohorts {
            for way in ways[cohort.bit].inside {
                candidates.append(way.present)
                candidates.append(filled(way, percent: 30, &numbers))
                candidates.append(filled(way, percent: 70, &numbers))
            }
        }
        // Every register that is released for somebody, beside what its cohorts need.
        for register in layout.registers {
            let bit = UInt32(1) << UInt32(register.declaredIndex)
            candidates += candidates.prefix(4 * Self.wayLimit).map { $0 | bit }
        }
        var seen: Set<UInt32> = []
        candidates = candidates.filter { visible($0) & layout.releasedMask != 0 && seen.insert($0).inserted }
        choose(numbers.shuffled(candidates))
    }

    private mutating func choose(_ candidates: [UInt32]) {
        var left = Needs()
        for cohort in layout.cohorts { left.cohorts |= 1 << UInt64(cohort.bit) }
        for index in layout.registers.indices { left.registers |= 1 << UInt32(index) }
        var rest = candidates.map { (set: $0, served: needs(servedBy: $0)) }
        while left.count > 0 {
            let served = rest.map { $0.served.and(left).count }
            guard let most = served.max(), most > 0, let best = served.firstIndex(of: most) else { break }
            let (set, needs) = rest.remove(at: best)
            needed.append(set)
            left = left.without(needs)
        }
        further = rest.prefix(Self.furtherLimit).map(\.set)
    }

    /// Cohorts by their bits, and released registers by their index in the layout, that somebody has to be in.
    private struct Needs {
        var cohorts: UInt64 = 0
        var registers: UInt32 = 0

        var count: Int { cohorts.nonzeroBitCount + registers.nonzeroBitCount }

        func and(_ other: Needs) -> Needs {
            Needs(cohorts: cohorts & other.cohorts, registers: registers & other.registers)
        }

        func without(_ other: Needs) -> Needs {
            Needs(cohorts: cohorts & ~other.cohorts, registers: registers & ~other.registers)
        }
    }

    private func needs(servedBy set: UInt32) -> Needs {
        let may = visible(set)
        var served = Needs(cohorts: may & layout.releasedMask)
        for (index, register) in layout.registers.enumerated()
        where set >> UInt32(register.declaredIndex) & 1 == 1 && may & register.cohortMask != 0 {
            served.registers |= 1 << UInt32(index)
        }
        return served
    }

    /// The cohorts that somebody in exactly these registers may be in, and must be in: samples decide.
    func possible(_ set: UInt32) -> (may: UInt64, must: UInt64) {
        compiled.possible(present: set, known: .max) { index, found in
            (found.may >> UInt64(index) & 1, found.must >> UInt64(index) & 1)
        }
    }

    /// The cohorts in which a round would show somebody in exactly these registers: those that they may be in and that
    /// one of the registers is opened for.
    private func visible(_ set: UInt32) -> UInt64 {
        let opened = disclosed.enumerated().reduce(UInt64(0)) { opened, register in
            set >> UInt32(register.offset) & 1 == 1 ? opened | register.element : opened
        }
        return possible(set).may & opened
    }

    /// A demand with some of the registers that it leaves open.
    private func filled(_ demand: Demand, percent: Int, _ numbers: inout ExampleNumbers) -> UInt32 {
        var set = demand.present
        for register in agreement.registers.indices {
            let bit = UInt32(1) << UInt32(register)
            // People whom columns name are made of the rows that name them.
            guard agreement.registers[register].isDeclared else { continue }
            if demand.absent & bit == 0, numbers.happens(percent: percent) { set |= bit }
        }
        return set
    }

    /// Ways in which an expression holds, or does not. `ways` knows all cohorts before.
    private func demands(_ expression: CohortExpression, _ isWanted: Bool) -> [Demand] {
        switch expression {
        case .register(let id):
            guard let index = agreement.registers.firstIndex(where: { $0.id == id }) else { return [] }
            let bit = UInt32(1) << UInt32(index)
            return [isWanted ? Demand(present: bit) : Demand(absent: bit)]
        case .cohort(let id):
            guard let index = agreement.cohorts.firstIndex(where: { $0.id == id }), index < ways.count else {
                return []
            }
            return isWanted ? ways[index].inside : ways[index].outside
        case .union(let left, let right):
            return isWanted
                ? either(demands(left, true), demands(right, true)) : both(demands(left, false), demands(right, false))
        case .intersect(let left, let right):
            return isWanted
                ? both(demands(left, true), demands(right, true)) : either(demands(left, false), demands(right, false))
        case .except(let left, let right):
            return isWanted
                ? both(demands(left, true), demands(right, false)) : either(demands(left, false), demands(right, true))
        case .sample(let operand, _):
            // Those of the operand who are not drawn are outside too.
            return isWanted ? demands(operand, true) : either(demands(operand, false), demands(operand, true))
        }
    }

    /// From both lists in turn, so that a cut at the limit leaves some of each.
    private func either(_ left: [Demand], _ right: [Demand]) -> [Demand] {
        var found: [Demand] = []
        var seen: Set<Demand> = []
        for index in 0..<max(left.count, right.count) {
            for list in [left, right] where list.indices.contains(index) {
                if found.count < Self.wayLimit, seen.insert(list[index]).inserted { found.append(list[index]) }
            }
        }
        return found
    }

    private func both(_ left: [Demand], _ right: [Demand]) -> [Demand] {
        var found: [Demand] = []
        var seen: Set<Demand> = []
        for first in left {
            for second in right {
                guard found.count < Self.wayLimit else { return found }
                if let both = first.and(second), seen.insert(both).inserted { found.append(both) }
            }
        }
        return found
    }
}
