internal import PSIProtocol
internal import Values

/// Exact counts of a table of match rates: a line for everybody, and one for each year and group. Never shown as it is.
struct MatchTable: Equatable {
    /// People, and the parts that they fall into, one part each.
    struct Line: Equatable {
        var value: String
        var people = 0
        var parts: [Int]

        init(_ value: String, partCount: Int) {
            self.value = value
            parts = [Int](repeating: 0, count: partCount)
        }

        fileprivate mutating func count(_ part: Int) {
            people += 1
            parts[part] += 1
        }
    }

    private(set) var total: Line
    /// For each kind of value, such as years, its lines.
    private(set) var sections: [[Line]]

    init(partCount: Int, values: [[String]]) {
        total = Line("", partCount: partCount)
        sections = values.map { $0.map { Line($0, partCount: partCount) } }
    }

    /// Counts a person once in the whole and once in each line.
    ///
    /// - Parameter lines: for each section, indexes of lines.
    mutating func count(_ part: Int, lines: [Set<Int>]) {
        total.count(part)
        for (section, indexes) in lines.enumerated() {
            for index in indexes { sections[section][index].count(part) }
        }
    }
}

/// Match rates of one released register, as exact counts.
struct RegisterMatches {
    /// By what first joined the record to another, in the order of `linkNames`; the last part stands alone. Sections:
    /// years, groups.
    var links: MatchTable
    /// By whether there is a record in another released register, by its index in the layout, too: those who have one,
    /// those who have none. Only people of cohorts that the other one is released for count. Section: groups.
    var overlaps: [(other: Int, table: MatchTable)]
}

/// Counts match rates over a finished store, in memory that depends on the agreement only: not in SQLite, whose
/// grouping keeps every person's values in memory, and which doesn't know what disclosure control makes of a value.
struct MatchCounter {
    /// For rows without a value, and for values that found no place.
    static let none = "(none)"
    static let other = "other"
    /// Values among which those of most people are found; what comes later is `other`.
    static let mostCandidates = 4_096

    let store: WorkingStore
    let plan: ReleasePlan
    var mostYears = SourceSurvey.mostYears
    var mostGroups = SourceSurvey.mostGroups

    func count(registerAt index: Int) throws(DatasetError) -> RegisterMatches {
        let layout = store.layout
        let register = layout.registers[index]
        let quality = store.agreement.registers[register.declaredIndex].quality
        // Columns in the order of the sections; a section without a column stays empty.
        let named = [quality.year, quality.group].map { name in register.columns.firstIndex { $0.name == name } }
        let columns = named.compactMap { $0 }
        let label = { (column: Int, value: FieldValue) in
            Self.label(plan.prepared(value, registerAt: index, columnAt: column), isYear: column == named[0])
        }
        let places = [0, named[0] == nil ? 0 : 1]

        var candidates = [[String: Int]](repeating: [:], count: columns.count)
        if !columns.isEmpty {
            try store.forEachLink(inRegisterAt: index, columns: columns, label: label) { person in
                guard !plan.leavesOut(person.person) else { return }
                for (place, values) in person.values.enumerated() {
                    // Sorted, so that what finds no place doesn't depend on the order of a set.
                    for value in values.sorted() {
                        guard candidates[place].count < Self.mostCandidates || candidates[place][value] != nil else {
                            continue
                        }
                        candidates[place][value, default: 0] += 1
                    }
                }
            }
        }
        let kept = named.indices.map { section -> [String] in
            guard named[section] != nil else { return [] }
            return Self.lines(of: candidates[places[section]], most: section == 0 ? mostYears : mostGroups)
        }
        let indexes = kept.map { values in
            Dictionary(values.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        }

        var links = MatchTable(partCount: layout.linkNames.count + 1, values: kept)
        let others = layout.registers.indices.filter { $0 != index }
        var overlaps = others.map { (other: $0, table: MatchTable(partCount: 2, values: [kept[1]])) }
        try store.forEachLink(inRegisterAt: index, columns: columns, label: label) { person in
            guard !plan.leavesOut(person.person) else { return }
            let lines = named.indices.map { section -> Set<Int> in
                guard named[section] != nil else { return [] }
                let rest = indexes[section][Self.other]
                return Set(person.values[places[section]].compactMap { indexes[section][$0] ?? rest })
            }
            links.count(person.link ?? layout.linkNames.count, lines: lines)
            for place in overlaps.indices {
                let other = overlaps[place].other
                guard person.cohorts & layout.registers[other].cohortMask != 0 else { continue }
                overlaps[place].table.count(person.isIn[other] ? 0 : 1, lines: [lines[1]])
            }
        }
        return RegisterMatches(links: links, overlaps: overlaps)
    }

    /// The values that get a line, those of most people if there are too many; `other` and `(none)` last if needed.
    private static func lines(of candidates: [String: Int], most: Int) -> [String] {
        let values = candidates.filter { $0.key != none && $0.key != other }
            .sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
        let needsOther = values.count > most || candidates[other] != nil || candidates.count >= mostCandidates
        let kept = values.prefix(most).map(\.key).sorted(by: isBefore)
        return kept + (needsOther ? [other] : []) + (candidates[none] == nil ? [] : [none])
    }

    /// Years by number, other values by their text.
    private static func isBefore(_ left: String, _ right: String) -> Bool {
        if let left = Int(left), let right = Int(right), left != right { return left < right }
        return left < right
    }

    /// A disclosed value as a line of a report: a year of a date, anything else as it is written, `other` if that is
    /// long or no text.
    private static func label(_ value: FieldValue, isYear: Bool) -> String {
        let text =
            switch value {
            case .null: none
            case .integer(let number): String(number)
            case .decimal(let decimal): decimal.digits
            case .date(let date): isYear ? String(date.year) : date.description
            case .boolean(let flag): flag ? "true" : "false"
            case .code(let text), .text(let text): text.isEmpty ? none : text
            // No agreement reports quality by people.
            case .person: other
            }
        guard text.utf8.count <= SourceSurvey.mostValueByteCount,
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { return other }
        return text
    }
}
