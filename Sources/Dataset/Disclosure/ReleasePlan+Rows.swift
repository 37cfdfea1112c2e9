internal import Agreement
internal import Values

/// How people and their rows are shown.
extension ReleasePlan {
    /// Where a person is in the plan; nil where the plan needs nobody by name.
    func index(of person: Pseudonym) -> Int? {
        guard !people.isEmpty else { return nil }
        var low = 0
        var high = people.count
        while low < high {
            let middle = (low + high) / 2
            if people[middle] < person { low = middle + 1 } else { high = middle }
        }
        return low < people.count && people[low] == person ? low : nil
    }

    /// Whether nothing is shown of a person.
    func leavesOut(_ person: Pseudonym) -> Bool { index(of: person).map { isLeftOut[$0] } ?? false }

    /// A person's rows of a register as they are shown, in the order they came.
    func rows(_ rows: [[FieldValue]], of person: Pseudonym, registerAt register: Int) -> [[FieldValue]] {
        let index = index(of: person)
        let offset = shifter?.offset(of: person) ?? 0
        let rules = columnRules[register]
        return rows.map { row in
            zip(row, rules).map { value, rules in
                let prepared = rules.prepared(inDataset(value))
                if let shift = rules.shift { return shift.shown(prepared, movedBy: offset) }
                guard let index, let place = rules.recoding?.place else { return prepared }
                return columns[place].generaliser.value(prepared, level: Int(levels[place][index]))
            }
        }
    }

    /// A value, or a missing one where it names somebody who is not in the dataset.
    func inDataset(_ value: FieldValue) -> FieldValue {
        guard case .person(let bytes) = value else { return value }
        guard let person = Pseudonym(bytes: bytes), !leavesOut(person) else { return .null }
        return value
    }

    /// A value after the rules that change it whoever has it: a label in the report's counts.
    func prepared(_ value: FieldValue, registerAt register: Int, columnAt column: Int) -> FieldValue {
        columnRules[register][column].prepared(value)
    }

    /// How many rows of a register are shown other than they came.
    struct ChangedRows {
        /// By column of the layout, and of a column by its value rule.
        var changed: [[Int]]
        /// By column of the layout: values that are missing now and were not.
        var suppressed: [Int]
    }

    /// Exact.
    func changedRows(in store: WorkingStore, registerAt index: Int) throws(DatasetError) -> ChangedRows {
        let rules = columnRules[index].map(\.values)
        var counts = ChangedRows(
            changed: rules.map { Array(repeating: 0, count: $0.count) },
            suppressed: Array(repeating: 0, count: rules.count))
        try store.forEachPerson(inRegisterAt: index) { person, _, rows in
            guard !leavesOut(person) else { return }
            let shown = self.rows(rows, of: person, registerAt: index)
            for (row, shownRow) in zip(rows, shown) {
                for column in rules.indices where inDataset(row[column]) != .null {
                    if shownRow[column] == .null { counts.suppressed[column] += 1 }
                    var value = row[column]
                    for (place, rule) in rules[column].enumerated() {
                        let next = rule.shown(value)
                        if next != value { counts.changed[column][place] += 1 }
                        value = next
                    }
                }
            }
        }
        return counts
    }
}
