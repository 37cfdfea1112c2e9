extension DatasetReport {
    /// The report for people, in Markdown.
    var markdown: String {
        var lines = [
            "# \(Markdown.escaped(study.title))", "",
        ]
        if let madeUp { lines += ["**\(madeUp)**", ""] }
        lines += [
            "- Study: \(Markdown.escaped(study.id))",
            "- Purpose: \(Markdown.escaped(study.purpose))",
            "- Legal basis: \(Markdown.escaped(study.legalBasis))",
            "- Permit: \(Markdown.escaped(study.permit))",
            "- Agreement: `\(agreement)`",
        ]
        lines += told
        lines += [
            "- Dataset created \(created) by \(Markdown.escaped(toolVersion))",
            "", "Signed by:", "",
        ]
        lines += signers.map { "- \(Markdown.escaped($0.name)) (\(Markdown.escaped($0.id)))" }
        lines += ["", "## People", ""]
        lines += Markdown.table(
            ["Cohort", "Title", "People"],
            cohorts.map { [$0.id, $0.title, String($0.people)] } + [["any of them", "", String(people)]])
        lines += ["", "A person can be in several cohorts.", "", "## Registers", ""]
        lines += Markdown.table(
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
            (register.round?.refused ?? []).map {
                [
                    register.id, $0.reason,
                    $0.records.map(String.init) ?? ReportCount.withheld,
                ]
            }
        }
        lines += ["", "## Refused records", ""]
        lines += refused.isEmpty ? ["None."] : Markdown.table(["Register", "Reason", "Records"], refused)
        lines += ["", "## Overlaps", ""]
        if overlaps.isEmpty {
            lines += ["None published."]
        } else {
            let rows = overlaps.map { overlap in
                [
                    overlap.registers.joined(separator: ", "),
                    overlap.people.map(String.init) ?? ReportCount.withheld,
                ]
            }
            lines += Markdown.table(["Registers", "People"], rows)
            if smallestCell > 1 {
                lines += ["", "A combination of registers that is not listed has nobody, or is withheld."]
            }
            if countRounding > 1 { lines += ["", "Rounded to the nearest multiple of \(countRounding)."] }
        }
        if let disclosure { lines += disclosure.markdown }
        if let unlabelled { lines += UnlabelledValues.markdown(unlabelled) }
        if let relations { lines += RelationCounts.markdown(relations) }
        if let linkageQuality {
            lines += linkageQuality.markdown(smallestCell: smallestCell, countRounding: countRounding)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Of which round or rounds it is.
    private var told: [String] {
        guard let rounds else {
            return [
                "- Round \(roundNumber): `\(round)`",
                "- Opened \(openedAt), to be received by \(deadline), received \(receivedAt)",
            ]
        }
        return rounds.map {
            "- Round \($0.number): `\($0.id)`, opened \($0.openedAt), received \($0.receivedAt), under agreement "
                + "`\($0.agreement)`: \(Markdown.escaped($0.registersText))"
        }
    }

    private func number(_ value: Int?) -> String { value.map(String.init) ?? "–" }
}
