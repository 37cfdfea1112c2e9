internal import Agreement

extension DisclosureReport {
    /// The goal in a sentence; nil where there is none.
    var goal: String? {
        guard let smallestClass else { return nil }
        let counted = countedRows.isEmpty ? "" : ", of how many they have in \(countedRows.joined(separator: ", "))"
        let shared =
            "Every combination of cohorts, of the registers in which somebody has rows\(counted), and of the "
            + "quasi-identifiers as they are shown is shared by at least \(smallestClass) people"
        guard let diversity else { return shared + "." }
        let columns = sensitive.joined(separator: ", ")
        return diversityKind == Diversity.Kind.frequency.rawValue
            ? "\(shared), of whom at most one in \(diversity) has the same value of \(columns)."
            : "\(shared), who have at least \(diversity) different values of \(columns)."
    }

    /// All figures, for the page and the text alike.
    func tables(_ text: (ReportCount) -> String) -> [NamedTable] {
        riskTable(text) + quasiTable(text) + changeTable(text) + tables.map { Self.table($0, text) }
    }

    private func riskTable(_ text: (ReportCount) -> String) -> [NamedTable] {
        guard let before, let after else { return [] }
        let percent = { (value: Double?, absent: String) in value.map { "\($0) %" } ?? absent }
        let noEstimate = population == nil ? "not estimated" : "withheld"
        let counts: [(String, KeyPath<Risk, ReportCount>)] = [
            ("People who share the rarest combination (k)", \.smallestClass), ("Combinations", \.classes),
            ("People whom no other resembles", \.unique), ("People below k", \.below),
        ]
        let risks: [(String, KeyPath<Risk, Double?>, String)] = [
            ("Highest risk if an attacker knows who is in the dataset (prosecutor)", \.highestProsecutor, ""),
            ("Mean of it", \.meanProsecutorRisk, "withheld"),
            ("Highest risk if not (journalist)", \.highestJournalistRisk, noEstimate),
            ("Mean of it ", \.meanJournalistRisk, noEstimate),
        ]
        let estimate =
            population.map {
                "The journalist's risk is estimated for a population of \($0) people (Benedetti and Franconi 1998)."
            }
            ?? "The journalist's risk is at most the prosecutor's; the agreement names no population to estimate it "
            + "for."
        return [
            NamedTable.numbers(
                "How well people are hidden", ["", "As received", "In the dataset"],
                counts.map { [$0.0, text(before[keyPath: $0.1]), text(after[keyPath: $0.1])] }
                    + risks.map { [$0.0, percent(before[keyPath: $0.1], $0.2), percent(after[keyPath: $0.1], $0.2)] }
                    + [["People left out because nothing else hid them", "", text(leftOut)]],
                note: estimate)
        ]
    }

    private func quasiTable(_ text: (ReportCount) -> String) -> [NamedTable] {
        guard !quasiIdentifiers.isEmpty else { return [] }
        let rows = quasiIdentifiers.map { quasi in
            [
                quasi.column, quasi.levels.map { "\($0.name): \(text($0.people))" }.joined(separator: "; "),
                "\(quasi.isLossBound ? "at most " : "")\(quasi.informationLoss) %", text(quasi.suppressedCells),
            ]
        }
        return [
            NamedTable(
                caption: "Quasi-identifiers",
                head: ["Column", "People by how coarse it is shown", "Information lost", "Values suppressed"],
                rows: rows, alignment: [.text, .text, .number, .number],
                note:
                    "Information lost is the mean over people of the share of a column's other values from which "
                    + "theirs can no longer be told: 0 % as it was, 100 % missing.")
        ]
    }

    private func changeTable(_ text: (ReportCount) -> String) -> [NamedTable] {
        guard !changed.isEmpty else { return [] }
        return [
            NamedTable.numbers(
                "Changed values", ["Column", "Rule", "Rows"],
                changed.map { [$0.column, $0.rule, $0.rows.map(text) ?? "all"] }, texts: 2)
        ]
    }

    private static func table(_ table: PeopleTable, _ text: (ReportCount) -> String) -> NamedTable {
        NamedTable.numbers(
            table.title, [table.rowsAre] + table.columns + ["all"],
            table.lines.map { [$0.value] + $0.counts.map(text) },
            note: "People of the cohort \(table.cohort)\(table.columnsAre.map { ", by \($0)" } ?? ""). "
                + "What is withheld may be small, or hide another that is; which is not told.")
    }

    /// The section for people, in Markdown.
    var markdown: [String] {
        var lines = ["", "## Disclosure control"]
        if let goal { lines += ["", Markdown.escaped(goal)] }
        for table in tables({ $0.text }) {
            lines += ["", "### \(Markdown.escaped(table.caption))", ""] + Markdown.table(table.head, table.rows)
            if let note = table.note { lines += ["", Markdown.escaped(note)] }
        }
        return lines
    }
}

extension DisclosureReport.Risk {
    fileprivate var highestProsecutor: Double? { highestProsecutorRisk }
}
