/// The counts of all tables of match rates side by side, with the sums that tie them to each other.
struct RateCells {
    /// Where a table's lines begin: people there, its parts behind.
    struct Place {
        let total: Int
        let sections: [[Int]]
    }

    /// A line as it is shown; parts are shares of the people.
    struct Line {
        let value: String?
        let people: ReportCount
        let parts: [ReportCount]
    }

    /// A table's lines as they are shown.
    struct Lines<Element> {
        let total: Element
        let sections: [[Element]]

        func map<Result>(_ transform: (Element) -> Result) -> Lines<Result> {
            Lines<Result>(total: transform(total), sections: sections.map { $0.map(transform) })
        }
    }

    private let gate: DisclosureGate
    private var cells: [ReportCount] = []
    private var sums: [[Int]] = []

    init(gate: DisclosureGate) { self.gate = gate }

    /// Adds a table, rounded and with small cells withheld.
    mutating func place(_ table: MatchTable) -> Place {
        let total = place(table.total)
        let sections = table.sections.map { section in section.map { place($0) } }
        for (lines, places) in zip(table.sections, sections) {
            // Only where everybody is in one line do the lines add up to the whole.
            guard !lines.isEmpty, lines.reduce(0, { $0 + $1.people }) == table.total.people else { continue }
            for column in 0...table.total.parts.count { sums.append(([total] + places).map { $0 + column }) }
        }
        return Place(total: total, sections: sections)
    }

    private mutating func place(_ line: MatchTable.Line) -> Int {
        let start = cells.count
        cells.append(gate.disclose(line.people))
        cells += line.parts.map { gate.disclose($0) }
        sums.append(Array(start..<cells.count))
        return start
    }

    /// Notes that two cells are the same number.
    mutating func relate(_ one: Int, _ other: Int) { sums.append([one, other]) }

    mutating func withholdComplements() { ComplementaryWithholding.apply(to: &cells, sums: sums) }

    /// A placed table as it is shown, its lines in the order of their values.
    func lines(_ table: MatchTable, _ place: Place) -> Lines<Line> {
        func line(_ value: String?, _ start: Int, _ partCount: Int) -> Line {
            let people = cells[start]
            return Line(
                value: value, people: people,
                parts: cells[(start + 1)..<(start + 1 + partCount)].map { $0.share(of: people) })
        }
        return Lines(
            total: line(nil, place.total, table.total.parts.count),
            sections: zip(table.sections, place.sections).map { lines, starts in
                zip(lines, starts).map { line($0.value, $1, $0.parts.count) }
            })
    }
}
