internal import Crypto
internal import Foundation

/// `report.html`: what a study's researchers, and those who judge their work, must know of a dataset, on one page that
/// loads nothing, runs nothing, and prints.
///
/// Only numbers that `report.json` has too are on it.
struct ReportPage {
    let report: DatasetReport
    let codebook: Codebook

    /// A part of the page, in the order of the page.
    struct Section {
        let id: String
        let title: String
        let lines: [String]
    }

    var html: String {
        let sections = [study, flow, cohorts, overlap, quality, protection, codes, loading, limits]
        let policy =
            "default-src 'none'; style-src 'sha256-\(Self.hash(ReportStyle.css))'; base-uri 'none'; form-action 'none'"
        var lines = [
            "<!DOCTYPE html>", "<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">", "<head>",
            "<meta charset=\"utf-8\"/>",
            "<meta http-equiv=\"Content-Security-Policy\" content=\"\(HTML.escaped(policy))\"/>",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>",
            "<meta name=\"referrer\" content=\"no-referrer\"/>",
            HTML.element(
                "title", "\(report.study.title): \(report.madeUp == nil ? "the linked" : "a made-up") dataset"),
            "<style>\(ReportStyle.css)</style>", "</head>", "<body>",
            "<a class=\"skip\" href=\"#content\">Skip to the report</a>", "<header>",
            HTML.element(
                "p", [("class", "kind")], "Report of a \(report.madeUp == nil ? "linked" : "made-up") dataset"),
            HTML.element("h1", report.study.title),
            HTML.element("p", [("class", "lead")], report.madeUp ?? lead), "<dl class=\"facts\">",
        ]
        for (name, value) in facts {
            lines.append("<div>\(HTML.element("dt", name))\(HTML.element("dd", value))</div>")
        }
        lines += ["</dl>", "<nav aria-label=\"Contents\">", "<ol>"]
        lines += sections.map { "<li><a href=\"#\($0.id)\">\(HTML.escaped($0.title))</a></li>" }
        lines += ["</ol>", "</nav>", "</header>", "<main id=\"content\">"]
        for section in sections {
            lines.append("<section aria-labelledby=\"\(section.id)\">")
            lines.append(HTML.element("h2", [("id", section.id)], section.title))
            lines += section.lines
            lines.append("</section>")
        }
        lines += [
            "</main>", "<footer>",
            HTML.paragraph(
                "Made \(report.created) by \(report.toolVersion), with the dataset that it describes. The same numbers "
                    + "are in report.json."),
            "</footer>", "</body>", "</html>",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func hash(_ text: String) -> String {
        Data(SHA256.hash(data: Array(text.utf8))).base64EncodedString()
    }

    // MARK: Head

    private var released: [DatasetReport.Register] { report.registers.filter { $0.peopleReleased != nil } }

    private var lead: String {
        let owners = Set(report.registers.map(\.owner)).count
        return "Rows about \(HTML.number(report.people)) people from \(released.count) "
            + (released.count == 1 ? "register" : "registers") + " of \(owners) "
            + (owners == 1 ? "authority" : "authorities")
            + ", linked by blinded identifiers, and released under pseudonyms of this study alone."
    }

    private var facts: [(String, String)] {
        let rows = report.registers.compactMap(\.rowsReleased).reduce(0) { $0.addingReportingOverflow($1).partialValue }
        return [
            ("People", HTML.number(report.people)), ("Rows", HTML.number(rows)),
            ("Registers", HTML.number(released.count)), ("Cohorts", HTML.number(report.cohorts.count)),
        ]
    }

    // MARK: Sections

    private var study: Section {
        let entries: [(String, String, isCode: Bool)] =
            [
                ("Study", report.study.id, false), ("Purpose", report.study.purpose, false),
                ("Legal basis", report.study.legalBasis, false), ("Permit", report.study.permit, false),
                ("Signed by", report.signers.map { "\($0.name) (\($0.id))" }.joined(separator: "; "), false),
                ("Agreement (SHA-256)", report.agreement, true),
            ] + rounds + [("Dataset written", report.created, false)]
        let lines = entries.map { name, value, isCode in
            let text = isCode ? HTML.element("code", value) : HTML.escaped(value)
            return HTML.element("dt", name) + "<dd>\(text)</dd>"
        }
        return Section(id: "study", title: "The study", lines: ["<dl class=\"study\">"] + lines + ["</dl>"])
    }

    private var rounds: [(String, String, isCode: Bool)] {
        guard let rounds = report.rounds else {
            return [
                (
                    "Round",
                    "\(report.roundNumber), opened \(report.openedAt), received \(report.receivedAt)", false
                ), ("Round's id", report.round, true),
            ]
        }
        return rounds.flatMap { round -> [(String, String, isCode: Bool)] in
            [
                (
                    "Round \(round.number)",
                    "opened \(round.openedAt), received \(round.receivedAt): \(round.registersText)", false
                ), ("Its id", round.id, true), ("Its agreement", round.agreement, true),
            ]
        }
    }

    private var flow: Section {
        var lines = [
            HTML.paragraph(
                "How people and rows got from the registers into the dataset. A person is matched if a cohort of the "
                    + "agreement has them, and released from every register that it releases for that cohort."
            )
        ]
        if report.rounds != nil {
            lines.append(
                HTML.paragraph(
                    "This dataset is made of several rounds. What was declared, refused and matched in each is in the "
                        + "report of the round's own dataset."))
        }
        lines += FlowDiagram.drawing(report).figure(id: "flow-svg", style: "w56")
        lines +=
            NamedTable.numbers(
                "People and rows of each register",
                [
                    "Register", "Title", "Owner", "People declared", "Rows read", "People matched", "Dummies dropped",
                    "People released", "Rows released",
                ],
                report.registers.map { register in
                    let round = register.round
                    return [
                        register.id, register.title, register.owner,
                        shown(round?.peopleDeclared) + (round?.declaredIsPadded == true ? " (padded)" : ""),
                        shown(round?.rowsDeclared), shown(round?.peopleMatched), shown(round?.dummiesDropped),
                        shown(register.peopleReleased), shown(register.rowsReleased),
                    ]
                }, texts: 3,
                note: report.registers.contains { $0.round?.declaredIsPadded == true }
                    ? "A padded count includes dummies that hide the register's exact size." : nil
            ).html
        let refused = report.registers.flatMap { register in
            (register.round?.refused ?? []).map { refusal in
                [
                    register.id, refusal.reason.replacing("_", with: " "),
                    refusal.records.map(HTML.number) ?? ReportCount.withheld,
                ]
            }
        }
        if !refused.isEmpty {
            lines +=
                NamedTable.numbers(
                    "Records that owners could not use", ["Register", "Reason", "Records"], refused, texts: 2
                ).html
        }
        return Section(id: "flow", title: "From the registers to the dataset", lines: lines)
    }

    private var cohorts: Section {
        let table = NamedTable.numbers(
            "People of each cohort", ["Cohort", "Who they are", "People"],
            report.cohorts.map { [$0.id, $0.title, HTML.number($0.people)] } + [
                ["any of them", "", HTML.number(report.people)]
            ],
            texts: 2, note: report.cohorts.count > 1 ? "A person can be in several cohorts." : nil)
        return Section(id: "cohorts", title: "Cohorts", lines: table.html)
    }

    private var overlap: Section {
        var lines: [String] = []
        if let plot = OverlapPlot(report) {
            lines.append(HTML.paragraph(plot.explanation + rounding))
            lines += plot.drawing.figure(id: "overlap-svg", style: "w56")
            if plot.shown.contains(where: { $0.people.count == nil }) {
                lines.append(HTML.element("p", [("class", "note")], "A dashed box is a number that is withheld."))
            }
            lines += plot.table.html
        } else {
            lines.append(HTML.paragraph("No numbers of overlaps have been published in this round."))
        }
        return Section(id: "overlap", title: "Overlap of registers", lines: lines)
    }

    /// What holds for every count of the page that is not exact.
    private var rounding: String {
        report.countRounding > 1 ? " Numbers are rounded to the nearest multiple of \(report.countRounding)." : ""
    }

    private var protection: Section {
        let small =
            report.smallestCell > 1
            ? "A cohort of fewer than \(report.smallestCell) people is not released. "
                + LinkageQuality.withholding(smallestCell: report.smallestCell)
                + " Totals of the dataset, of cohorts and of registers are exact, and so is what follows from them "
                + "alone."
            : "The agreement sets no smallest cell."
        let rounded =
            report.countRounding > 1
            ? "Counts of overlaps, of linkage and of records refused are rounded to the nearest multiple of "
                + "\(report.countRounding)."
            : "Counts are not rounded."
        var lines = [HTML.paragraph(small), HTML.paragraph(rounded)]
        if let relations = report.relations {
            lines +=
                NamedTable.numbers(
                    "Rows that name no person of the dataset",
                    ["Register", "Column", "Name somebody else", "Name nobody"],
                    relations.map { [$0.register, $0.column, $0.elsewhere.pageText, $0.nobody.pageText] },
                    texts: 2,
                    note: "Where a column names people, these rows have no pseudonym."
                ).html
        }
        if let unlabelled = report.unlabelled {
            lines +=
                NamedTable.numbers(
                    "Rows whose value has no label", ["Register", "Column", "Rows"],
                    unlabelled.map { [$0.register, $0.column, $0.rows.pageText] },
                    texts: 2,
                    note: "The values are in the dataset as they are."
                ).html
        }
        if let disclosure = report.disclosure {
            if let goal = disclosure.goal { lines.append(HTML.paragraph(goal)) }
            for table in disclosure.tables({ $0.pageText }) { lines += table.html }
        }
        return Section(id: "protection", title: "Disclosure control", lines: lines)
    }

    private var codes: Section {
        var lines = [
            HTML.paragraph(
                "Every column of every table, in the order of the files. A value that may be missing is optional.")
        ]
        for table in codebook.tables {
            lines.append(HTML.element("h3", "\(table.title) (\(table.file))"))
            lines += CodebookTable.html(table)
        }
        return Section(id: "codebook", title: "Codebook", lines: lines)
    }

    private var loading: Section {
        Section(
            id: "loading", title: "Loading the dataset",
            lines: [
                HTML.paragraph("The programs beside this page load all tables with their types and labels. In R:"),
                "<pre><code>source(\"load.R\")\ndata &lt;- load_dataset()</code></pre>",
                HTML.paragraph("In Python, with pandas:"),
                "<pre><code>import load\ndata = load.load()</code></pre>",
                HTML.paragraph("In Stata, which saves a .dta file for each table:"),
                "<pre><code>do load.do</code></pre>", HTML.paragraph("As Parquet files, with pyarrow:"),
                "<pre><code>python3 load.py --parquet parquet</code></pre>",
            ])
    }

    private var limits: Section {
        let owners = report.registers.map(\.owner).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let names = owners.map { owner in report.signers.first { $0.id == owner }?.name ?? owner }
        let numbers = report.rounds?.map { String($0.number) }.joined(separator: ", ")
        let named = numbers.map { "Rounds \($0)" } ?? "Round \(report.roundNumber)"
        let citation =
            "\(names.joined(separator: "; ")). \(report.study.title) [linked register data, pseudonymised]. Permit "
            + "\(report.study.permit). \(named), dataset of \(report.created.prefix(10)). Agreement "
            + "\(report.agreement.prefix(16))…"
        return Section(
            id: "limits", title: "How to cite, and limits",
            lines: [
                HTML.paragraph("Name the data so that others can find out what it is:"),
                HTML.element("p", [("class", "lead")], citation), HTML.element("h3", "Limits"), "<ul class=\"limits\">",
            ] + limitTexts.map { HTML.element("li", $0) } + ["</ul>"])
    }

    private var limitTexts: [String] {
        let pseudonyms =
            report.pseudonymsLast
            ? "Pseudonyms are of this study alone. Where persons.csv says that a pseudonym lasts, the person has it in "
                + "every dataset of the study; the others are of their round. Who has been assigned another identity "
                + "code has another pseudonym from then on."
            : "Pseudonyms are of this study and round alone: they cannot be joined to another dataset."
        return [
            "Rows are as their owners keep them: errors of the registers are errors of the dataset.",
            "Somebody whose identity code is missing or wrong in a register is not found by it there, and may be "
                + "missing from the dataset or from a table. The section on linkage quality tells how often; results "
                + "about groups who are missed more often may be biased.",
            pseudonyms,
            "The data remains personal data under the General Data Protection Regulation. Do not try to recognise "
                + "anybody, and check every result for disclosure before it leaves the secure environment.",
        ]
    }

    private func shown(_ value: Int?) -> String { value.map(HTML.number) ?? "–" }
}
