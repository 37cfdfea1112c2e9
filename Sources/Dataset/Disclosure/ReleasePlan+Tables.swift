internal import Agreement

/// Declared tables, of what the dataset shows.
extension ReleasePlan {
    /// In the agreement's order.
    func tables(of store: WorkingStore, gate: DisclosureGate) throws(DatasetError) -> [PeopleTable] {
        let declared = rules.tables
        try checkApart(declared)
        var tables: [PeopleTable] = []
        for table in declared { tables.append(try self.table(table, of: store, gate: gate)) }
        return tables
    }

    /// Each table hides its small numbers by itself, so no two may count the same people by the same column: one could
    /// be subtracted from the other.
    private func checkApart(_ tables: [DisclosedTable]) throws(DatasetError) {
        for (index, table) in tables.enumerated() {
            for other in tables[..<index] where other.sharesColumn(with: table) {
                let bits = [other, table].compactMap { table in layout.cohorts.first { $0.id == table.cohort }?.bit }
                let both = bits.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
                if masks.indices.contains(where: { masks[$0] & both == both && !isLeftOut[$0] }) {
                    throw .tablesOverlap(table.title, other.title)
                }
            }
        }
    }

    private func table(
        _ table: DisclosedTable, of store: WorkingStore, gate: DisclosureGate
    ) throws(DatasetError) -> PeopleTable {
        guard let bit = layout.cohorts.first(where: { $0.id == table.cohort })?.bit else {
            throw .unusableName(table.cohort, reason: .undeclared)
        }
        let members = masks.indices.filter { masks[$0] >> UInt64(bit) & 1 == 1 && !isLeftOut[$0] }
        let rows = try shown(table.rows, of: store)
        let columns = try table.columns.map { reference throws(DatasetError) in try shown(reference, of: store) }
        // Where everybody with rows in the register is of the cohort, the rest of the cohort has none.
        let inCohort = Set(members)
        let withRows = rows.indices.filter { !isLeftOut[$0] && rows[$0] != PeopleTable.noRows }
        return try PeopleTable(
            table, of: members.map { (rows[$0], columns?[$0] ?? "") },
            isNoRowsKnown: withRows.allSatisfy(inCohort.contains), gate: gate)
    }

    /// By person, what the dataset shows in a column: one value, or that there are several or none.
    private func shown(_ reference: ColumnReference, of store: WorkingStore) throws(DatasetError) -> [String] {
        var texts = Array(repeating: PeopleTable.noRows, count: people.count)
        guard let (register, column) = place(of: reference) else { return texts }
        try store.forEachPerson(inRegisterAt: register) { person, _, rows in
            guard let index = index(of: person), !rows.isEmpty else { return }
            let values = Set(self.rows(rows, of: person, registerAt: register).map { $0[column].plainText })
            texts[index] = values.count > 1 ? "several values" : values.first == "" ? "missing" : values.first ?? ""
        }
        return texts
    }
}
