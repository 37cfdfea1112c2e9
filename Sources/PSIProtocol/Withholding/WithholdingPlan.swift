/// Which counts are withheld: the small ones, and others with them until nobody who sees the rest can narrow a small
/// one down. The only place where that is decided. [P-39]
///
/// A count is small from 1 to `smallestCell` − 1. For each small one there is, for every value from 0 to `smallestCell`
/// at least, a table of whole numbers that has this value there, tells the very same everywhere else, and fulfils every
/// relation; `exposed` names those for which that cannot be had, since what is known anyway says too much.
///
/// What is withheld follows from the relations and from which counts are 0, small or large, and in doubt from the order
/// of the cells: not from how small a small one is, nor how large a large one. So the choice tells nothing of that.
public struct WithholdingPlan: Sendable {
    /// By cell: whether it is not told. True for every `untold` cell.
    public private(set) var isWithheld: [Bool]
    /// Small cells that the public numbers bound more narrowly, though all around them is withheld.
    public private(set) var exposed: [Int] = []

    /// Places that a search of one change, and all searches together, may look at. Beyond, more is withheld.
    private static let stepLimit = 600
    private static let budget = 400_000
    /// Cells that are withheld together for one small one, at most, before all around it are.
    private static let mostNew = 12

    /// - Parameter budget: how much may be looked at, for tests.
    public init(_ system: CountSystem, smallestCell: Int, budget: Int? = nil) {
        let sizes = system.cells.map { $0.size(smallestCell: smallestCell) }
        isWithheld = system.cells.enumerated().map { index, cell in
            cell.kind == .untold || cell.kind == .told && sizes[index] == .small
        }
        let small = system.cells.indices.filter {
            sizes[$0] == .small && system.cells[$0].isProtected && system.cells[$0].kind != .known
        }
        guard !small.isEmpty else { return }
        var search = BalancedChange(
            system, sizes: sizes, isWithheld: isWithheld, budget: budget ?? Self.budget)
        // By direction, the cells that are known to have room.
        var hasRoom: [Int: Set<Int>] = [1: [], -1: []]
        for cell in small {
            for sign in [1, -1] where hasRoom[sign]?.contains(cell) != true {
                let ways = sign > 0 ? [[cell]] : search.descents(of: cell)
                var isFree = ways != nil
                for way in ways ?? [] where isFree {
                    let change = search.find(way, sign, mostNew: Self.mostNew, stepLimit: Self.stepLimit)
                    isFree = change != nil
                    for (changed, by) in change ?? [:] {
                        isWithheld[changed] = true
                        if by > 0 { hasRoom[1]?.insert(changed) }
                    }
                    search.isWithheld = isWithheld
                }
                if !isFree {
                    withholdAll(around: cell, system)
                    search.isWithheld = isWithheld
                    isFree =
                        ways?.allSatisfy {
                            search.find($0, sign, mostNew: 0, stepLimit: Self.stepLimit) != nil
                        } == true
                }
                if !isFree, exposed.last != cell { exposed.append(cell) }
            }
        }
        exposed = exposed.filter { cell in
            let range = FeasibleRange(system, isWithheld: isWithheld, of: cell)
            return !(range.least == 0 && range.most.map { $0 >= smallestCell } == true)
        }
    }

    /// Withholds whatever is tied to a cell by relations, directly or by way of others.
    private mutating func withholdAll(around cell: Int, _ system: CountSystem) {
        var reached: Set<Int> = [cell]
        var open = [cell]
        var relationsOf = [[Int]](repeating: [], count: system.cells.count)
        for (index, relation) in system.relations.enumerated() {
            for term in relation { relationsOf[term.cell].append(index) }
        }
        var seen = Set<Int>()
        while let next = open.popLast() {
            for relation in relationsOf[next] where seen.insert(relation).inserted {
                for term in system.relations[relation] where system.cells[term.cell].kind != .known {
                    if reached.insert(term.cell).inserted { open.append(term.cell) }
                }
            }
        }
        for cell in reached { isWithheld[cell] = true }
    }
}
