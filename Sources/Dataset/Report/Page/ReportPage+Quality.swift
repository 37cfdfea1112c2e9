internal import Values

extension ReportPage {
    /// How well people could be recognised.
    var quality: Section {
        Section(
            id: "quality", title: "Linkage quality",
            lines: report.linkageQuality.map(lines) ?? [
                HTML.paragraph(
                    "Nothing was told of linkage quality in this round, and people were recognised in one way only.")
            ])
    }

    private func lines(_ quality: LinkageQuality) -> [String] {
        var lines = LinkageQuality.preamble.map(HTML.paragraph)
        let notes = [
            "Percentages are of the people of the same line.",
            report.countRounding > 1 ? "Numbers are rounded to the nearest multiple of \(report.countRounding)." : nil,
        ].compactMap { $0 }
        lines.append(HTML.element("p", [("class", "note")], notes.joined(separator: " ")))
        lines += source(quality)
        if let conflicts = quality.conflicts, let historyConflicts = quality.historyConflicts {
            lines.append(HTML.element("h3", "Records joined, whole registers"))
            lines +=
                NamedTable.numbers(
                    "Records joined by each link", ["Register"] + conflicts.map { "By \($0.name)" },
                    quality.registers.map { register in
                        [register.id]
                            + conflicts.indices.map { index in
                                register.joined.map { text($0[index].people) } ?? "–"
                            }
                    } + [["groups refused"] + conflicts.map { text($0.people) }],
                    note:
                        "A group is refused when it would hold two records of one register. "
                        + "Former codes that belong to several people: "
                        + "\(text(historyConflicts))."
                ).html
        }
        for (index, register) in quality.registers.enumerated() {
            guard let rates = register.released else { continue }
            lines.append(HTML.element("h3", "People released from \(title(register.id))"))
            if let drawing = RatePlot.drawing(rates, register: register.id) {
                lines += drawing.figure(id: "rates-\(index)", style: "w40")
            }
            lines += self.rates(rates, register.id)
        }
        return lines
    }

    private func source(_ quality: LinkageQuality) -> [String] {
        let told = quality.registers.compactMap { register in register.source.map { (id: register.id, source: $0) } }
        guard !told.isEmpty else { return [] }
        var lines = [HTML.element("h3", "Identity codes at the source")]
        lines +=
            NamedTable.numbers(
                "Rows by what their identity code is",
                ["Register", "Of", "Official", "Temporary", "Missing", "Invalid", "Repaired"],
                told.flatMap { id, source in
                    let all =
                        [("all rows", source.codes)] + source.years.map { ("year \($0.value ?? "")", $0) }
                        + source.groups.map { ("group \($0.value ?? "")", $0) }
                    return all.map { label, line in
                        [id, label]
                            + [line.official, line.temporary, line.missing, line.invalid, line.repaired].map(text)
                    }
                }, texts: 2, note: "Repaired codes are among the official and temporary ones."
            ).html
        lines +=
            NamedTable.numbers(
                "Former identity codes",
                ["Register", "Former codes known", "People with one", "Codes of several people", "Circles"],
                told.map { id, source in
                    [id]
                        + [
                            source.history.codes, source.history.people, source.history.conflicts,
                            source.history.cycles,
                        ].map(text)
                }
            ).html
        let keys = told.flatMap { id, source in source.keys.map { [id, $0.name, text($0.present), text($0.shared)] } }
        if !keys.isEmpty {
            lines +=
                NamedTable.numbers(
                    "Match keys at the source",
                    ["Register", "Match key", "People with a value", "Who share it with somebody there"], keys,
                    texts: 2
                ).html
        }
        return lines
    }

    private func rates(_ rates: MatchRates, _ register: String) -> [String] {
        let all =
            [("all", rates.total)] + rates.years.map { ("year \($0.value ?? "")", $0) }
            + rates.groups.map { ("group \($0.value ?? "")", $0) }
        var lines = NamedTable.numbers(
            "By what their records were first joined: \(register)",
            ["Of", "People"] + rates.total.links.map { "By \($0.name)" } + ["Alone"],
            all.map { label, line in
                [label, text(line.people)] + line.links.map { text($0.people) } + [text(line.alone)]
            }
        ).html
        guard !rates.overlaps.isEmpty else { return lines }
        lines +=
            NamedTable.numbers(
                "Whether they are in other registers too: \(register)",
                ["Other register", "Of", "People", "Also there", "Not there"],
                rates.overlaps.flatMap { overlap in
                    ([("all", overlap.total)] + overlap.groups.map { ("group \($0.value ?? "")", $0) }).map {
                        label, line in
                        [overlap.register, label] + [line.people, line.both, line.missing].map(text)
                    }
                }, texts: 2
            ).html
        return lines
    }

    private func title(_ id: RegisterID) -> String {
        report.registers.first { $0.id == id }.map { "\($0.title) (\(id))" } ?? id
    }

    private func text(_ count: ReportCount) -> String { count.pageText }
}
