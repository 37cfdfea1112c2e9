internal import Agreement

/// Which values are rare.
extension ReleasePlan {
    /// Per column, the values that fewer people have than the rule says. Where those who have one are too few
    /// themselves, the next rarest value joins them.
    ///
    /// - Parameter known: values that are rare for another reason.
    func rareValues(
        _ store: WorkingStore, known: [ColumnReference: Set<String>]
    ) throws(DatasetError) -> [ColumnReference: Set<String>] {
        var found: [ColumnReference: Set<String>] = [:]
        for rule in rules.rareValues {
            guard let (register, column) = place(of: rule.column) else { continue }
            var counts: [String: Int] = [:]
            try store.forEachPerson(inRegisterAt: register) { person, _, rows in
                guard !leavesOut(person) else { return }
                for text in Set(rows.filter { $0[column] != .null }.map { $0[column].plainText }) {
                    counts[text, default: 0] += 1
                }
            }
            // What is called so already is one of them.
            let ordered = counts.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
            let others = ordered.filter { $0.key != rule.replacement }
            let isRare = { (key: String, people: Int) in
                people < rule.people || known[rule.column]?.contains(key) == true
            }
            var rare = Set(others.filter { isRare($0.key, $0.value) }.map(\.key))
            var common = others.filter { !isRare($0.key, $0.value) }.map(\.key)[...]
            while !rare.isEmpty {
                let together = rare.union([rule.replacement])
                var people = 0
                try store.forEachPerson(inRegisterAt: register) { person, _, rows in
                    guard !leavesOut(person) else { return }
                    if rows.contains(where: { $0[column] != .null && together.contains($0[column].plainText) }) {
                        people += 1
                    }
                }
                guard people < rule.people, let next = common.popFirst() else { break }
                rare.insert(next)
            }
            found[rule.column] = rare
        }
        return found
    }

    /// Values that are shown as they came to fewer people than a rule says, since others' were made coarser.
    func rarerValues() -> [ColumnReference: Set<String>] {
        var found: [ColumnReference: Set<String>] = [:]
        for rule in rules.rareValues {
            guard let place = columns.firstIndex(where: { $0.reference == rule.column }) else { continue }
            let shown = masks.indices.filter { !isLeftOut[$0] && levels[place][$0] == 0 }
            let counts = columns[place].values(ofPeople: shown)
            var others = counts.filter { $0.key != rule.replacement }
            let few = others.filter { $0.value < rule.people }
            if few.isEmpty, let together = counts[rule.replacement], together < rule.people {
                // Those that are shown as one value are too few themselves: the next rarest joins them.
                let next = others.min { ($0.value, $0.key) < ($1.value, $1.key) }
                others = next.map { [$0.key: $0.value] } ?? [:]
            } else {
                others = few
            }
            if !others.isEmpty { found[rule.column] = Set(others.keys) }
        }
        return found
    }
}
