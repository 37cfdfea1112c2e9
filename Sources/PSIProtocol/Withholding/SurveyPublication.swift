public import Agreement

extension SourceSurvey {
    /// The same with every count but those of people and rows as the agreement lets counts be told: rounded, small ones
    /// withheld, and with them what would betray them. [P-48]
    public func published(under agreement: Agreement) -> SourceSurvey {
        let publish = CountPublication(agreement: agreement)
        var survey = self
        survey.years = Self.withoutRare(years, agreement.smallestCell)
        survey.groups = Self.withoutRare(groups, agreement.smallestCell)
        let numbers = SurveyNumbers(survey)
        let plan = WithholdingPlan(numbers.system, smallestCell: agreement.smallestCell)
        func told(_ cell: Int) -> Int {
            plan.isWithheld[cell] ? Self.withheld : publish.rounded(numbers.system.cells[cell].count)
        }
        func codes(_ line: [Int]) -> CodeCounts {
            var counts = CodeCounts()
            counts.official = told(line[0])
            counts.temporary = told(line[1])
            counts.missing = told(line[2])
            counts.invalid = told(line[3])
            counts.repaired = told(line[4])
            return counts
        }
        survey.codes = codes(numbers.codes)
        for (index, line) in numbers.years.enumerated() { survey.years[index].codes = codes(line) }
        for (index, line) in numbers.groups.enumerated() { survey.groups[index].codes = codes(line) }
        for (index, key) in numbers.keys.enumerated() {
            survey.keys[index].present = told(key.present)
            survey.keys[index].shared = told(key.shared)
        }
        survey.history.codes = told(numbers.history[0])
        survey.history.people = told(numbers.history[1])
        survey.history.conflicts = told(numbers.history[2])
        survey.history.cycles = told(numbers.history[3])
        for (reason, cell) in numbers.refused { survey.refused[reason] = told(cell) }
        return survey
    }

    /// A value that few rows have is not told at all: it counts as `other`.
    private static func withoutRare(_ parts: [Breakdown], _ smallestCell: Int) -> [Breakdown] {
        let isRare = { (part: Breakdown) in !part.value.isEmpty && part.codes.rows < smallestCell }
        guard parts.contains(where: isRare) else { return parts }
        var other = CodeCounts()
        for part in parts where isRare(part) || part.value == Self.other { other.add(part.codes) }
        let shown = parts.filter { !isRare($0) && $0.value != Self.other && !$0.value.isEmpty }
        return shown + [Breakdown(value: Self.other, codes: other)] + parts.filter(\.value.isEmpty)
    }
}

/// All numbers of a survey as one system, with those of people and rows, which are told exactly.
private struct SurveyNumbers {
    private(set) var system = CountSystem()
    /// Official, temporary, missing, invalid, repaired.
    private(set) var codes: [Int] = []
    private(set) var years: [[Int]] = []
    private(set) var groups: [[Int]] = []
    private(set) var keys: [(present: Int, shared: Int)] = []
    /// Codes, people, conflicts, cycles.
    private(set) var history: [Int] = []
    private(set) var refused: [(reason: String, cell: Int)] = []

    init(_ survey: SourceSurvey) {
        let rows = system.add(survey.rowsRead, .known)
        let people = system.add(survey.people, .known)
        codes = line(survey.codes, rank: 1)
        system.relate(Array(codes[..<4]), within: rows)
        years = survey.years.map { line($0.codes, rank: 0) }
        groups = survey.groups.map { line($0.codes, rank: 0) }
        for section in [years, groups] where !section.isEmpty {
            for column in 0..<5 { system.relate(section.map { $0[column] }, equals: [codes[column]]) }
        }
        keys = survey.keys.map { key in
            let present = system.add(key.present)
            let shared = system.add(key.shared)
            // So few people without a value could be counted by the others.
            system.relate([present], within: people, protectsRest: true)
            system.relate([shared], within: present)
            return (present, shared)
        }
        let counts = survey.history
        history = [counts.codes, counts.people, counts.conflicts, counts.cycles].map { system.add($0) }
        system.relate([history[1]], within: people)
        refused = survey.refused.keys.sorted().map { ($0, system.add(survey.refused[$0] ?? 0)) }
        let missing = refused.filter { $0.reason == "missing" }.map(\.cell)
        let others = refused.filter { $0.reason != "missing" }.map(\.cell)
        if !refused.isEmpty {
            system.relate(
                refused.map(\.cell), within: system.add(survey.rowsRead - survey.rowsKept, .known))
        }
        // Where a row is refused for its code and for nothing else, the same rows are counted twice.
        if !missing.isEmpty { system.relate(missing, equals: [codes[2]]) }
        if !others.isEmpty { system.relate(others, equals: [codes[3]]) }
    }

    private mutating func line(_ codes: SourceSurvey.CodeCounts, rank: Int) -> [Int] {
        let cells = [codes.official, codes.temporary, codes.missing, codes.invalid, codes.repaired]
            .map { system.add($0, rank: rank) }
        let unrepaired = codes.official + codes.temporary - codes.repaired
        if unrepaired >= 0 {
            system.relate([cells[4], system.add(unrepaired, .untold)], equals: [cells[0], cells[1]])
        }
        return cells
    }
}
