internal import PSIProtocol

extension DatasetReport {
    /// The report for people, in Markdown.
    var markdown: String {
        var lines = [
            "# \(escaped(study.title))", "",
            "- Study: \(escaped(study.id))",
            "- Purpose: \(escaped(study.purpose))",
            "- Legal basis: \(escaped(study.legalBasis))",
            "- Permit: \(escaped(study.permit))",
            "- Agreement: `\(agreement)`",
            "- Round \(roundNumber): `\(round)`",
            "- Opened \(openedAt), to be received by \(deadline), received \(receivedAt)",
            "- Dataset created \(created) by \(escaped(toolVersion))",
            "", "Signed by:", "",
        ]
        lines += signers.map { "- \(escaped($0.name)) (\(escaped($0.id)))" }
        lines += ["", "## People", ""]
        lines += table(
            ["Cohort", "Title", "People"],
            cohorts.map { [$0.id, $0.title, String($0.people)] } + [["any of them", "", String(people)]])
        lines += ["", "A person can be in several cohorts.", "", "## Registers", ""]
        lines += table(
            [
                "Register", "Title", "Owner", "People declared", "Rows declared", "People matched", "Dummies dropped",
                "People released", "Rows released",
            ],
            registers.map { register in
                let round = register.round
                return [
                    register.id, register.title, register.owner,
                    number(round?.peopleDeclared) + (round?.declaredIsPadded == true ? " (padded)" : ""),
                    number(round?.rowsDeclared), number(round?.peopleMatched), number(round?.dummiesDropped),
                    number(register.peopleReleased), number(register.rowsReleased),
                ]
            })
        if registers.contains(where: { $0.round?.declaredIsPadded == true }) {
            lines += ["", "A padded count includes dummies that hide the register's exact size."]
        }
        let refused = registers.flatMap { register in
            (register.round?.refused ?? []).map { [register.id, $0.reason, String($0.records)] }
        }
        lines += ["", "## Refused records", ""]
        lines += refused.isEmpty ? ["None."] : table(["Register", "Reason", "Records"], refused)
        lines += ["", "## Overlaps", ""]
        if overlaps.isEmpty {
            lines += ["None published."]
        } else {
            let rows = overlaps.map { overlap in
                [
                    overlap.registers.joined(separator: ", "),
                    overlap.people.map(String.init) ?? "fewer than \(smallestCell)",
                ]
            }
            lines += table(["Registers", "People"], rows)
            if countRounding > 1 { lines += ["", "Rounded to the nearest multiple of \(countRounding)."] }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func number(_ value: Int?) -> String { value.map(String.init) ?? "–" }

    private func table(_ head: [String], _ rows: [[String]]) -> [String] {
        let line = { (cells: [String]) in "| " + cells.map { escaped($0) }.joined(separator: " | ") + " |" }
        return [line(head), "|" + String(repeating: "---|", count: head.count)] + rows.map(line)
    }

    /// Text that neither breaks a table nor turns into markup.
    private func escaped(_ text: String) -> String {
        var safe = ""
        for character in text.unicodeScalars {
            if character.properties.generalCategory == .control {
                safe += " "
            } else {
                if "\\`*_[]<>|#&".unicodeScalars.contains(character) { safe += "\\" }
                safe.unicodeScalars.append(character)
            }
        }
        return safe
    }
}
