import Foundation
import GRDB
import PSIProtocol
import Testing

@testable import Agreement
@testable import Dataset
@testable import Values

/// Whole datasets under disclosure rules, read back by SQL and compared with what was received.
@Suite struct DisclosureWriterTests {
    private let dataset: DisclosureDataset
    init() throws { dataset = try DisclosureDataset() }

    @Test("a table counts what the dataset shows, and two of the same people by one column are refused")
    func tables() throws {
        var people = try DisclosureStudy.people(200, seed: 8)
        let rules = { (cohorts: [CohortID]) in
            DisclosureRules(
                cohorts.map {
                    .table(DisclosedTable(title: "Areas of \($0)", cohort: $0, rows: DisclosureStudy.area))
                })
        }
        try dataset.write(people, rules(["clients", "others"]))
        let text = try dataset.directory.text("dataset/report.md")
        for row in try dataset.rows(
            "SELECT ifnull(area, 'missing'), count(*) FROM persons JOIN residents USING (person) WHERE clients "
                + "GROUP BY area"
        ) {
            #expect(text.contains("| \(row[0] as String) | \(row[1] as Int) |"))
        }
        people[7].cohorts = 3
        try FileManager.default.removeItem(atPath: dataset.directory.path("store"))
        let error = #expect(throws: DatasetError.self) {
            try dataset.write(people, rules(["clients", "others"]), name: "other")
        }
        #expect(error == .tablesOverlap("Areas of others", "Areas of clients"))
        #expect(!FileManager.default.fileExists(atPath: dataset.directory.path("other")))
    }

    @Test("rare values are counted among the people who stay")
    func rareAfterLeavingOut() throws {
        var people = try DisclosureStudy.people(60, seed: 5)
        for index in people.indices {
            people[index].cohorts = index < 2 ? 3 : 1
            people[index].care = []
            // Five have it, two of whom are alone in two cohorts.
            people[index].residents[0][1] = .code(index < 5 ? "rare" : "common")
            people[index].residents[0][0] = .integer(1980)
        }
        try dataset.write(
            people,
            DisclosureRules([
                .anonymity(
                    Anonymity(
                        smallestClass: 5, leaveOutPercent: 100,
                        quasiIdentifiers: [QuasiIdentifier(DisclosureStudy.year)])),
                .rareValues(RareValues(DisclosureStudy.area, people: 5, replacement: "other")),
            ]))
        #expect(try dataset.rows("SELECT 1 FROM persons").count == 58)
        let areas = try dataset.rows("SELECT area, count(*) FROM residents GROUP BY area")
        #expect(areas.allSatisfy { $0[1] as Int >= 5 })
        #expect(!areas.contains { $0[0] as String? == "rare" })
    }

    @Test("a value that recoding leaves to too few becomes rare, too")
    func rareAfterRecoding() throws {
        var people = try DisclosureStudy.people(40, seed: 5)
        for index in people.indices {
            people[index].cohorts = index < 8 || index >= 20 ? 1 : 2
            people[index].care = []
            // Eleven have it; of three in the second cohort it is made missing.
            people[index].residents[0][1] = .code(index < 11 ? "rare" : "common")
        }
        try dataset.write(
            people,
            DisclosureRules([
                .anonymity(
                    Anonymity(smallestClass: 4, quasiIdentifiers: [QuasiIdentifier(DisclosureStudy.area)])),
                .rareValues(RareValues(DisclosureStudy.area, people: 9, replacement: "other")),
            ]))
        for row in try dataset.rows("SELECT area, count(*) FROM residents WHERE area IS NOT NULL GROUP BY area") {
            #expect(row[1] as Int >= 9)
        }
    }

    @Test("the census reads the written dataset, and finds who is alone by presence, rows, a value or a false total")
    func census() throws {
        var people = try DisclosureStudy.people(60, seed: 5)
        for index in people.indices {
            people[index].cohorts = 1
            people[index].residents[0] = [.integer(1980), .code("a"), .null, .null]
            people[index].care = try (0..<(index < 4 ? 0 : index < 9 ? 2 : 1)).map {
                [try SampleStudy.date("2020-0\($0 + 1)-10"), .code(index < 7 ? "few" : "many")]
            }
        }
        let agreement = try DisclosureStudy.agreement(DisclosureRules())
        let layout = try DatasetLayout(agreement)
        let store = try DisclosureStudy.store(people, agreement, in: dataset.directory)
        defer { try? store.close() }
        let tally = try DatasetWriter(directory: dataset.directory.path("dataset"))
            .write(store, report: DisclosureStudy.report(), created: SampleStudy.created)
        func check(
            _ k: Int? = nil, counted: [RegisterID] = [], rare: Int? = nil, _ change: (inout Tally) -> Void = { _ in }
        ) -> DatasetError? {
            let anonymity = Anonymity(
                smallestClass: k, quasiIdentifiers: [QuasiIdentifier(DisclosureStudy.year)], countedRows: counted)
            let rareValues = rare.map { RareValues(DisclosureStudy.diagnosis, people: $0, replacement: "other") }
            let rules = DisclosureRules(
                [.anonymity(anonymity)] + (rareValues.map { [.rareValues($0)] } ?? []))
            var told = tally
            change(&told)
            do {
                try ReleaseCensus.check(
                    dataset.directory.path("dataset/dataset.sqlite"), layout: layout, rules: rules, tally: told,
                    classes: k.map { (60, $0) })
                return nil
            } catch { return error }
        }
        #expect(check(4) == nil && check(5) == .disclosureNotKept)
        #expect(check(4, counted: ["care"]) == nil)
        #expect(check(4, counted: ["residents"]) == nil)
        #expect(check(rare: 3) == nil && check(rare: 4) == .disclosureNotKept)
        #expect(check(4) { $0.people += 1 } == .disclosureNotKept)
        #expect(check(4) { $0.cohorts["clients"] = 59 } == .disclosureNotKept)
        #expect(check(4) { $0.registers["care"]?.rows -= 1 } == .disclosureNotKept)
    }

    @Test("cuts, rare values and moved dates change what they should and nothing else")
    func changes() throws {
        let people = try DisclosureStudy.people(200, seed: 8)
        let top = try SampleStudy.decimal("60000")
        try dataset.write(
            people,
            DisclosureRules([
                .cut(ColumnCut(DisclosureStudy.income, bottom: try SampleStudy.decimal("1000"), top: top)),
                .rareValues(RareValues(DisclosureStudy.area, people: 12, replacement: "other")),
                .dateShift(DateShift(days: 40, except: [DisclosureStudy.moved])),
            ]))
        let incomes = try dataset.rows("SELECT CAST(income AS REAL) FROM residents").map { $0[0] as Double }
        #expect(incomes.allSatisfy { (1000...60000).contains($0) })
        #expect(incomes.contains(60000) && incomes.contains { $0 > 1000 && $0 < 60000 })
        let areas = try dataset.rows("SELECT area, count(*) FROM residents WHERE area IS NOT NULL GROUP BY area")
        #expect(areas.allSatisfy { $0[1] as Int >= 12 })
        #expect(areas.contains { $0[0] as String == "other" })
        let known = Dictionary(uniqueKeysWithValues: people.map { ($0.pseudonym.text, $0) })
        var offsets = Set<Int>()
        for person in known.keys.sorted() where !(known[person]?.care.isEmpty ?? true) {
            let shown = try dataset.rows("SELECT visit_date FROM care WHERE person = '\(person)' ORDER BY visit_date")
                .map { try SampleStudy.required(CalendarDate(iso: $0[0] as String)) }
            let original = try SampleStudy.required(known[person]).care.compactMap { row -> CalendarDate? in
                if case .date(let date) = row[0] { date } else { nil }
            }
            let offset = try SampleStudy.required((-40...40).first { original[0].adding(days: $0) == shown[0] })
            offsets.insert(offset)
            #expect(shown == original.map { $0.adding(days: offset) })
        }
        #expect(offsets.count > 30)
        let moved = try dataset.rows("SELECT person, moved_in FROM residents")
        #expect(moved.allSatisfy { known[$0[0] as String]?.residents[0][2].plainText == $0[1] as String })
    }

    //
    @Test("days that stand for something else are not moved, so that they give no offset away")
    func noDays() throws {
        func day(_ text: String) throws -> CalendarDate { try SampleStudy.required(CalendarDate(iso: text)) }
        let named = try day("2009-01-01")
        let stand = [try day("1900-01-01"), try day("9999-12-31"), try day("2222-11-11"), named]
        var people = try DisclosureStudy.people(60, seed: 12)
        for index in people.indices {
            for row in people[index].care.indices where row > 0 {
                people[index].care[row][0] = .date(stand[(index + row) % stand.count])
            }
        }
        var shift = DateShift(days: 30)
        shift.noDays = [named]
        try dataset.write(people, DisclosureRules([.dateShift(shift)]))
        let known = Dictionary(uniqueKeysWithValues: people.map { ($0.pseudonym.text, $0) })
        var (moved, left) = (0, 0)
        for (person, original) in known where original.care.count > 1 {
            let shown = try dataset.rows("SELECT visit_date FROM care WHERE person = '\(person)'")
                .map { $0[0] as String }
            let placeholders = original.care.dropFirst().map { $0[0].plainText }
            #expect(Set(placeholders).isSubset(of: shown))
            left += placeholders.count
            // The true date is not where it was, but for those whom chance moves by no day.
            if !shown.contains(original.care[0][0].plainText) { moved += 1 }
        }
        #expect(moved > 20 && left > 20, "\(moved) \(left)")
        let package = try dataset.directory.text("dataset/datapackage.json")
        #expect(package.contains("Days that stand for something else"))
    }

    @Test("the same store gives the same bytes, moved dates and all")
    func deterministic() throws {
        let people = try DisclosureStudy.people(150, seed: 4)
        let rules = DisclosureRules([
            .anonymity(Anonymity(smallestClass: 3, quasiIdentifiers: DisclosureStudy.quasi)),
            .dateShift(DateShift(days: 9, except: [DisclosureStudy.moved])),
        ])
        let store = try DisclosureStudy.store(people, try DisclosureStudy.agreement(rules), in: dataset.directory)
        defer { try? store.close() }
        for name in ["one", "two"] {
            _ = try DatasetWriter(directory: dataset.directory.path(name))
                .write(store, report: DisclosureStudy.report(), created: SampleStudy.created)
        }
        for file in ["persons.csv", "residents.csv", "care.csv", "report.json", "datapackage.json"] {
            #expect(try dataset.directory.bytes("one/\(file)") == dataset.directory.bytes("two/\(file)"))
        }
    }

    @Test("the codebook says what was done to a column, and gives the type it has now")
    func codebook() throws {
        let people = try DisclosureStudy.people(150, seed: 4)
        try dataset.write(people, Anonymity(smallestClass: 3, quasiIdentifiers: DisclosureStudy.quasi))
        let package = try dataset.directory.text("dataset/datapackage.json")
        #expect(package.contains("bands of 5, then bands of 20, then missing"))
        let types = try dataset.rows("SELECT type FROM pragma_table_info('residents') WHERE name = 'birth_year'")
        #expect(types.map { $0[0] as String } == ["TEXT"])
        let text = try dataset.directory.text("dataset/report.md")
        #expect(text.contains("## Disclosure control"))
        #expect(text.contains("residents.birth\\_year"))
    }
}
