import PSIProtocol
import Testing

@testable import Agreement
@testable import Dataset

@Suite struct MatchRateTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    private func gate(_ store: WorkingStore) -> DisclosureGate {
        DisclosureGate(agreement: store.agreement, layout: store.layout)
    }

    private func lines(_ section: [MatchTable.Line]) -> [String: [Int]] {
        Dictionary(section.map { ($0.value, [$0.people] + $0.parts) }, uniquingKeysWith: { first, _ in first })
    }

    @Test func countsAreThoseOfAHandCount() throws {
        let store = try LinkedStudy.store(in: directory)
        let counter = MatchCounter(store: store, plan: try ReleasePlan(store))
        let visits = try counter.count(registerAt: 0)
        // People; identity_code, names, tolerant, alone.
        #expect([visits.links.total.people] + visits.links.total.parts == [6, 2, 1, 1, 2])
        #expect(visits.links.sections.map { $0.map(\.value) } == [["2019", "2020", "(none)"], ["a", "b", "(none)"]])
        #expect(
            lines(visits.links.sections[0]) == [
                "2019": [4, 2, 0, 0, 2], "2020": [3, 1, 1, 1, 0], "(none)": [1, 0, 0, 1, 0],
            ])
        #expect(
            lines(visits.links.sections[1]) == [
                "a": [3, 2, 0, 0, 1], "b": [2, 0, 1, 1, 0], "(none)": [1, 0, 0, 0, 1],
            ])
        // People whom benefits could have, too: there, not there.
        #expect(visits.overlaps.map(\.other) == [1])
        #expect([visits.overlaps[0].table.total.people] + visits.overlaps[0].table.total.parts == [5, 2, 3])
        #expect(
            lines(visits.overlaps[0].table.sections[0]) == ["a": [3, 1, 2], "b": [2, 1, 1], "(none)": [0, 0, 0]])
        let benefits = try counter.count(registerAt: 1)
        #expect([benefits.links.total.people] + benefits.links.total.parts == [3, 1, 1, 0, 1])
        #expect(benefits.links.sections == [[], []])
        #expect([benefits.overlaps[0].table.total.people] + benefits.overlaps[0].table.total.parts == [2, 2, 0])
    }

    @Test func integersAreYearsAndTruthIsAGroup() throws {
        var agreement = try LinkedStudy.agreement()
        agreement.registers[2].columns = [
            ColumnDeclaration(name: "tax_year", type: .integer, nullable: true, title: "Year"),
            ColumnDeclaration(name: "married", type: .boolean, nullable: true, title: "Married"),
        ]
        agreement.registers[2].quality = QualityColumns(year: "tax_year", group: "married")
        let store = try LinkedStudy.open(in: directory, agreement: agreement)
        try LinkedStudy.fill(
            store,
            [
                .init(
                    person: 1, cohorts: 4, register: "benefits", link: 0,
                    rows: [[.integer(999), .boolean(true)], [.integer(2_001), .boolean(true)]]),
                .init(person: 2, cohorts: 4, register: "benefits", link: nil, rows: [[.null, .boolean(false)]]),
                // Released without rows: of no year and no group.
                .init(person: 3, cohorts: 4, register: "benefits", link: nil, rows: []),
            ])
        try store.finish()
        let matches = try MatchCounter(store: store, plan: try ReleasePlan(store)).count(registerAt: 1)
        #expect(matches.links.total.people == 3)
        #expect(matches.links.sections.map { $0.map(\.value) } == [["999", "2001", "(none)"], ["false", "true"]])
        #expect(matches.links.sections.map { $0.map(\.people) } == [[1, 1, 1], [1, 1]])
    }

    @Test func whatFindsNoPlaceIsOther() throws {
        var entries = try LinkedStudy.entries()
        let fifth = try SampleStudy.required(entries.firstIndex { $0.person == 5 })
        entries[fifth].rows = [
            [.null, .code(String(repeating: "x", count: 65))], [.null, .code("a")], [.null, .code("bell\u{7}")],
        ]
        let store = try LinkedStudy.open(in: directory)
        try LinkedStudy.fill(store, entries)
        try store.finish()
        var counter = MatchCounter(store: store, plan: try ReleasePlan(store), mostYears: 0, mostGroups: 24)
        var matches = try counter.count(registerAt: 0)
        // Person 1 has two years without a place, and counts once.
        #expect(lines(matches.links.sections[0]) == ["other": [5, 2, 1, 1, 1], "(none)": [2, 0, 0, 1, 1]])
        #expect(lines(matches.links.sections[1])["other"] == [1, 0, 0, 0, 1])
        counter.mostGroups = 1
        matches = try counter.count(registerAt: 0)
        #expect(matches.links.sections[1].map(\.value) == ["a", "other", "(none)"])
        #expect(matches.links.sections[1].map(\.people) == [3, 3, 1])
    }

    @Test func smallCellsAndWhatWouldBetrayThemAreWithheld() throws {
        let store = try LinkedStudy.store(in: directory, agreement: try LinkedStudy.agreement(smallestCell: 2))
        let counter = MatchCounter(store: store, plan: try ReleasePlan(store))
        let matches = try [0, 1].map { try counter.count(registerAt: $0) }
        let rates = MatchRates.published(matches, layout: store.layout, gate: gate(store))
        // How many people are released from the register is told anyway; the 1 and 1 under it are not, nor what would
        // tell them.
        let line = rates[0].total
        #expect(line.people.text == "6")
        #expect(line.links.map(\.people.text)[1...] == ["withheld", "withheld"])
        #expect([line.links[0].people, line.alone].contains { $0.text == "withheld" })
        for (section, told) in zip(matches[0].links.sections, [rates[0].years, rates[0].groups]) {
            for (exact, shown) in zip(section, told) {
                let counts = [exact.people] + exact.parts
                let texts = ([shown.people] + shown.links.map(\.people) + [shown.alone]).map(\.count)
                #expect(zip(counts, texts).allSatisfy { $0 != 1 || $1 == nil })
                // Of numbers and their sum, one alone is never missing.
                #expect(texts.count { $0 == nil } != 1)
            }
        }
    }

    @Test func countsAreRounded() throws {
        let agreement = try LinkedStudy.agreement(smallestCell: 3, countRounding: 5)
        let store = try LinkedStudy.store(in: directory, agreement: agreement)
        var links = MatchTable(partCount: 4, values: [[], []])
        for part in 0..<4 { for _ in 0..<(8 * part) { links.count(part, lines: [[], []]) } }
        let matches = [0, 1].map { _ in RegisterMatches(links: links, overlaps: []) }
        let rates = MatchRates.published(matches, layout: store.layout, gate: gate(store))
        #expect(rates[0].total.people.count == 50)
        #expect(rates[0].total.links.map(\.people.count) == [0, 10, 15])
        #expect(rates[0].total.links.map(\.people.percent) == [0, 20, 30])
        #expect(rates[0].total.alone.text == "25 (50 %)")
    }

    @Test func theSamePeopleAreWithheldFromBothSides() throws {
        let store = try LinkedStudy.store(in: directory, agreement: try LinkedStudy.agreement(smallestCell: 5))
        func overlap(_ both: Int, _ missing: Int) -> MatchTable {
            var table = MatchTable(partCount: 2, values: [[]])
            for part in 0..<2 { for _ in 0..<[both, missing][part] { table.count(part, lines: [[]]) } }
            return table
        }
        let links = MatchTable(partCount: 4, values: [[], []])
        let rates = MatchRates.published(
            [
                RegisterMatches(links: links, overlaps: [(other: 1, table: overlap(96, 2))]),
                RegisterMatches(links: links, overlaps: [(other: 0, table: overlap(96, 104))]),
            ], layout: store.layout, gate: gate(store))
        let shown = rates.map { rate in
            [rate.overlaps[0].total.people, rate.overlaps[0].total.both, rate.overlaps[0].total.missing]
                .map(\.text)
        }
        #expect(shown == [["withheld", "96", "withheld"], ["200", "96 (48 %)", "104 (52 %)"]])
    }
}
