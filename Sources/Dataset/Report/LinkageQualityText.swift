extension LinkageQuality {
    /// The section for people, in Markdown.
    func markdown(smallestCell: Int, countRounding: Int) -> [String] {
        let text = { (count: ReportCount) in count.text }
        var lines = ["", "## Linkage quality", ""]
        lines += Self.preamble
        let told = registers.compactMap { register in register.source.map { (register.id, $0) } }
        if !told.isEmpty {
            lines += ["", "### Identity codes at the source", ""]
            lines += Self.codes(told, text)
            lines += ["", "Repaired codes are among the official and temporary ones.", ""]
            lines += Markdown.table(
                ["Register", "Former codes known", "People with one", "Codes of several people", "Circles"],
                told.map { id, source in
                    let history = source.history
                    return [id] + [history.codes, history.people, history.conflicts, history.cycles].map(text)
                })
            let keys = told.flatMap { id, source in
                source.keys.map { [id, $0.name, text($0.present), text($0.shared)] }
            }
            if !keys.isEmpty {
                lines += ["", "### Match keys at the source", ""]
                lines += Markdown.table(
                    ["Register", "Match key", "People with a value", "Who share it with somebody there"], keys)
            }
        }
        if let conflicts, let historyConflicts {
            let names = conflicts.map(\.name)
            lines += ["", "### Records joined, whole registers", ""]
            lines += Markdown.table(
                ["Register"] + names.map { "By \($0)" },
                registers.map { [$0.id] + ($0.joined ?? []).map { text($0.people) } }
                    + [["groups refused"] + conflicts.map { text($0.people) }])
            lines += [
                "",
                "A group is refused when it would hold two records of one register. "
                    + "Former codes that belong to several people: \(text(historyConflicts)).",
            ]
        }
        for register in registers {
            guard let released = register.released else { continue }
            lines += ["", "### People released from \(Markdown.escaped(register.id))", ""]
            lines += Self.rates(released, text)
        }
        var notes = ["Percentages are of the people of the same line."]
        if smallestCell > 1 { notes.append(Self.withholding(smallestCell: smallestCell)) }
        if countRounding > 1 { notes.append("Rounded to the nearest multiple of \(countRounding).") }
        return lines + ["", notes.joined(separator: " ")]
    }

    /// What is said of withheld counts wherever there may be some.
    static func withholding(smallestCell: Int) -> String {
        "Counts from 1 to \(smallestCell - 1) are withheld, and larger ones and zeros with them, so that the numbers "
            + "told here exclude no value from 0 to \(smallestCell) for a small one. Which is which is not told."
    }

    static let preamble = [
        "These numbers say how well people could be recognised. A record is joined to others by the first link that "
            + "finds them, the surest coming first; one that stands alone was found in no other register. Compare "
            + "years and groups: where more records stand alone, or fewer have a code, people of that kind are missed "
            + "more often, and results about them may be biased. Somebody who is rightly in one register only stands "
            + "alone too, and a cohort that is defined by two registers has everybody in both."
    ]

    private static func codes(
        _ told: [(id: String, source: Source)], _ text: (ReportCount) -> String
    ) -> [String] {
        let rows = told.flatMap { id, source in
            labelled(source.codes, source.years, source.groups).map { label, line in
                [id] + label + [line.official, line.temporary, line.missing, line.invalid, line.repaired].map(text)
            }
        }
        return Markdown.table(
            ["Register", "Rows", "Value", "Official", "Temporary", "Missing", "Invalid", "Repaired"], rows)
    }

    /// Lines with what they are about, in two cells.
    private static func labelled<Line: QualityLine>(
        _ total: Line, _ years: [Line], _ groups: [Line]
    ) -> [([String], Line)] {
        [(["all", ""], total)] + years.map { (["year", $0.value ?? ""], $0) }
            + groups.map { (["group", $0.value ?? ""], $0) }
    }

    private static func rates(_ rates: MatchRates, _ text: (ReportCount) -> String) -> [String] {
        let links = labelled(rates.total, rates.years, rates.groups).map { label, line in
            label + [text(line.people)] + line.links.map { text($0.people) } + [text(line.alone)]
        }
        var lines = Markdown.table(
            ["Of", "Value", "People"] + rates.total.links.map { "By \($0.name)" } + ["Alone"], links)
        if !rates.overlaps.isEmpty {
            let overlaps = rates.overlaps.flatMap { overlap in
                labelled(overlap.total, [], overlap.groups).map { label, line in
                    [overlap.register] + label + [line.people, line.both, line.missing].map(text)
                }
            }
            lines += [""]
            lines += Markdown.table(["Other register", "Of", "Value", "People", "Also there", "Not there"], overlaps)
        }
        return lines
    }
}

/// A line about everything, or about a year or group.
private protocol QualityLine {
    var value: String? { get }
}

extension LinkageQuality.CodeLine: QualityLine {}
extension MatchRates.LinkLine: QualityLine {}
extension MatchRates.OverlapLine: QualityLine {}
