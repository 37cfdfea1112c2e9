import Foundation
import GRDB
import PSIProtocol
import Testing

@testable import Agreement
@testable import Dataset

/// k-anonymity and l-diversity of whole datasets, and who is left out for them. [A-57]
@Suite struct AnonymityWriterTests {
    private let dataset: DisclosureDataset
    init() throws { dataset = try DisclosureDataset() }

    /// Sizes of the groups of people that the written database cannot tell apart.
    private func groupSizes() throws -> [Int] {
        try dataset.rows(
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
        try dataset.write(people, Anonymity(smallestClass: k, quasiIdentifiers: DisclosureStudy.quasi))
        let sizes = try groupSizes()
        #expect(sizes.reduce(0, +) == 600)
        #expect((sizes.min() ?? 0) >= k)
        // A single group would be private too, and useless.
        #expect(sizes.count > 20)
        let report = try JSONDecoder().decode(Told.self, from: Data(try dataset.directory.bytes("dataset/report.json")))
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
        try dataset.write(people, Anonymity(smallestClass: 5, quasiIdentifiers: DisclosureStudy.quasi))
        let known = Dictionary(uniqueKeysWithValues: people.map { ($0.pseudonym.text, $0) })
        var exact = 0
        for row in try dataset.rows("SELECT person, birth_year, area, moved_in, income FROM residents") {
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
            try? FileManager.default.removeItem(atPath: dataset.directory.path("dataset"))
            try? FileManager.default.removeItem(atPath: dataset.directory.path("store"))
            try dataset.write(
                people,
                Anonymity(
                    smallestClass: 4, diversity: Diversity(kind: kind, count: kind == .distinct ? 3 : 2),
                    leaveOutPercent: 5, quasiIdentifiers: quasi, sensitive: [DisclosureStudy.income]))
            let groups = try dataset.rows(
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
        let error = #expect(throws: DatasetError.self) { try dataset.write(people, anonymity) }
        #expect(error == .disclosureUnreachable(cohort: "clients", percent: 0))
        #expect(!FileManager.default.fileExists(atPath: dataset.directory.path("dataset")))
        #expect(try FileManager.default.contentsOfDirectory(atPath: dataset.directory.path("")) == ["store"])
        #expect(error?.description.contains("smaller k") == true)
    }

    @Test("people are left out where the agreement lets them, and of all tables and counts")
    func leavesOut() throws {
        var people = try DisclosureStudy.people(60, seed: 5)
        people[0].cohorts = 3
        try dataset.write(
            people,
            Anonymity(smallestClass: 5, leaveOutPercent: 20, quasiIdentifiers: DisclosureStudy.quasi))
        let gone = people[0].pseudonym.text
        for table in ["persons", "residents", "care"] {
            #expect(try dataset.rows("SELECT 1 FROM \(table) WHERE person = '\(gone)'").isEmpty)
        }
        #expect(try dataset.rows("SELECT 1 FROM persons").count == 59)
        #expect(try !dataset.directory.text("dataset/residents.csv").contains(gone))
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
        try dataset.write(
            people, Anonymity(smallestClass: 5, leaveOutPercent: 20, quasiIdentifiers: DisclosureStudy.quasi),
            smallestCell: 5, report: report)
        let text = try dataset.directory.text("dataset/report.md")
        #expect(
            text.contains("nothing else hid them | | withheld |") || text.contains("hid them |  | withheld |"))
        #expect(text.contains("| residents | Residents | espoo | 100 | 100 | 59 | 4 | 59 | 59 |"))
        let page = try dataset.directory.text("dataset/report.html")
        #expect(page.contains(">59 people<") && !page.contains(">60 people<"))
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
        try dataset.write(
            people, Anonymity(smallestClass: 3, quasiIdentifiers: [QuasiIdentifier(DisclosureStudy.area)]),
            smallestCell: 5)
        let text = try dataset.directory.text("dataset/report.md")
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
        try dataset.write(
            people, Anonymity(smallestClass: 20, quasiIdentifiers: [QuasiIdentifier(DisclosureStudy.diagnosis)]))
        people[0].care = [[try SampleStudy.date("2020-01-01"), .code("D1")]]
        try FileManager.default.removeItem(atPath: dataset.directory.path("store"))
        // Nineteen without rows now.
        #expect(throws: DatasetError.disclosureUnreachable(cohort: "clients", percent: 0)) {
            try dataset.write(
                people,
                Anonymity(smallestClass: 20, quasiIdentifiers: [QuasiIdentifier(DisclosureStudy.diagnosis)]),
                name: "other")
        }
    }

    @Test("several values of a person are shown together or not at all")
    func severalValues() throws {
        let people = try DisclosureStudy.people(300, seed: 21)
        try dataset.write(
            people,
            Anonymity(
                smallestClass: 6, leaveOutPercent: 10, quasiIdentifiers: [QuasiIdentifier(DisclosureStudy.diagnosis)]))
        var groups: [String: Int] = [:]
        for row in try dataset.rows(
            """
            SELECT clients, (SELECT group_concat(v, '|') FROM
              (SELECT DISTINCT coalesce(diagnosis, '-') AS v FROM care WHERE care.person = persons.person ORDER BY v))
            FROM persons
            """)
        { groups["\(row[0] as Int) \(row[1] as String? ?? "none")", default: 0] += 1 }
        #expect(groups.values.allSatisfy { $0 >= 6 })
        #expect(groups.keys.contains { $0.contains("|") })
    }
}
