/// Which registers people are in together, as an UpSet plot: one column for each combination of registers, a bar for
/// its people, and dots for its registers.
struct OverlapPlot {
    struct Combination {
        /// Indexes of registers.
        let registers: [Int]
        let people: ReportCount
    }

    /// Columns that are drawn; the table has all.
    static let mostColumns = 24

    let names: [String]
    /// From many people to few.
    let combinations: [Combination]
    /// Whether a combination's people are in no other register; else they may be.
    let isExact: Bool

    /// What has been published of overlaps: by the coordinator, else by the match rates of released registers. Nil
    /// where nothing was.
    init?(_ report: DatasetReport) {
        let ids = report.registers.map(\.id)
        let told = report.overlaps.map { overlap in
            Combination(
                registers: overlap.registers.compactMap { ids.firstIndex(of: $0) },
                people: ReportCount(count: overlap.people))
        }
        isExact = !told.isEmpty
        var found = told
        if told.isEmpty, let quality = report.linkageQuality {
            for (index, register) in quality.registers.enumerated() {
                for overlap in register.released?.overlaps ?? [] {
                    guard let other = ids.firstIndex(of: overlap.register), other > index else { continue }
                    found.append(Combination(registers: [index, other], people: overlap.total.both))
                }
            }
        }
        guard !found.isEmpty else { return nil }
        names = ids
        combinations = found.enumerated().sorted { one, other in
            let counts = (one.element.people.count ?? -1, other.element.people.count ?? -1)
            return counts.0 == counts.1 ? one.offset < other.offset : counts.0 > counts.1
        }.map(\.element)
    }

    /// Those that are drawn.
    var shown: [Combination] { Array(combinations.prefix(Self.mostColumns)) }

    var title: String {
        isExact ? "People by the registers they are in" : "People who are in both of two registers"
    }

    var explanation: String {
        isExact
            ? "Each column is a combination of registers: everybody counted there is in these and in no other."
            : "Each column is a pair of released registers: everybody counted there is in both, and maybe in others. "
                + "Only people of cohorts that both registers are released for are counted."
    }

    var drawing: SVG {
        let used = names.indices.filter { register in combinations.contains { $0.registers.contains(register) } }
        let left = 210
        let step = 28
        let plotHeight = 170
        let width = max(640, left + shown.count * step + 20)
        let dotsTop = plotHeight + 44
        let most = max(1, shown.compactMap(\.people.count).max() ?? 1)
        var svg = SVG(
            width: width, height: dotsTop + used.count * 24 + 8, title: title,
            description: explanation
                + " The \(shown.count) largest of \(combinations.count) combinations are drawn, the "
                + "largest has \(HTML.number(most)) people. The table below has all.")
        let top = Self.roundUp(most)
        for part in 0...4 {
            let y = 24 + plotHeight - plotHeight * part / 4
            svg.line([(left, y), (width - 10, y)], "axis")
            if top.multipliedReportingOverflow(by: part).overflow == false {
                svg.text(HTML.number(top * part / 4), x: left - 8, y: y + 4, "small end")
            }
        }
        for (row, register) in used.enumerated() {
            let y = dotsTop + row * 24 + 12
            if row.isMultiple(of: 2) {
                svg.rectangle(x: 0, y: y - 12, width: width - 10, height: 24, "box")
            }
            svg.text(SVG.fitted(names[register], width: left - 24), x: left - 14, y: y + 4, "end")
        }
        for (column, combination) in shown.enumerated() {
            let x = left + column * step + step / 2
            if let people = combination.people.count {
                let height = Int((Double(people) / Double(top) * Double(plotHeight)).rounded())
                svg.rectangle(x: x - 9, y: 24 + plotHeight - height, width: 18, height: height, "bar")
            } else {
                svg.rectangle(x: x - 9, y: 24 + plotHeight - 16, width: 18, height: 16, "hidden")
            }
            let rows = used.enumerated().filter { combination.registers.contains($0.element) }.map(\.offset)
            for row in used.indices where !rows.contains(row) {
                svg.circle(x: x, y: dotsTop + row * 24 + 12, radius: 4, "off")
            }
            if let first = rows.first, let last = rows.last, first < last {
                svg.rectangle(x: x - 2, y: dotsTop + first * 24 + 12, width: 4, height: (last - first) * 24, "bar")
            }
            for row in rows { svg.circle(x: x, y: dotsTop + row * 24 + 12, radius: 6, "bar") }
        }
        return svg
    }

    var table: NamedTable {
        NamedTable.numbers(
            title, [isExact ? "In exactly these registers" : "In both of", "People"],
            combinations.map { combination in
                [
                    combination.registers.map { names[$0] }.joined(separator: ", "),
                    combination.people.pageText,
                ]
            }, note: isExact ? "A combination that is not listed has nobody, or is withheld." : nil)
    }

    /// The next number of one or two digits and zeros that four steps divide well.
    static func roundUp(_ value: Int) -> Int {
        var unit = 1
        while unit <= value / 40, unit < Int.max / 400 { unit *= 10 }
        for factor in [4, 8, 12, 16, 20, 24, 28, 32, 36, 40] where factor * unit >= value { return factor * unit }
        return value
    }
}

extension ReportCount {
    /// As the page shows it: thousands set apart, shares in percent.
    var pageText: String {
        guard let count else { return text }
        return HTML.number(count) + (percent.map { " (\($0) %)" } ?? "")
    }
}
