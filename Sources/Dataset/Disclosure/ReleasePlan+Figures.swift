internal import Agreement

/// What is told of a plan. Exact: nothing of it is shown but through the gate.
extension ReleasePlan {
    /// How much of the dataset's people is left.
    var keptCount: Int { isLeftOut.count { !$0 } }

    /// What the census must find; nil where no k is asked for.
    var classNumbers: (count: Int, smallest: Int)? {
        anonymity.smallestClass.map { _ in (classes.count, classes.map(\.members.count).min() ?? 0) }
    }

    /// Sizes of the classes that people would be in as they came, or are in as they are shown.
    func classSizes(isRecoded: Bool) -> [Int] {
        if isRecoded { return classes.map(\.members.count) }
        var sizes: [[Int64]: Int] = [:]
        for person in masks.indices {
            let key = [Int64(bitPattern: fixed[person])] + columns.map { Int64($0.sets[person]) }
            sizes[key, default: 0] += 1
        }
        return Array(sizes.values)
    }

    /// People kept at each level of a quasi-identifier, those without rows in its register apart, and their mean loss.
    func generalisation(at index: Int) -> (people: [Int], meanLoss: Double) {
        let column = columns[index]
        var people = Array(repeating: 0, count: column.generaliser.top + 1)
        var loss = 0.0
        for person in masks.indices where !isLeftOut[person] && column.sets[person] != QuasiColumn.absent {
            let level = Int(levels[index][person])
            people[level] += 1
            loss += column.loss(of: person, level: level)
        }
        let count = people.reduce(0, +)
        return (people, count == 0 ? 0 : loss / Double(count))
    }

    /// Counts what is written.
    func tally(of store: WorkingStore) throws(DatasetError) -> Tally {
        var tally = try store.tally()
        guard isLeftOut.contains(true) else { return tally }
        for (index, mask) in masks.enumerated() where isLeftOut[index] {
            tally.people -= 1
            for cohort in layout.cohorts where mask >> UInt64(cohort.bit) & 1 == 1 {
                tally.cohorts[cohort.id, default: 0] -= 1
            }
        }
        for (index, register) in layout.registers.enumerated() {
            try store.forEachPerson(inRegisterAt: index) { person, _, rows in
                guard leavesOut(person) else { return }
                tally.registers[register.id]?.people -= 1
                tally.registers[register.id]?.rows -= rows.count
            }
        }
        return tally
    }
}
