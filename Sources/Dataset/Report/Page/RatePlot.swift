/// For each year, the share of a register's released people who were joined to a record of another register.
enum RatePlot {
    /// Nil where the register tells of no year.
    static func drawing(_ rates: MatchRates, register: String) -> SVG? {
        guard !rates.years.isEmpty else { return nil }
        let left = 52
        let step = 40
        let plotHeight = 130
        let width = max(640, left + rates.years.count * step + 16)
        var svg = SVG(
            width: width, height: plotHeight + 62, title: "Linked people of \(register) by year",
            description:
                "One bar a year: the share of people linked to another register, in percent, from 0 to 100. A dashed "
                + "box is a year whose numbers are withheld. The table below has the numbers.")
        for part in 0...4 {
            let y = 20 + plotHeight - plotHeight * part / 4
            svg.line([(left, y), (width - 8, y)], "axis")
            svg.text("\(part * 25) %", x: left - 8, y: y + 4, "small end")
        }
        for (index, year) in rates.years.enumerated() {
            let x = left + index * step + step / 2
            let base = 20 + plotHeight
            if let percent = linked(year) {
                let height = plotHeight * percent / 100
                svg.rectangle(x: x - 13, y: base - height, width: 26, height: height, "bar")
                svg.text(String(percent), x: x, y: base - height - 5, "small mid")
            } else {
                svg.rectangle(x: x - 13, y: base - 22, width: 26, height: 22, "hidden")
            }
            svg.text(
                SVG.fitted(year.value == MatchCounter.none ? "none" : year.value ?? "", width: step, size: 12), x: x,
                y: base + 18, "small mid")
        }
        svg.text("Year", x: left, y: plotHeight + 56, "small")
        return svg
    }

    /// Made of shown numbers only: the whole less those who stand alone.
    static func linked(_ line: MatchRates.LinkLine) -> Int? {
        guard let people = line.people.count, people > 0, let alone = line.alone.count, alone <= people else {
            return nil
        }
        return Int((Double(people - alone) / Double(people) * 100).rounded())
    }
}
