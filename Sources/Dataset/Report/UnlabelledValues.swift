internal import Values

/// In how many rows a column has a value that the agreement gives no label.
struct UnlabelledValues: Encodable {
    let register: RegisterID
    let column: String
    /// Rows, as the agreement lets counts be told.
    let rows: ReportCount

    /// Of every column that has labels; nil if none has.
    static func all(_ layout: DatasetLayout, _ facts: [TableFacts], _ gate: DisclosureGate) -> [UnlabelledValues]? {
        let all = zip(layout.registers, facts).flatMap { register, facts in
            zip(register.released, facts.columns).filter { !$0.0.values.isEmpty }.map { column, facts in
                UnlabelledValues(
                    register: register.id, column: column.name, rows: gate.disclose(facts.unlabelledRowCount))
            }
        }
        return all.isEmpty ? nil : all
    }

    /// The section for people, in Markdown.
    static func markdown(_ all: [UnlabelledValues]) -> [String] {
        ["", "## Values without a label", "", "Rows whose value is none of those that the agreement explains.", ""]
            + Markdown.table(
                ["Register", "Column", "Rows"],
                all.map { [$0.register, $0.column, $0.rows.text] })
    }
}
