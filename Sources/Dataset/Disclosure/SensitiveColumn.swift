internal import Agreement
internal import Values

/// One sensitive column of everybody in the dataset: which values somebody has, missing ones apart.
struct SensitiveColumn {
    let reference: ColumnReference
    /// By person, the set of values; 0 is none at all.
    private(set) var sets: [Int32]
    private var values: [String: Int32] = [:]
    private var known: [[Int32]: Int32] = [[]: 0]
    private var members: [[Int32]] = [[]]

    init(reference: ColumnReference, personCount: Int) {
        self.reference = reference
        sets = Array(repeating: 0, count: personCount)
    }

    mutating func add(_ rows: [FieldValue], person: Int) {
        var set = Set<Int32>()
        for value in rows where value != .null {
            let text = value.plainText
            if let id = values[text] {
                set.insert(id)
            } else {
                let id = Int32(values.count)
                values[text] = id
                set.insert(id)
            }
        }
        let sorted = set.sorted()
        if let id = known[sorted] {
            sets[person] = id
        } else {
            let id = Int32(members.count)
            known[sorted] = id
            members.append(sorted)
            sets[person] = id
        }
    }

    /// How varied the values of some people are.
    struct Variety: Equatable {
        /// Different values; none is one of them, if some have one and others don't.
        var distinct: Int
        /// People who share the commonest value.
        var commonest: Int
        var people: Int

        /// l in the sense of a kind: the most that can be asked for.
        func reaches(_ diversity: Diversity) -> Bool {
            // Nobody has a value, so none is betrayed.
            if commonest == 0 { return true }
            switch diversity.kind {
            case .distinct: return distinct >= diversity.count && commonest < people
            case .frequency: return commonest * diversity.count <= people
            }
        }
    }

    func variety(of people: some Collection<Int32>) -> Variety {
        var counts: [Int32: Int] = [:]
        var without = 0
        for person in people {
            let set = members[Int(sets[Int(person)])]
            if set.isEmpty { without += 1 }
            for value in set { counts[value, default: 0] += 1 }
        }
        return Variety(
            distinct: counts.count + (without > 0 && !counts.isEmpty ? 1 : 0), commonest: counts.values.max() ?? 0,
            people: people.count)
    }
}
