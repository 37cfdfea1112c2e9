internal import Agreement
internal import Foundation
internal import PSIProtocol
internal import Values

/// What the parties would have said of a round of made-up people: counts of these, told as the agreement lets counts be
/// told.
struct ExampleReport {
    /// Seconds from the day's beginning until the dataset is written.
    static let created: TimeInterval = 7_200
    private static let received: TimeInterval = 3_600
    /// Of a hundred rows of a register, how many are said to lack a code.
    private static let missingPercent = 2

    private let agreement: Agreement
    private let layout: DatasetLayout
    private let publication: CountPublication
    /// By set of registers, who is in exactly these.
    private var sets: [UInt32: Int] = [:]
    /// By register.
    private var people: [Int]
    private var rows: [Int]
    /// By register and link, records.
    private var linked: [[Int]]
    private var years: [[String: Int]]
    private var groups: [[String: Int]]
    private var opened: [RegisterID: WorkingStore.Opened] = [:]

    init(_ agreement: Agreement, _ layout: DatasetLayout) {
        self.agreement = agreement
        self.layout = layout
        publication = CountPublication(agreement: agreement)
        let none = agreement.registers.map { _ in 0 }
        (people, rows) = (none, none)
        linked = agreement.registers.map { _ in layout.linkNames.map { _ in 0 } }
        years = agreement.registers.map { _ in [:] }
        groups = years
    }

    mutating func note(person registers: UInt32) { sets[registers, default: 0] += 1 }

    mutating func note(register index: Int, link: Int?, people registers: UInt32) {
        people[index] += 1
        if let link { linked[index][link] += 1 }
        // Of a register that is not released for anybody, every person is said to have a row.
        if !layout.registers.contains(where: { $0.declaredIndex == index }) { rows[index] += 1 }
    }

    mutating func note(rows new: [[FieldValue]], of register: DatasetLayout.Register) {
        let index = register.declaredIndex
        rows[index] += new.count
        let quality = agreement.registers[index].quality
        for row in new {
            if let year = register.columns.firstIndex(where: { $0.name == quality.year }) {
                years[index][Self.year(row[year]), default: 0] += 1
            }
            if let group = register.columns.firstIndex(where: { $0.name == quality.group }) {
                groups[index][row[group].plainText, default: 0] += 1
            }
        }
    }

    mutating func noteOpened(_ opened: [RegisterID: WorkingStore.Opened]) { self.opened = opened }

    private static func year(_ value: FieldValue) -> String {
        if case .date(let date) = value { String(date.year) } else { value.plainText }
    }

    /// Midnight in UTC of the first day on which a round may be opened.
    var firstDay: Date {
        (try? Date("\(agreement.validFrom)T00:00:00Z", strategy: .iso8601)) ?? Date(timeIntervalSince1970: 0)
    }

    func report(toolVersion: String) -> RoundReport {
        var surveys: [RegisterID: SourceSurvey] = [:]
        for (index, register) in agreement.registers.enumerated() {
            surveys[register.id] = survey(index).published(under: agreement)
        }
        let registers = agreement.registers.map { register in
            let survey = surveys[register.id]
            return RoundReport.Register(
                id: register.id, peopleDeclared: survey?.people ?? 0, declaredIsPadded: false,
                rowsDeclared: survey?.rowsRead,
                refused: (survey?.refused ?? [:]).filter { $0.value != 0 }.sorted { $0.key < $1.key }
                    .map { .init(reason: $0.key, records: $0.value == SourceSurvey.withheld ? nil : $0.value) },
                peopleMatched: opened[register.id]?.people ?? 0, dummiesDropped: 0)
        }
        let overlaps = sets.keys.sorted().compactMap { set -> RoundReport.Overlap? in
            guard let people = publication.count(sets[set] ?? 0) else { return nil }
            let inside = agreement.registers.indices.filter { set >> UInt32($0) & 1 == 1 }
            return RoundReport.Overlap(registers: inside.map { agreement.registers[$0].id }, people: people)
        }
        let day = firstDay
        return RoundReport(
            roundNumber: 0, signers: agreement.participants.map { .init(id: $0.id, name: $0.name) },
            registers: registers, overlaps: overlaps, quality: RoundQuality(surveys: surveys, linkage: linkage),
            openedAt: day, deadline: day.addingTimeInterval(TimeInterval(agreement.deadlineMinutes) * 60),
            receivedAt: day.addingTimeInterval(Self.received), toolVersion: toolVersion)
    }

    /// As an owner counts its register, exactly.
    private func survey(_ index: Int) -> SourceSurvey {
        let missing = rows[index] * Self.missingPercent / 100
        var survey = SourceSurvey(
            people: people[index], rowsRead: rows[index] + missing, rowsKept: rows[index],
            refused: missing > 0 ? ["missing": missing] : [:])
        survey.codes.official = rows[index]
        survey.codes.missing = missing
        if agreement.matchKeys != [.identityCode] {
            survey.keys = agreement.matchKeys.map { _ in
                var key = SourceSurvey.KeyCounts()
                key.present = people[index]
                return key
            }
        }
        survey.years = Self.breakdown(years[index], most: SourceSurvey.mostYears, sortedBy: { $0.key < $1.key })
        survey.groups = Self.breakdown(
            groups[index], most: SourceSurvey.mostGroups,
            sortedBy: { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key })
        // Rows without a code are said to have neither year nor group.
        for section in [\SourceSurvey.years, \.groups] where missing > 0 && !survey[keyPath: section].isEmpty {
            if survey[keyPath: section].last?.value != "" {
                survey[keyPath: section].append(.init(value: "", codes: .init()))
            }
            survey[keyPath: section][survey[keyPath: section].count - 1].codes.missing = missing
        }
        return survey
    }

    /// Rows by value; those beyond the most that are told apart as `other`, those without a value last.
    private static func breakdown(
        _ counts: [String: Int], most: Int,
        sortedBy order: ((key: String, value: Int), (key: String, value: Int)) -> Bool
    ) -> [SourceSurvey.Breakdown] {
        let line = { (value: String, count: Int) in
            var codes = SourceSurvey.CodeCounts()
            codes.official = count
            return SourceSurvey.Breakdown(value: value, codes: codes)
        }
        let told = counts.filter { !$0.key.isEmpty && $0.key.utf8.count <= SourceSurvey.mostValueByteCount }
            .sorted(by: order)
        let rest = counts.values.reduce(0, +) - (counts[""] ?? 0) - told.prefix(most).reduce(0) { $0 + $1.value }
        return told.prefix(most).map { line($0.key, $0.value) }
            + (rest > 0 ? [line(SourceSurvey.other, rest)] : []) + (counts[""].map { [line("", $0)] } ?? [])
    }

    private var linkage: PublishedLinkage? {
        guard agreement.linksInSeveralWays else { return nil }
        return PublishedLinkage(
            conflicts: layout.linkNames.map { _ in 0 }, historyConflicts: 0,
            linked: linked.map { $0.map { publication.count($0) ?? PublishedLinkage.withheld } })
    }
}
