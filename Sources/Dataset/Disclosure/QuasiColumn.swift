internal import Agreement
internal import Values

/// One quasi-identifier of everybody in the dataset. Somebody with several rows has a set of values; what is one value
/// on one level stays one on all coarser ones.
///
/// Memory: 4 bytes a person, and every distinct set once a level.
struct QuasiColumn {
    /// In somebody's place who has no rows in the register, which no generalisation hides.
    static let absent: Int32 = -1

    let reference: ColumnReference
    let generaliser: Generaliser
    /// By person, the set of values at level 0.
    private(set) var sets: [Int32]
    /// By level and set, the set of the next level that it becomes.
    private var parents: [[Int32]]
    /// By level and set, how much is lost, 0…1.
    private(set) var losses: [[Double]] = []
    private var levels: [Level]

    private struct Level {
        var values: [String: Int32] = [:]
        /// The next level's value of each; 0 is a missing one.
        var parents: [Int32] = [0]
        var sets: [[Int32]: Int32] = [:]
        var members: [[Int32]] = []

        mutating func set(_ members: [Int32]) -> (id: Int32, isNew: Bool) {
            if let id = sets[members] { return (id, false) }
            let id = Int32(self.members.count)
            sets[members] = id
            self.members.append(members)
            return (id, true)
        }
    }

    init(reference: ColumnReference, generaliser: Generaliser, personCount: Int) {
        self.reference = reference
        self.generaliser = generaliser
        sets = Array(repeating: Self.absent, count: personCount)
        levels = Array(repeating: Level(), count: generaliser.top + 1)
        parents = Array(repeating: [], count: generaliser.top)
    }

    /// Takes down somebody's values, of every row.
    mutating func add(_ values: [FieldValue], person: Int) {
        guard !values.isEmpty else { return }
        var set = Set<Int32>()
        for value in values { set.insert(intern(value)) }
        sets[person] = intern(set.sorted(), level: 0)
    }

    private mutating func intern(_ value: FieldValue) -> Int32 {
        guard value != .null else { return 0 }
        if let id = levels[0].values[value.plainText] { return id }
        var ids: [Int32] = []
        for level in 0..<generaliser.top {
            let text = generaliser.text(value, level: level) ?? ""
            if let id = levels[level].values[text] {
                ids.append(id)
            } else {
                let id = Int32(levels[level].parents.count)
                levels[level].values[text] = id
                levels[level].parents.append(0)
                ids.append(id)
            }
        }
        for level in 0..<(generaliser.top - 1) { levels[level].parents[Int(ids[level])] = ids[level + 1] }
        return ids[0]
    }

    private mutating func intern(_ members: [Int32], level: Int) -> Int32 {
        let (id, isNew) = levels[level].set(members)
        if isNew, level < generaliser.top {
            let coarser = Set(members.map { levels[level].parents[Int($0)] }).sorted()
            parents[level].append(intern(coarser, level: level + 1))
        }
        return id
    }

    /// Ends the taking down: says how much each set loses on each level.
    mutating func finish() {
        let leafCount = levels[0].parents.count - 1
        // How many values at level 0 each value stands for.
        var weights = [0.0] + Array(repeating: 1.0, count: max(0, leafCount))
        losses = []
        for level in 0...generaliser.top {
            losses.append(
                levels[level].members.map { members in
                    let lost = members.map { value -> Double in
                        if value == 0 { return 0 }
                        return leafCount > 1 ? (weights[Int(value)] - 1) / Double(leafCount - 1) : 0
                    }
                    return lost.reduce(0, +) / Double(max(1, members.count))
                })
            guard level < generaliser.top else { break }
            var next = Array(repeating: 0.0, count: levels[level + 1].parents.count)
            for (value, parent) in levels[level].parents.enumerated() where value > 0 {
                next[Int(parent)] += weights[value]
            }
            weights = next
        }
        // At the top everything is lost, except where nothing was there.
        let missing = levels[0].sets[[0]]
        topLossOfMissing = missing
    }

    private var topLossOfMissing: Int32?

    /// The set of a person at a level.
    func set(of person: Int, level: Int) -> Int32 {
        var set = sets[person]
        guard set != Self.absent else { return set }
        for level in 0..<level { set = parents[level][Int(set)] }
        return set
    }

    /// Values as they came, by how many of these people have them; missing ones don't count.
    func values(ofPeople people: some Sequence<Int>) -> [String: Int] {
        var counts: [Int32: Int] = [:]
        for person in people where sets[person] != Self.absent {
            for value in levels[0].members[Int(sets[person])] where value > 0 { counts[value, default: 0] += 1 }
        }
        var named: [String: Int] = [:]
        for (text, id) in levels[0].values { if let count = counts[id] { named[text] = count } }
        return named
    }

    /// What a person's value loses at a level, 0…1.
    func loss(of person: Int, level: Int) -> Double {
        let exact = sets[person]
        guard exact != Self.absent, level > 0 else { return 0 }
        if level == generaliser.top { return exact == topLossOfMissing ? 0 : 1 }
        return losses[level][Int(set(of: person, level: level))]
    }
}
