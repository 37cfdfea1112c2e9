import Foundation
import GRDB
import PSIProtocol
import Testing

@testable import Agreement
@testable import Dataset
@testable import Values

/// Whole datasets under disclosure rules, read back by SQL and compared with what was received. [A-55] [A-56] [A-57]
@Suite struct DisclosureWriterTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    private func write(
        _ people: [DisclosureStudy.Person], _ rules: DisclosureRules, name: String = "dataset", smallestCell: Int = 1,
        report: RoundReport = DisclosureStudy.report()
    ) throws {
        let agreement = try DisclosureStudy.agreement(rules, smallestCell: smallestCell)
        let store = try DisclosureStudy.store(people, agreement, in: directory)
        defer { try? store.close() }
        _ = try DatasetWriter(directory: directory.path(name))
            .write(store, report: report, created: SampleStudy.created)
    }

    private func write(
        _ people: [DisclosureStudy.Person], _ anonymity: Anonymity, name: String = "dataset", smallestCell: Int = 1,
        report: RoundReport = DisclosureStudy.report()
    ) throws {
        try write(
            people, DisclosureRules([.anonymity(anonymity)]), name: name, smallestCell: smallestCell, report: report)
    }

    private func rows(_ sql: String) throws -> [Row] {
        let database = try DatabaseQueue(path: directory.path("dataset/dataset.sqlite"))
        defer { try? database.close() }
        return try database.read { try Row.fetchAll($0, sql: sql) }
    }

    /// Sizes of the groups of people that the written database cannot tell apart.
    private func groupSizes() throws -> [Int] {
        try rows(
            """
            SELECT count(*) FROM persons JOIN residents USING (person)
            GROUP BY clients, others, birth_year, area, moved_in,
              EXISTS (SELECT 1 FROM care WHERE care.person = persons.person)
            """
        ).map { $0[0] }
    }

    @Test("everybody shares all quasi-identifiers with k people, whatever the data", arguments: [2, 5, 11])
    func kAnonymity(k: Int) throws {
        let people = try DisclosureStudy.people(600, seed: UInt64(k))
        try write(people, Anonymity(smallestClass: k, quasiIdentifiers: DisclosureStudy.quasi))
        let sizes = try groupSizes()
        #expect(sizes.reduce(0, +) == 600)
        #expect((sizes.min() ?? 0) >= k)
        // A single group would be private too, and useless.
        #expect(sizes.count > 20)
        let report = try JSONDecoder().decode(Told.self, from: Data(try directory.bytes("dataset/report.json")))
        #expect(report.disclosure.after.smallestClass.count == sizes.min())
        #expect(report.disclosure.after.classes.count == sizes.count)
        #expect(report.disclosure.before.smallestClass.count == 1)
        #expect(report.disclosure.quasiIdentifiers.allSatisfy { (0...100).contains($0.informationLoss) })
    }

    private struct Told: Decodable {
        struct Count: Decodable { let count: Int? }
        struct Risk: Decodable {
            let smallestClass: Count
            let classes: Count
        }
        struct Quasi: Decodable { let informationLoss: Double }
        struct Disclosure: Decodable {
            let before: Risk
            let after: Risk
            let quasiIdentifiers: [Quasi]
        }
        let disclosure: Disclosure
    }

    @Test("a value is never made anything but itself, one of its steps, or missing")
    func truthful() throws {
        let people = try DisclosureStudy.people(400, seed: 77)
        try write(people, Anonymity(smallestClass: 5, quasiIdentifiers: DisclosureStudy.quasi))
        let known = Dictionary(uniqueKeysWithValues: people.map { ($0.pseudonym.text, $0) })
        var exact = 0
        for row in try rows("SELECT person, birth_year, area, moved_in, income FROM residents") {
            let person = try SampleStudy.required(known[row[0] as String])
            for (column, quasi) in DisclosureStudy.quasi.enumerated() {
                let generaliser = Generaliser(steps: quasi.steps, releasedType: .code)
                let allowed = (0...generaliser.top).map { generaliser.text(person.residents[0][column], level: $0) }
                let shown: String? = row[column + 1]
                #expect(allowed.contains(shown))
                if shown == allowed[0] { exact += 1 }
            }
            #expect(row[4] as String? == person.residents[0][3].plainText)
        }
        #expect(exact > 0)
    }

    @Test("sensitive values differ among people who share their quasi-identifiers")
    func diversity() throws {
        let people = try DisclosureStudy.people(500, seed: 3)
        let quasi = [QuasiIdentifier(DisclosureStudy.year, steps: [.band(width: 10)])]
        for kind in Diversity.Kind.allCases {
            try? FileManager.default.removeItem(atPath: directory.path("dataset"))
            try? FileManager.default.removeItem(atPath: directory.path("store"))
            try write(
                people,
                Anonymity(
                    smallestClass: 4, diversity: Diversity(kind: kind, count: kind == .distinct ? 3 : 2),
                    leaveOutPercent: 5, quasiIdentifiers: quasi, sensitive: [DisclosureStudy.income]))
            let groups = try rows(
                """
                SELECT count(DISTINCT person), count(DISTINCT income) FROM persons JOIN residents USING (person)
                GROUP BY clients, birth_year
                """)
            #expect(groups.allSatisfy { $0[0] as Int >= 4 && $0[1] as Int >= (kind == .distinct ? 3 : 2) })
        }
    }

    @Test("a goal that cannot be reached is refused, and nothing is left behind")
    func unreachable() throws {
        var people = try DisclosureStudy.people(60, seed: 5)
        // Two who alone are in both cohorts.
        people[0].cohorts = 3
        people[1].cohorts = 3
        let anonymity = Anonymity(smallestClass: 5, quasiIdentifiers: DisclosureStudy.quasi)
        let error = #expect(throws: DatasetError.self) { try write(people, anonymity) }
        #expect(error == .disclosureUnreachable(cohort: "clients", percent: 0))
        #expect(!FileManager.default.fileExists(atPath: directory.path("dataset")))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path("")) == ["store"])
        #expect(error?.description.contains("smaller k") == true)
    }

    @Test("people are left out where the agreement lets them, and of all tables and counts")
    func leavesOut() throws {
        var people = try DisclosureStudy.people(60, seed: 5)
        people[0].cohorts = 3
        try write(
            people,
            Anonymity(smallestClass: 5, leaveOutPercent: 20, quasiIdentifiers: DisclosureStudy.quasi))
        let gone = people[0].pseudonym.text
        for table in ["persons", "residents", "care"] {
            #expect(try rows("SELECT 1 FROM \(table) WHERE person = '\(gone)'").isEmpty)
        }
        #expect(try rows("SELECT 1 FROM persons").count == 59)
        #expect(try !directory.text("dataset/residents.csv").contains(gone))
    }

    @Test("how many were left out follows from no other number where it is withheld")
    func leftOutOfTheFlow() throws {
        var people = try DisclosureStudy.people(60, seed: 5)
        people[0].cohorts = 3
        var report = DisclosureStudy.report()
        report.registers = [
            RoundReport.Register(
                id: "residents", peopleDeclared: 100, declaredIsPadded: false, rowsDeclared: 100, refused: [],
                peopleMatched: 60, dummiesDropped: 4)
        ]
        try write(
            people, Anonymity(smallestClass: 5, leaveOutPercent: 20, quasiIdentifiers: DisclosureStudy.quasi),
            smallestCell: 5, report: report)
        let text = try directory.text("dataset/report.md")
        #expect(
            text.contains("nothing else hid them | | withheld |") || text.contains("hid them |  | withheld |"))
        #expect(text.contains("| residents | Residents | espoo | 100 | 100 | 59 | 4 | 59 | 59 |"))
        let page = try directory.text("dataset/report.html")
        #expect(page.contains(">59 people<") && !page.contains(">60 people<"))
    }

    @Test("a table counts what the dataset shows, and two of the same people by one column are refused")
    func tables() throws {
        var people = try DisclosureStudy.people(200, seed: 8)
        let rules = { (cohorts: [CohortID]) in
            DisclosureRules(
                cohorts.map {
                    .table(DisclosedTable(title: "Areas of \($0)", cohort: $0, rows: DisclosureStudy.area))
                })
        }
        try write(people, rules(["clients", "others"]))
        let text = try directory.text("dataset/report.md")
        for row in try rows(
            "SELECT ifnull(area, 'missing'), count(*) FROM persons JOIN residents USING (person) WHERE clients GROUP BY area"
        ) {
            #expect(text.contains("| \(row[0] as String) | \(row[1] as Int) |"))
        }
        people[7].cohorts = 3
        try FileManager.default.removeItem(atPath: directory.path("store"))
        let error = #expect(throws: DatasetError.self) {
            try write(people, rules(["clients", "others"]), name: "other")
        }
        #expect(error == .tablesOverlap("Areas of others", "Areas of clients"))
        #expect(!FileManager.default.fileExists(atPath: directory.path("other")))
    }

    @Test("figures of loss and risk are no finer than the counts that are told")
    func lossOfFewPeople() throws {
        var people = try DisclosureStudy.people(200, seed: 6)
        for index in people.indices {
            people[index].cohorts = index < 100 ? 1 : 2
            people[index].care = []
            // Alone with a value that has no step.
            people[index].residents[0][1] = .code(index < 3 ? "rare\(index)" : "00100")
        }
        try write(
            people, Anonymity(smallestClass: 3, quasiIdentifiers: [QuasiIdentifier(DisclosureStudy.area)]),
            smallestCell: 5)
        let text = try directory.text("dataset/report.md")
        #expect(
            text.contains(
                "| residents.area | as it is: withheld; missing: withheld | at most 2.5 % | withheld |"))
        #expect(text.contains("| Mean of it | 2.5 % | withheld |"))
    }

    @Test("somebody without rows in a register is not taken for one with a missing value")
    func absence() throws {
        var people = try DisclosureStudy.people(40, seed: 9)
        for index in people.indices {
            people[index].cohorts = 1
            people[index].care = index < 20 ? [] : [[try SampleStudy.date("2020-01-01"), .code("D1")]]
        }
        try write(
            people, Anonymity(smallestClass: 20, quasiIdentifiers: [QuasiIdentifier(DisclosureStudy.diagnosis)]))
        people[0].care = [[try SampleStudy.date("2020-01-01"), .code("D1")]]
        try FileManager.default.removeItem(atPath: directory.path("store"))
        // Nineteen without rows now.
        #expect(throws: DatasetError.disclosureUnreachable(cohort: "clients", percent: 0)) {
            try write(
                people,
                Anonymity(smallestClass: 20, quasiIdentifiers: [QuasiIdentifier(DisclosureStudy.diagnosis)]),
                name: "other")
        }
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
        try write(
            people,
            DisclosureRules([
                .anonymity(
                    Anonymity(
                        smallestClass: 5, leaveOutPercent: 100,
                        quasiIdentifiers: [QuasiIdentifier(DisclosureStudy.year)])),
                .rareValues(RareValues(DisclosureStudy.area, people: 5, replacement: "other")),
            ]))
        #expect(try rows("SELECT 1 FROM persons").count == 58)
        let areas = try rows("SELECT area, count(*) FROM residents GROUP BY area")
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
        try write(
            people,
            DisclosureRules([
                .anonymity(
                    Anonymity(smallestClass: 4, quasiIdentifiers: [QuasiIdentifier(DisclosureStudy.area)])),
                .rareValues(RareValues(DisclosureStudy.area, people: 9, replacement: "other")),
            ]))
        for row in try rows("SELECT area, count(*) FROM residents WHERE area IS NOT NULL GROUP BY area") {
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
        let store = try DisclosureStudy.store(people, agreement, in: directory)
        defer { try? store.close() }
        let tally = try DatasetWriter(directory: directory.path("dataset"))
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
                    directory.path("dataset/dataset.sqlite"), layout: layout, rules: rules, tally: told,
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

    @Test("several values of a person are shown together or not at all")
    func severalValues() throws {
        let people = try DisclosureStudy.people(300, seed: 21)
        try write(
            people,
            Anonymity(
                smallestClass: 6, leaveOutPercent: 10, quasiIdentifiers: [QuasiIdentifier(DisclosureStudy.diagnosis)]))
        var groups: [String: Int] = [:]
        for row in try rows(
            """
            SELECT clients, (SELECT group_concat(v, '|') FROM
              (SELECT DISTINCT coalesce(diagnosis, '-') AS v FROM care WHERE care.person = persons.person ORDER BY v))
            FROM persons
            """)
        { groups["\(row[0] as Int) \(row[1] as String? ?? "none")", default: 0] += 1 }
        #expect(groups.values.allSatisfy { $0 >= 6 })
        #expect(groups.keys.contains { $0.contains("|") })
    }

    @Test("cuts, rare values and moved dates change what they should and nothing else")
    func changes() throws {
        let people = try DisclosureStudy.people(200, seed: 8)
        let top = try SampleStudy.decimal("60000")
        try write(
            people,
            DisclosureRules([
                .cut(ColumnCut(DisclosureStudy.income, bottom: try SampleStudy.decimal("1000"), top: top)),
                .rareValues(RareValues(DisclosureStudy.area, people: 12, replacement: "other")),
                .dateShift(DateShift(days: 40, except: [DisclosureStudy.moved])),
            ]))
        let incomes = try rows("SELECT CAST(income AS REAL) FROM residents").map { $0[0] as Double }
        #expect(incomes.allSatisfy { (1000...60000).contains($0) })
        #expect(incomes.contains(60000) && incomes.contains { $0 > 1000 && $0 < 60000 })
        let areas = try rows("SELECT area, count(*) FROM residents WHERE area IS NOT NULL GROUP BY area")
        #expect(areas.allSatisfy { $0[1] as Int >= 12 })
        #expect(areas.contains { $0[0] as String == "other" })
        let known = Dictionary(uniqueKeysWithValues: people.map { ($0.pseudonym.text, $0) })
        var offsets = Set<Int>()
        for person in known.keys.sorted() where !(known[person]?.care.isEmpty ?? true) {
            let shown = try rows("SELECT visit_date FROM care WHERE person = '\(person)' ORDER BY visit_date")
                .map { try SampleStudy.required(CalendarDate(iso: $0[0] as String)) }
            let original = try SampleStudy.required(known[person]).care.compactMap { row -> CalendarDate? in
                if case .date(let date) = row[0] { date } else { nil }
            }
            let offset = try SampleStudy.required((-40...40).first { original[0].adding(days: $0) == shown[0] })
            offsets.insert(offset)
            #expect(shown == original.map { $0.adding(days: offset) })
        }
        #expect(offsets.count > 30)
        let moved = try rows("SELECT person, moved_in FROM residents")
        #expect(moved.allSatisfy { known[$0[0] as String]?.residents[0][2].plainText == $0[1] as String })
    }

    // A-63
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
        try write(people, DisclosureRules([.dateShift(shift)]))
        let known = Dictionary(uniqueKeysWithValues: people.map { ($0.pseudonym.text, $0) })
        var (moved, left) = (0, 0)
        for (person, original) in known where original.care.count > 1 {
            let shown = try rows("SELECT visit_date FROM care WHERE person = '\(person)'").map { $0[0] as String }
            let placeholders = original.care.dropFirst().map { $0[0].plainText }
            #expect(Set(placeholders).isSubset(of: shown))
            left += placeholders.count
            // The true date is not where it was, but for those whom chance moves by no day.
            if !shown.contains(original.care[0][0].plainText) { moved += 1 }
        }
        #expect(moved > 20 && left > 20, "\(moved) \(left)")
        let package = try directory.text("dataset/datapackage.json")
        #expect(package.contains("Days that stand for something else"))
    }

    @Test("the same store gives the same bytes, moved dates and all")
    func deterministic() throws {
        let people = try DisclosureStudy.people(150, seed: 4)
        let rules = DisclosureRules([
            .anonymity(Anonymity(smallestClass: 3, quasiIdentifiers: DisclosureStudy.quasi)),
            .dateShift(DateShift(days: 9, except: [DisclosureStudy.moved])),
        ])
        let store = try DisclosureStudy.store(people, try DisclosureStudy.agreement(rules), in: directory)
        defer { try? store.close() }
        for name in ["one", "two"] {
            _ = try DatasetWriter(directory: directory.path(name))
                .write(store, report: DisclosureStudy.report(), created: SampleStudy.created)
        }
        for file in ["persons.csv", "residents.csv", "care.csv", "report.json", "datapackage.json"] {
            #expect(try directory.bytes("one/\(file)") == directory.bytes("two/\(file)"))
        }
    }

    @Test("the codebook says what was done to a column, and gives the type it has now")
    func codebook() throws {
        let people = try DisclosureStudy.people(150, seed: 4)
        try write(people, Anonymity(smallestClass: 3, quasiIdentifiers: DisclosureStudy.quasi))
        let package = try directory.text("dataset/datapackage.json")
        #expect(package.contains("bands of 5, then bands of 20, then missing"))
        #expect(
            try !rows("SELECT 1 FROM pragma_table_info('residents') WHERE name = 'birth_year' AND type = 'TEXT'")
                .isEmpty)
        let text = try directory.text("dataset/report.md")
        #expect(text.contains("## Disclosure control"))
        #expect(text.contains("residents.birth\\_year"))
    }
}
