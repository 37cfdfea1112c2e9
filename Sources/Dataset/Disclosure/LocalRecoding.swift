internal import Agreement

/// People who share every quasi-identifier in the dataset.
struct EquivalenceClass {
    var members: [Int32]
    /// By quasi-identifier, the level of generalisation.
    var levels: [Int]
}

/// k-anonymity and l-diversity by local recoding, from the coarsest to the finest: everybody who must be told apart
/// anyway begins as one class in which all quasi-identifiers are missing; classes are divided, one column and one level
/// at a time, as long as every part keeps k people and l values. What is too rare for a part of its own stays in the
/// class it came from, a level coarser, so nobody's values are coarser than they must be for that person's class.
///
/// Of the divisions a class allows, the one that wins back most information is taken. The smallest loss of all is not
/// sought: finding it is NP-hard (Meyerson and Williams 2004).
struct LocalRecoding {
    let columns: [QuasiColumn]
    let sensitive: [SensitiveColumn]
    let smallestClass: Int
    let diversity: Diversity?

    /// - Parameters:
    ///   - people: by person, what sets people apart that no generalisation changes, such as the cohorts.
    ///   - isAbsent: whether somebody is in no class.
    /// - Returns: classes that reach the goal, and those of people for whom nothing does.
    func classes(
        ofPeople people: [UInt64], isAbsent: (Int) -> Bool = { _ in false }
    ) -> (reached: [EquivalenceClass], failed: [EquivalenceClass]) {
        var roots: [[UInt64]: [Int32]] = [:]
        var order: [[UInt64]] = []
        for person in people.indices where !isAbsent(person) {
            var key = [people[person]]
            var presence: UInt64 = 0
            for (index, column) in columns.enumerated() where column.sets[person] != QuasiColumn.absent {
                presence |= 1 << UInt64(index)
            }
            key.append(presence)
            if roots[key] == nil { order.append(key) }
            roots[key, default: []].append(Int32(person))
        }
        let top = columns.map(\.generaliser.top)
        var reached: [EquivalenceClass] = []
        var failed: [EquivalenceClass] = []
        var open: [EquivalenceClass] = []
        for key in order {
            let root = EquivalenceClass(members: roots[key] ?? [], levels: top)
            if satisfies(root.members) { open.append(root) } else { failed.append(root) }
        }
        while let next = open.popLast() {
            if let parts = bestDivision(of: next) { open += parts } else { reached.append(next) }
        }
        return (reached, failed)
    }

    func satisfies(_ members: [Int32]) -> Bool {
        guard members.count >= smallestClass else { return false }
        guard let diversity else { return true }
        return sensitive.allSatisfy { $0.variety(of: members).reaches(diversity) }
    }

    private func bestDivision(of whole: EquivalenceClass) -> [EquivalenceClass]? {
        var best: (gain: Double, parts: [EquivalenceClass])?
        for index in columns.indices where whole.levels[index] > 0 {
            guard let division = division(of: whole, by: index) else { continue }
            if division.gain > (best?.gain ?? -1) { best = division }
        }
        return best?.parts
    }

    /// The class one level finer in one column; nil if no part of it would reach the goal.
    private func division(of whole: EquivalenceClass, by index: Int) -> (gain: Double, parts: [EquivalenceClass])? {
        let column = columns[index]
        guard let first = whole.members.first, column.sets[Int(first)] != QuasiColumn.absent else { return nil }
        let level = whole.levels[index] - 1
        var groups: [Int32: [Int32]] = [:]
        var order: [Int32] = []
        for member in whole.members {
            let set = column.set(of: Int(member), level: level)
            if groups[set] == nil { order.append(set) }
            groups[set, default: []].append(member)
        }
        var parts: [[Int32]] = []
        var rest: [Int32] = []
        for set in order {
            let members = groups[set] ?? []
            if satisfies(members) { parts.append(members) } else { rest += members }
        }
        // The largest first, the first of equal ones last to go.
        parts.sort { $0.count > $1.count }
        while !rest.isEmpty, !satisfies(rest) {
            guard let smallest = parts.popLast() else { return nil }
            rest += smallest
        }
        guard !parts.isEmpty else { return nil }
        var finer = whole.levels
        finer[index] = level
        var gain = 0.0
        for member in parts.joined() {
            gain += column.loss(of: Int(member), level: level + 1) - column.loss(of: Int(member), level: level)
        }
        var classes = parts.map { EquivalenceClass(members: $0, levels: finer) }
        if !rest.isEmpty { classes.append(EquivalenceClass(members: rest.sorted(), levels: whole.levels)) }
        return (gain, classes)
    }
}
