import Foundation
import PSIProtocol

@testable import Agreement
@testable import Dataset
@testable import Values

/// A study that recognises people by two keys and by resemblance, small enough to count by hand.
///
/// | person | cohorts   | population    | visits: link, year and area       | benefits      | weakest       |
/// |--------|-----------|---------------|-----------------------------------|---------------|---------------|
/// | 1      | both      | identity_code | identity_code: 2019 a, 2020 a     | identity_code | identity_code |
/// | 2      | both      | identity_code | identity_code: 2019 a, 2019 a     |               | identity_code |
/// | 3      | both      |               | names: 2020 b                     | names         | names         |
/// | 4      | both      |               | tolerant: 2020 b, no date b       |               | tolerant      |
/// | 5      | both      |               | alone: 2019 a                     |               |               |
/// | 6      | clients   | names         | alone: 2019, no area              |               | names         |
/// | 7      | residents |               |                                   | alone         |               |
enum LinkedStudy {
    static let names = ["identity_code", "names", "tolerant"]

    static func agreement(smallestCell: Int = 1, countRounding: Int = 1) throws -> Agreement {
        var agreement = try SampleStudy.agreement(smallestCell: smallestCell, countRounding: countRounding)
        agreement.matchKeys = [.identityCode, MatchKey("names", content: .recipe(MatchRecipe([.field("family")])))]
        agreement.tolerantMatching = TolerantMatching(
            tokenCount: 8, agreeCount: 2, bits: 1, margin: 1, mostFrequent: 10, groups: [], patterns: [])
        agreement.registers[1].columns = [
            ColumnDeclaration(name: "visit_date", type: .date, nullable: true, title: "Date"),
            ColumnDeclaration(name: "area", type: .code, nullable: true, title: "Area"),
        ]
        agreement.registers[1].quality = QualityColumns(year: "visit_date", group: "area")
        agreement.registers[2].releasedFor = ["residents"]
        agreement.registers[2].columns = [
            ColumnDeclaration(name: "code", type: .code, nullable: false, title: "Code")
        ]
        return agreement
    }

    struct Entry {
        var person: UInt8
        var cohorts: UInt64
        var register: RegisterID
        var link: Int?
        /// Nil for a register that only defines cohorts.
        var rows: [[FieldValue]]?
    }

    static func entries() throws -> [Entry] {
        func visit(_ date: String?, _ area: String?) throws -> [FieldValue] {
            [try date.map(SampleStudy.date) ?? .null, area.map(FieldValue.code) ?? .null]
        }
        return [
            Entry(person: 1, cohorts: 0b110, register: "population", link: 0),
            Entry(
                person: 1, cohorts: 0b110, register: "visits", link: 0,
                rows: [try visit("2019-05-01", "a"), try visit("2020-01-01", "a")]),
            Entry(person: 1, cohorts: 0b110, register: "benefits", link: 0, rows: [[.code("x")]]),
            Entry(person: 2, cohorts: 0b110, register: "population", link: 0),
            Entry(
                person: 2, cohorts: 0b110, register: "visits", link: 0,
                rows: [try visit("2019-02-01", "a"), try visit("2019-03-01", "a")]),
            Entry(person: 3, cohorts: 0b110, register: "visits", link: 1, rows: [try visit("2020-06-01", "b")]),
            Entry(person: 3, cohorts: 0b110, register: "benefits", link: 1, rows: [[.code("x")]]),
            Entry(
                person: 4, cohorts: 0b110, register: "visits", link: 2,
                rows: [try visit("2020-07-01", "b"), try visit(nil, "b")]),
            Entry(person: 5, cohorts: 0b110, register: "visits", link: nil, rows: [try visit("2019-01-01", "a")]),
            Entry(person: 6, cohorts: 0b010, register: "population", link: 1),
            Entry(person: 6, cohorts: 0b010, register: "visits", link: nil, rows: [try visit("2019-12-31", nil)]),
            Entry(person: 7, cohorts: 0b100, register: "benefits", link: nil, rows: [[.code("y")]]),
        ]
    }

    static func fill(_ store: WorkingStore, _ entries: [Entry]) throws {
        for entry in entries {
            let person = try SampleStudy.person(entry.person)
            try store.append(person: person, cohorts: entry.cohorts, register: entry.register, link: entry.link)
            if let rows = entry.rows { try store.append(register: entry.register, person: person, rows: rows) }
        }
    }

    static func open(
        in directory: Scratch, agreement: Agreement? = nil, name: String = "store/round.sqlite"
    ) throws -> WorkingStore {
        try WorkingStore(
            path: directory.path(name), agreement: try agreement ?? self.agreement(),
            agreementID: SampleStudy.agreementID, round: try SampleStudy.round(), batchRowCount: 3)
    }

    /// A finished store of the study.
    static func store(
        in directory: Scratch, agreement: Agreement? = nil, reversed: Bool = false, name: String = "store/round.sqlite"
    ) throws -> WorkingStore {
        let store = try open(in: directory, agreement: agreement, name: name)
        let entries = try entries()
        try fill(store, reversed ? entries.reversed() : entries)
        try store.finish()
        return store
    }

    /// What the owners and the coordinator said, under an agreement with `smallest_cell` 5 and `count_rounding` 10.
    static func quality() -> RoundQuality {
        var visits = SourceSurvey(people: 90, rowsRead: 300, rowsKept: 290, refused: ["malformed": 10])
        visits.codes.official = 250
        visits.codes.temporary = 30
        visits.codes.missing = -1
        visits.codes.invalid = 20
        visits.codes.repaired = 10
        visits.keys = [(90, 0), (80, -1)].map { present, shared in
            var key = SourceSurvey.KeyCounts()
            (key.present, key.shared) = (present, shared)
            return key
        }
        visits.history.codes = 1_000
        visits.history.people = 20
        return RoundQuality(
            surveys: ["visits": visits],
            linkage: PublishedLinkage(
                conflicts: [0, 10, -1], historyConflicts: -1, linked: [[0, 0, 0], [70, 10, -1], [40, 10, 0]]))
    }

    static func report(_ quality: RoundQuality? = nil) -> RoundReport {
        var report = SampleStudy.report()
        report.quality = quality
        report.overlaps = []
        return report
    }
}
