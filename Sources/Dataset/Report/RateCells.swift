/// The counts of all tables of match rates side by side, with what ties them to each other.
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

    private var cells: ReportCells

    init(gate: DisclosureGate) { cells = ReportCells(gate: gate) }

    /// Adds a table.
    ///
    /// - Parameter isKnown: whether the people of the whole are told elsewhere in the report.
    mutating func place(_ table: MatchTable, isKnown: Bool = false) -> Place {
        let total = place(table.total, rank: 1, isKnown: isKnown)
        let sections = table.sections.map { section in section.map { place($0, rank: 0) } }
        for (lines, places) in zip(table.sections, sections) where !lines.isEmpty {
            // Who is in several lines is counted in each of them, and in the whole once.
            for column in 0...table.total.parts.count {
                for line in places { cells.relate(line + column, within: total + column) }
                cells.relate(places.map { $0 + column }, cover: total + column)
            }
        }
        return Place(total: total, sections: sections)
    }

    private mutating func place(_ line: MatchTable.Line, rank: Int, isKnown: Bool = false) -> Int {
        let start = cells.place(line.people, isKnown ? .known : .told, rank: rank + 1)
        let parts = line.parts.map { cells.place($0, rank: rank) }
        cells.relate(parts, equals: [start])
        return start
    }

    /// Notes that two cells are the same number.
    mutating func relate(_ one: Int, _ other: Int) { cells.relate([one], equals: [other]) }

    /// Notes that everybody counted in one cell is counted in another.
    mutating func relate(_ part: Int, within whole: Int) { cells.relate(part, within: whole) }

    mutating func decide() { cells.decide() }

    /// A placed table as it is shown, its lines in the order of their values.
    func lines(_ table: MatchTable, _ place: Place) -> Lines<Line> {
        func line(_ value: String?, _ start: Int, _ partCount: Int) -> Line {
            let people = cells.shown(start)
            return Line(
                value: value, people: people,
                parts: (start + 1..<start + 1 + partCount).map { cells.shown($0).share(of: people) })
        }
        return Lines(
            total: line(nil, place.total, table.total.parts.count),
            sections: zip(table.sections, place.sections).map { lines, starts in
                zip(lines, starts).map { line($0.value, $1, $0.parts.count) }
            })
    }
}
