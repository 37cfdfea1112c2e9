/// How rows and people got from the registers into the dataset, as STROBE and RECORD ask it to be told.
enum FlowDiagram {
    private static let rowHeight = 84
    private static let boxHeight = 66

    /// Left what each register declared, in the middle what was matched, right what was released, below the dataset
    /// with its cohorts.
    static func drawing(_ report: DatasetReport) -> SVG {
        let released = report.registers.filter { $0.peopleReleased != nil }
        let top = 34
        let bottom = top + report.registers.count * rowHeight
        let cohortRows = (report.cohorts.count + 2) / 3
        let height = bottom + 96 + cohortRows * 62 + 10
        var svg = SVG(
            width: 900, height: height, title: "Flow of people and rows",
            description:
                "For each register the people and rows its owner declared, the records refused, the people matched "
                + "and the people and rows released; all released people together are the dataset, "
                + "\(HTML.number(report.people)) "
                + "people, in \(report.cohorts.count) cohorts. The table below has the same numbers.")
        for (x, head) in [(0, "Register, as its owner declared it"), (380, "Matched"), (610, "Released")] {
            svg.text(head, x: x, y: 18, "small strong")
        }
        for (index, register) in report.registers.enumerated() {
            let y = top + index * rowHeight
            let middle = y + boxHeight / 2
            svg.rectangle(x: 0, y: y, width: 330, height: boxHeight, "box", radius: 3)
            svg.text(SVG.fitted(register.title, width: 312), x: 10, y: y + 21, "strong")
            svg.text(SVG.fitted(declared(register, report), width: 312, size: 12), x: 10, y: y + 39, "small")
            svg.text(SVG.fitted(refused(register, report), width: 312, size: 12), x: 10, y: y + 56, "small")
            svg.arrow([(330, middle), (380, middle)])
            svg.rectangle(x: 380, y: y, width: 180, height: boxHeight, "box", radius: 3)
            svg.text(
                register.round.map { HTML.number($0.peopleMatched) + " people" }
                    ?? (report.rounds == nil ? "not told" : "in each round"), x: 390, y: y + 28,
                "strong")
            if let round = register.round {
                svg.text(
                    round.dummiesDropped == 0 ? "no dummies" : "\(HTML.number(round.dummiesDropped)) dummies dropped",
                    x: 390,
                    y: y + 48, "small")
            }
            guard let people = register.peopleReleased else {
                svg.text("defines cohorts only;", x: 610, y: middle - 3, "small")
                svg.text("no rows are released", x: 610, y: middle + 14, "small")
                continue
            }
            svg.arrow([(560, middle), (610, middle)])
            svg.rectangle(x: 610, y: y, width: 230, height: boxHeight, "box", radius: 3)
            svg.text(HTML.number(people) + " people", x: 620, y: y + 28, "strong")
            svg.text(register.rowsReleased.map { HTML.number($0) + " rows" } ?? "", x: 620, y: y + 48, "small")
            svg.line([(840, middle), (870, middle)], "arrow")
        }
        if let first = report.registers.firstIndex(where: { $0.peopleReleased != nil }), !released.isEmpty {
            svg.arrow(
                [
                    (870, top + first * rowHeight + boxHeight / 2), (870, bottom + 10), (450, bottom + 10),
                    (450, bottom + 24),
                ], down: true)
        }
        svg.rectangle(x: 250, y: bottom + 24, width: 400, height: 48, "main", radius: 3)
        svg.text("Dataset: \(HTML.number(report.people)) people", x: 450, y: bottom + 53, "on mid strong")
        for (index, cohort) in report.cohorts.enumerated() {
            let inRow = min(3, report.cohorts.count - index / 3 * 3)
            let left = (900 - inRow * 300) / 2 + index % 3 * 300
            let y = bottom + 96 + index / 3 * 62
            if index / 3 == 0 {
                svg.arrow(
                    [(450, bottom + 72), (450, bottom + 84), (left + 150, bottom + 84), (left + 150, y)], down: true)
            }
            svg.rectangle(x: left + 10, y: y, width: 280, height: 50, "box", radius: 3)
            svg.text(SVG.fitted(cohort.title, width: 262), x: left + 150, y: y + 21, "mid strong")
            svg.text(HTML.number(cohort.people) + " people", x: left + 150, y: y + 39, "mid small")
        }
        return svg
    }

    private static func declared(_ register: DatasetReport.Register, _ report: DatasetReport) -> String {
        if let rounds = report.rounds {
            let numbers = rounds.filter { $0.registers.contains(register.id) }.map { String($0.number) }
            return "round\(numbers.count == 1 ? "" : "s") \(numbers.joined(separator: ", "))"
        }
        guard let round = register.round else { return "nothing declared" }
        let people = HTML.number(round.peopleDeclared) + (round.declaredIsPadded ? " people with dummies" : " people")
        return round.rowsDeclared.map { "\(people), \(HTML.number($0)) rows read" } ?? people
    }

    private static func refused(_ register: DatasetReport.Register, _ report: DatasetReport) -> String {
        if report.rounds != nil { return "the rounds' own reports tell more" }
        guard let refusals = register.round?.refused, !refusals.isEmpty else { return "no records refused" }
        let known = refusals.compactMap(\.records).reduce(0) { $0.addingReportingOverflow($1).partialValue }
        let hasWithheld = refusals.contains { $0.records == nil }
        if hasWithheld {
            return known == 0 ? "records refused: withheld" : "\(HTML.number(known)) records refused, more withheld"
        }
        return "\(HTML.number(known)) records refused"
    }
}
