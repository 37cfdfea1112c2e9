public import Agreement
internal import Values

/// Rounding of counts, the same wherever an agreement's counts are told. Which are told is decided by
/// `WithholdingPlan`. [P-39]
public struct CountPublication: Sendable {
    private let smallestCell: Int
    private let rounding: Int

    public init(agreement: Agreement) {
        smallestCell = agreement.smallestCell
        rounding = max(1, agreement.countRounding)
    }

    /// To the nearest multiple, halves up.
    public func rounded(_ count: Int) -> Int { (count + rounding / 2) / rounding * rounding }

    /// A count that stands by itself: nil below the smallest cell, except for 0; else rounded.
    public func count(_ people: Int) -> Int? {
        people > 0 && people < smallestCell ? nil : rounded(people)
    }
}

extension MatchResult {
    /// The counts as the agreement lets them be published: with noise if it says so, rounded, small ones withheld with
    /// what would betray them, upper bounds marked. [P-39] [P-65]
    ///
    /// With noise, what is withheld follows from the noisy numbers alone, so it tells nothing that they don't.
    ///
    /// - Parameter noise: of the agreement's plan, and what it drew for this round; nil where the agreement has none.
    public func published(noise: (plan: NoisePlan, draws: [Int])? = nil) -> Counted {
        let publish = CountPublication(agreement: agreement)
        guard let noise else { return PublishedNumbers(self).counted(publish) }
        let noisy = noise.plan.queries.noisy(overlap, noise: noise.draws)
        return counted(
            sets: noisy.sets.map { ($0, publish.count($1)) }, cohorts: noisy.cohorts.map { publish.count($0) },
            linkage: nil)
    }

    /// How people were found, as the agreement lets it be told; nil where there is one way only. [P-39]
    public func publishedLinkage() -> PublishedLinkage? {
        linkage == nil ? nil : PublishedNumbers(self).linkage(CountPublication(agreement: agreement))
    }

    fileprivate func counted(sets: [(set: UInt32, people: Int?)], cohorts: [Int?], linkage: PublishedLinkage?)
        -> Counted
    {
        let overlap = sets.map { mask, people in
            PublishedCount(
                registers: agreement.registers.indices.filter { mask >> UInt32($0) & 1 == 1 }
                    .map { agreement.registers[$0].id },
                people: people, upperBound: agreement.padding != .none && mask.nonzeroBitCount == 1)
        }
        let padded = agreement.padding == .none ? [] : agreement.cohortsOfOneRegister()
        return Counted(
            overlap: overlap,
            cohorts: zip(agreement.cohorts, cohorts).map { cohort, people in
                PublishedCohort(cohort: cohort.id, people: people, upperBound: padded.contains(cohort.id))
            }, linkage: linkage)
    }
}

/// All numbers that a matching tells, as one system: sets of registers, cohorts and links, with the lists' sizes, which
/// everybody knows.
private struct PublishedNumbers {
    /// Registers with which sets of nobody are looked at as well.
    private static let emptySetLimit = 8

    private let result: MatchResult
    private let sets: [(set: UInt32, cell: Int)]
    private let cohorts: [Int]
    private var links: [[Int]] = []
    private var conflicts: [Int] = []
    private var historyConflicts = 0
    private let plan: WithholdingPlan
    private let isWithholding: Bool

    init(_ result: MatchResult) {
        let agreement = result.agreement
        let registers = agreement.registers
        self.result = result
        isWithholding = agreement.smallestCell > 1
        var system = CountSystem()
        var cells: [UInt32: Int] = [:]
        for set in result.overlap.keys.sorted() { cells[set] = system.add(result.overlap[set] ?? 0) }
        sets = result.overlap.keys.sorted().compactMap { set in cells[set].map { (set, $0) } }
        // A set of nobody isn't listed, and neither is one that is withheld: so it may as well be somebody's.
        if registers.count <= Self.emptySetLimit {
            for set in 1..<(UInt32(1) << UInt32(registers.count)) where cells[set] == nil {
                cells[set] = system.add(0, .untold)
            }
        }
        let known = cells.keys.sorted()
        var sizes: [Int] = []
        for register in registers.indices {
            let holding = known.filter { $0 >> UInt32(register) & 1 == 1 }
            let size = holding.reduce(0) { $0 + (result.overlap[$1] ?? 0) }
            sizes.append(system.add(size, .known))
            system.relate(holding.compactMap { cells[$0] }, equals: [sizes[register]])
        }
        var cohorts: [Int] = []
        for (index, cohort) in agreement.cohorts.enumerated() {
            let isReleased = registers.contains { $0.releasedFor.contains(cohort.id) }
            let count = result.cohortCounts[index]
            let cell = system.add(count, rank: 1, hidesZero: isReleased && agreement.smallestCell > 1)
            cohorts.append(cell)
            if agreement.drawsSample(cohort.expression) {
                // Who is drawn is no sum: nothing that the sample could be of may be taken to move.
                system.freeze(cell)
                for set in known {
                    let ids = registers.indices.filter { set >> UInt32($0) & 1 == 1 }.map { registers[$0].id }
                    if let cell = cells[set], agreement.membership(in: index, Set(ids)).canBeIn {
                        system.freeze(cell)
                    }
                }
                continue
            }
            let members = known.filter {
                result.evaluator.cohorts(registers: $0, order: []) >> UInt64(index) & 1 == 1
            }
            system.relate(members.compactMap { cells[$0] }, equals: [cell])
            if count <= cohort.maxPeople { system.relate([cell], within: system.add(cohort.maxPeople, .known)) }
        }
        self.cohorts = cohorts
        if let linkage = result.linkage {
            for register in registers.indices {
                let parts = linkage.linked[register].map { system.add($0) }
                links.append(parts)
                // Whoever is in this register only was joined by nothing.
                if let alone = cells[1 << UInt32(register)] {
                    system.relate(parts + [alone], equals: [sizes[register]])
                } else {
                    system.relate(parts, equals: [sizes[register]])
                }
            }
            conflicts = linkage.conflicts.map { system.add($0) }
            historyConflicts = system.add(linkage.historyConflicts)
        }
        plan = WithholdingPlan(system, smallestCell: agreement.smallestCell)
    }

    func counted(_ publish: CountPublication) -> Counted {
        var told: [(set: UInt32, people: Int?)] = []
        for (set, cell) in sets where !plan.isWithheld[cell] {
            told.append((set, publish.rounded(result.overlap[set] ?? 0)))
        }
        return result.counted(
            sets: told,
            cohorts: zip(cohorts, result.cohortCounts).map { plan.isWithheld[$0] ? nil : publish.rounded($1) },
            linkage: linkage(publish))
    }

    func linkage(_ publish: CountPublication) -> PublishedLinkage? {
        guard let linkage = result.linkage else { return nil }
        func told(_ cell: Int, _ count: Int) -> Int {
            plan.isWithheld[cell] ? PublishedLinkage.withheld : publish.rounded(count)
        }
        return PublishedLinkage(
            conflicts: zip(conflicts, linkage.conflicts).map(told),
            historyConflicts: told(historyConflicts, linkage.historyConflicts),
            linked: zip(links, linkage.linked).map { zip($0, $1).map(told) })
    }
}

extension Agreement {
    /// Whether a cohort's people are not a function of the registers they are in.
    fileprivate func drawsSample(_ expression: CohortExpression) -> Bool {
        var sampled: Set<CohortID> = []
        func draws(_ expression: CohortExpression) -> Bool {
            switch expression {
            case .register: false
            case .cohort(let id): sampled.contains(id)
            case .union(let left, let right), .intersect(let left, let right), .except(let left, let right):
                draws(left) || draws(right)
            case .sample: true
            }
        }
        for cohort in cohorts where draws(cohort.expression) { sampled.insert(cohort.id) }
        return draws(expression)
    }
}
