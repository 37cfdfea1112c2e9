internal import Agreement

/// What a plan must know of everybody before people can be made alike.
extension ReleasePlan {
    /// By person, a number that is the same for those who differ in nothing that stays as it is.
    func fixedKeys(_ store: WorkingStore) throws(DatasetError) -> [UInt64] {
        var keys = masks
        for (index, register) in layout.registers.enumerated() {
            let isCounted = anonymity.countedRows.contains(register.id)
            var rowCounts = Array(repeating: 0, count: people.count)
            var person = 0
            try store.forEachCount(inRegisterAt: index) { pseudonym, count in
                while person < people.count, people[person] < pseudonym { person += 1 }
                guard person < people.count, people[person] == pseudonym else { return }
                rowCounts[person] = isCounted ? count : min(1, count)
            }
            var known: [[UInt64]: UInt64] = [:]
            for person in keys.indices {
                let key = [keys[person], UInt64(rowCounts[person])]
                let next = known[key] ?? UInt64(known.count)
                known[key] = next
                keys[person] = next
            }
        }
        return keys
    }

    /// The quasi-identifiers and sensitive columns of everybody, after the rules that change values whoever has them.
    func readColumns(_ store: WorkingStore) throws(DatasetError) -> ([QuasiColumn], [SensitiveColumn]) {
        var columns = anonymity.quasiIdentifiers.map { quasi in
            let type = place(of: quasi.column).map { layout.registers[$0.register].released[$0.column].type }
            return QuasiColumn(
                reference: quasi.column, generaliser: Generaliser(steps: quasi.steps, releasedType: type ?? .code),
                personCount: people.count)
        }
        var sensitive = anonymity.sensitive.map { SensitiveColumn(reference: $0, personCount: people.count) }
        for (register, declared) in layout.registers.enumerated() {
            let own = { (reference: ColumnReference) in
                reference.register == declared.id ? place(of: reference)?.column : nil
            }
            let quasiPlaces = anonymity.quasiIdentifiers.map { own($0.column) }
            let sensitivePlaces = anonymity.sensitive.map(own)
            guard (quasiPlaces + sensitivePlaces).contains(where: { $0 != nil }) else { continue }
            let rules = columnRules[register]
            var person = 0
            try store.forEachPerson(inRegisterAt: register) { pseudonym, _, rows in
                while person < people.count, people[person] < pseudonym { person += 1 }
                guard person < people.count, people[person] == pseudonym else { return }
                for (index, column) in quasiPlaces.enumerated() {
                    guard let column else { continue }
                    columns[index].add(rows.map { rules[column].prepared($0[column]) }, person: person)
                }
                for (index, column) in sensitivePlaces.enumerated() {
                    guard let column else { continue }
                    sensitive[index].add(rows.map { rules[column].prepared($0[column]) }, person: person)
                }
            }
        }
        for index in columns.indices { columns[index].finish() }
        return (columns, sensitive)
    }
}
