internal import Values

/// How many rows of a column name people who are not in the dataset.
struct RelationCounts: Encodable {
    let register: RegisterID
    let column: String
    /// Rows that name somebody who is not in the dataset, as the agreement lets counts be told.
    let elsewhere: ReportCount
    /// Rows that name nobody whose code can be used.
    let nobody: ReportCount

    /// Of every column that names people; nil if none does. What a row without a pseudonym was is told of all together,
    /// withheld where it would tell of few; and not at all where pseudonyms are missing for another reason as well.
    static func all(
        _ layout: DatasetLayout, _ facts: [TableFacts], plan: ReleasePlan, gate: DisclosureGate
    ) -> [RelationCounts]? {
        let all = layout.relations.map { relation in
            let register = layout.registers[relation.register]
            let counts = facts[relation.register].columns[relation.column]
            let isRecoded = plan.columnRules[relation.register][relation.column].recoding != nil
            var cells = ReportCells(gate: gate)
            let (elsewhere, nobody) = (cells.place(counts.elsewhereRowCount), cells.place(counts.nobodyRowCount))
            // How many rows have no pseudonym is seen in the dataset.
            let missing = cells.place(counts.elsewhereRowCount + counts.nobodyRowCount, .known)
            cells.relate([elsewhere, nobody], equals: [missing])
            cells.decide()
            let none = ReportCount(count: nil)
            return RelationCounts(
                register: register.id, column: register.columns[relation.column].name,
                elsewhere: isRecoded ? none : cells.shown(elsewhere), nobody: isRecoded ? none : cells.shown(nobody))
        }
        return all.isEmpty ? nil : all
    }

    /// The section for people, in Markdown.
    static func markdown(_ all: [RelationCounts]) -> [String] {
        ["", "## Relations", "", "Rows that name no person of the dataset.", ""]
            + Markdown.table(
                ["Register", "Column", "Name somebody else", "Name nobody"],
                all.map { [$0.register, $0.column, $0.elsewhere.text, $0.nobody.text] })
    }
}
