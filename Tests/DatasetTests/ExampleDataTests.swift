import Files
import Foundation
import GRDB
import TestDirectories
import Testing

@testable import Agreement
@testable import Dataset
@testable import Values

/// A made-up dataset is what a round would give, says in every file that it is none, and is the same for the same seed.
@Suite struct ExampleDataTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    @discardableResult
    private func write(
        _ agreement: Agreement, people: Int = 60, seed: UInt64 = 1, to name: String = "example", replace: Bool = false
    ) throws -> Tally {
        let scratch = try PrivateDirectory(creating: directory.path("scratch-\(UUID().uuidString)"))
        let example = try ExampleData(agreement, agreementID: SampleStudy.agreementID, people: people, seed: seed)
        return try example.write(
            to: directory.path(name), replace: replace, scratch: scratch, toolVersion: "sidos-research 1.0.0")
    }

    /// Agreements and a dataset of each as a round left it.
    enum Study: CaseIterable {
        case sample, linked, awkward, disclosure

        func agreement() throws -> Agreement {
            switch self {
            case .sample: try SampleStudy.agreement()
            case .linked: try LinkedStudy.agreement()
            case .awkward: try AwkwardStudy.agreement()
            case .disclosure:
                try DisclosureStudy.agreement(
                    DisclosureRules([
                        .anonymity(
                            Anonymity(
                                smallestClass: 4, diversity: Diversity(count: 2),
                                quasiIdentifiers: DisclosureStudy.quasi,
                                sensitive: [DisclosureStudy.diagnosis])),
                        .cut(ColumnCut(DisclosureStudy.income, top: try SampleStudy.decimal("50000"))),
                        .dateShift(DateShift(days: 20, except: [DisclosureStudy.moved])),
                    ]))
            }
        }

        func store(in directory: Scratch) throws -> WorkingStore {
            switch self {
            case .sample: return try SampleStudy.store(in: directory)
            case .linked: return try LinkedStudy.store(in: directory)
            case .awkward:
                return try LinkedStudy.store(in: directory, agreement: try LinkedStudy.agreement())
            case .disclosure:
                let people = try DisclosureStudy.people(300, seed: 4).map { person in
                    var person = person
                    // Every person has rows in both registers, so that l can be reached.
                    if person.care.isEmpty { person.care = [[try SampleStudy.date("2020-01-10"), .code("D9")]] }
                    return person
                }
                return try DisclosureStudy.store(people, try agreement(), in: directory)
            }
        }

        var report: RoundReport {
            switch self {
            case .linked:
                var report = SampleStudy.report()
                report.quality = nil
                return report
            case .disclosure: return DisclosureStudy.report()
            default: return SampleStudy.report()
            }
        }
    }

    @Test(
        "it has the files, headers, types, labels and loaders of a true one",
        arguments: [Study.sample, .linked, .disclosure])
    func structure(study: Study) throws {
        let store = try study.store(in: directory)
        defer { try? store.close() }
        _ = try DatasetWriter(directory: directory.path("true")).write(
            store, report: study.report, created: SampleStudy.created)
        try write(try study.agreement())
        let (made, real) = (
            try DatasetStructure(directory.path("example")), try DatasetStructure(directory.path("true"))
        )
        for name in real.files.keys where name != "report.json" && name != "report.md" && name != "report.html" {
            #expect(made.files[name] == real.files[name], "\(name)")
        }
        #expect(made.files.keys.sorted() == real.files.keys.sorted())
        #expect(try schema("example") == schema("true"))
        #expect(try !schema("true").isEmpty)
    }

    /// Every table's columns, keys and indexes, as SQLite tells them.
    private func schema(_ name: String) throws -> [String] {
        let database = try DatabaseQueue(path: directory.path(name + "/dataset.sqlite"))
        defer { try? database.close() }
        return try database.read { database in
            let tables = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            return try tables.flatMap { table in
                try database.columns(in: table).map { "\(table).\($0.name) \($0.type) \($0.isNotNull)" }
                    + database.primaryKey(table).columns.map { "\(table) key \($0)" }
                    + database.foreignKeys(on: table).map { "\(table) -> \($0.destinationTable)" }
                    + database.indexes(on: table).map { "\(table) index \($0.columns)" }
            }
        }
    }

    @Test("every file says that it is made up", arguments: Study.allCases)
    func marked(study: Study) throws {
        try write(try study.agreement())
        let names = try directory.names("example")
        #expect(names.count > 8)
        for name in names {
            let bytes = try directory.bytes("example/" + name)
            #expect(bytes.range(of: Data("ade-up example data".utf8)) != nil || name.hasSuffix(".csv"), "\(name)")
            guard name.hasSuffix(".csv") else { continue }
            let rows = try CSVReader.read(bytes).dropFirst()
            #expect(!rows.isEmpty, "\(name) has no rows")
            #expect(rows.allSatisfy { $0[0]?.hasPrefix("fakedata0000") == true }, "\(name)")
        }
    }

    @Test("a true dataset has no such word")
    func trueIsUnmarked() throws {
        let store = try SampleStudy.store(in: directory)
        defer { try? store.close() }
        _ = try DatasetWriter(directory: directory.path("true")).write(
            store, report: SampleStudy.report(), created: SampleStudy.created)
        for name in try directory.names("true") {
            let bytes = try directory.bytes("true/" + name)
            #expect(
                bytes.range(of: Data("made-up".utf8)) == nil && bytes.range(of: Data("Made-up".utf8)) == nil, "\(name)")
        }
    }

    @Test("the same seed gives the same bytes, another one other rows", arguments: Study.allCases)
    func deterministic(study: Study) throws {
        let agreement = try study.agreement()
        try write(agreement, to: "one")
        try write(agreement, to: "two")
        try write(agreement, seed: 2, to: "three")
        let names = try directory.names("one")
        for other in ["two", "three"] { #expect(try directory.names(other) == names) }
        for name in names { #expect(try directory.bytes("one/" + name) == directory.bytes("two/" + name), "\(name)") }
        #expect(try names.contains { try directory.bytes("one/" + $0) != directory.bytes("three/" + $0) })
    }

    @Test("everybody is in the cohorts that the expressions make, and rows are only where they are released")
    func cohorts() throws {
        let tally = try write(try SampleStudy.agreement(), people: 40)
        #expect(tally.people == 40)
        let database = try DatabaseQueue(path: directory.path("example/dataset.sqlite"))
        defer { try? database.close() }
        func count(_ what: String) throws -> Int {
            try database.read { try Int.fetchOne($0, sql: "SELECT \(what)") ?? 0 }
        }
        // `residents` is everyone except clients, and visits are released for clients only.
        #expect(try count("count(*) FROM persons WHERE clients = residents") == 0)
        #expect(try count("count(*) FROM visits JOIN persons USING (person) WHERE clients = 0") == 0)
        for table in ["visits", "benefits"] {
            #expect(try count("count(*) FROM \(table)") > 0, "\(table)")
            let most = try count("max(n) FROM (SELECT count(*) AS n FROM \(table) GROUP BY person)")
            #expect(most > 1, "nobody has several rows in \(table)")
        }
        // What may be missing sometimes is.
        #expect(try count("count(*) FROM benefits WHERE euros IS NULL") > 0)
    }

    @Test("samples are drawn, and what they leave is a cohort too")
    func samples() throws {
        var agreement = try SampleStudy.agreement()
        agreement.registers[1].releasedFor = ["clients", "residents"]
        agreement.cohorts = [
            CohortDeclaration(
                id: "clients", title: "Drawn", expression: .sample(.register("visits"), count: 10), maxPeople: 100),
            CohortDeclaration(
                id: "residents", title: "Not drawn", expression: .except(.register("visits"), .cohort("clients")),
                maxPeople: 100),
        ]
        let tally = try write(agreement, people: 80)
        #expect(tally.cohorts["clients"] == 10)
        #expect(tally.cohorts["residents"] == 70)
    }

    @Test("an agreement's caps are kept")
    func caps() throws {
        var agreement = try SampleStudy.agreement()
        agreement.cohorts[1].maxPeople = 7
        agreement.registers[0].maxPeople = 9
        let tally = try write(agreement, people: 100)
        #expect(tally.cohorts["clients"] == 7)
        #expect(tally.people <= 16)
    }

    @Test("values are those that the agreement lets a column have")
    func values() throws {
        var agreement = try SampleStudy.agreement()
        let day = try SampleStudy.required(CalendarDate(iso: "2019-03-05"))
        let last = try SampleStudy.required(CalendarDate(iso: "2019-04-02"))
        agreement.registers[1].rows = RowSelection(
            conditions: [
                RowCondition(column: "day", test: .dates(from: day, until: last)),
                RowCondition(column: "kind", test: .codes(["A", "B"])),
                RowCondition(column: "level", test: .integers(from: 3, until: 5)),
            ], people: .keep)
        agreement.registers[1].columns = [
            ColumnDeclaration(name: "day", type: .date, nullable: true, title: "Day"),
            ColumnDeclaration(
                name: "month", type: .code, nullable: false, title: "Month", source: "day", derivation: .coarsen(.month)
            ),
            ColumnDeclaration(name: "kind", type: .code, nullable: false, title: "Kind"),
            ColumnDeclaration(
                name: "mapped", type: .code, nullable: false, title: "Mapped", source: "kind",
                derivation: .map(CodeMapping(codes: ["A": "one", "C": "three"], otherwise: .code("rest")))),
            ColumnDeclaration(name: "level", type: .integer, nullable: false, title: "Level"),
            ColumnDeclaration(
                name: "band", type: .code, nullable: false, title: "Band", source: "income",
                derivation: .bands(
                    NumberBands(limits: [
                        try SampleStudy.required(ExactDecimal("0")), try SampleStudy.required(ExactDecimal("10")),
                    ]))
            ),
            ColumnDeclaration(
                name: "rounded", type: .decimal, nullable: false, title: "Rounded", source: "benefit",
                derivation: .round(to: 100)),
            ColumnDeclaration(
                name: "labelled", type: .integer, nullable: false, title: "Labelled",
                values: [ValueLabel("-2", "Two"), ValueLabel("7", "Seven")]),
        ]
        try write(agreement, people: 100)
        let database = try DatabaseQueue(path: directory.path("example/dataset.sqlite"))
        defer { try? database.close() }
        func found(_ column: String) throws -> Set<String> {
            try database.read { database in
                try Set(String.fetchAll(database, sql: "SELECT DISTINCT CAST(\(column) AS TEXT) FROM visits"))
            }
        }
        let days = try found("day")
        #expect(days.count > 5 && days.allSatisfy { ("2019-03-05"..."2019-04-02").contains($0) })
        #expect(try found("month").isSubset(of: ["2019-03", "2019-04"]))
        #expect(try found("kind") == ["A", "B"])
        #expect(try found("mapped") == ["one", "rest"])
        #expect(try found("level") == ["3", "4", "5"])
        #expect(try found("band") == ["under 0", "0 to under 10", "10 or more"])
        let rounded = try found("rounded")
        #expect(rounded.count > 5 && rounded.allSatisfy { $0.hasSuffix("00") || $0 == "0" })
        #expect(try found("labelled") == ["-2", "7"])
        func count(_ what: String) throws -> Int {
            try database.read { try Int.fetchOne($0, sql: "SELECT \(what)") ?? 0 }
        }
        // A row whose condition is about a missing value is not kept, so nobody is without one.
        #expect(try count("count(*) FROM visits WHERE day IS NULL") == 0)
        // Somebody is in the register without a row that is kept.
        let (with, all) = (
            try count("count(DISTINCT person) FROM visits"), try count("count(*) FROM persons WHERE clients")
        )
        #expect(with < all && with > 0)
    }

    @Test("too few and too many people are refused with the number that would do, and nothing is written")
    func bounds() throws {
        let agreement = try SampleStudy.agreement(smallestCell: 30)
        #expect(throws: ExampleDataError.tooFewPeople(least: 60)) { try write(agreement, people: 59) }
        #expect(throws: Never.self) { try write(agreement, people: 60) }
        #expect(throws: ExampleDataError.tooManyPeople(most: 100_000)) {
            try write(agreement, people: 100_001, to: "many")
        }
        #expect(throws: ExampleDataError.tooFewPeople(least: 1)) { try write(agreement, people: 0, to: "none") }
        var wide = agreement
        wide.registers[1].columns = (0..<800).map {
            ColumnDeclaration(name: "c\($0)", type: .integer, nullable: false, title: "C")
        }
        let most = #expect(throws: ExampleDataError.self) { try write(wide, people: 50_000, to: "wide") }
        guard case .tooManyPeople(let limit) = most else { return #expect(Bool(false), "\(String(describing: most))") }
        #expect((1_000..<50_000).contains(limit))
        #expect(try directory.names() == ["example"] + directory.names().filter { $0.hasPrefix("scratch") })
    }

    @Test("an agreement that releases nothing has no dataset, made up or true")
    func nothingReleased() throws {
        #expect(throws: ExampleDataError.dataset(.nothingReleased)) {
            try write(try SampleStudy.agreement(release: .none))
        }
        var impossible = try SampleStudy.agreement()
        impossible.cohorts[1].expression = .except(.register("visits"), .register("visits"))
        impossible.cohorts[2].expression = .cohort("clients")
        #expect(throws: ExampleDataError.nobody) { try write(impossible) }
    }

    @Test("a dataset that is there is replaced only if that was asked for")
    func replaces() throws {
        let agreement = try SampleStudy.agreement()
        try write(agreement)
        #expect(throws: ExampleDataError.dataset(.datasetExists(path: directory.path("example")))) {
            try write(agreement)
        }
        try write(agreement, seed: 3, replace: true)
    }

    @Test("cohorts of many registers that few sets can make are filled")
    func manyRegisters() throws {
        var agreement = try SampleStudy.agreement()
        let ids = (0..<32).map { "r\($0)" }
        agreement.registers = ids.map {
            RegisterDeclaration(
                id: $0, title: $0, owner: "kela", releasedFor: $0 == "r7" ? ["all", "most"] : [], maxPeople: 1_000,
                maxCellsPerPerson: 2,
                columns: $0 == "r7"
                    ? [ColumnDeclaration(name: "x", type: .boolean, nullable: false, title: "X")] : [])
        }
        let all = ids.dropFirst().reduce(CohortExpression.register(ids[0])) { .intersect($0, .register($1)) }
        let odd = ids.dropFirst().enumerated().reduce(CohortExpression.register(ids[0])) { made, next in
            next.offset % 2 == 0 ? .except(made, .register(next.element)) : .intersect(made, .register(next.element))
        }
        agreement.cohorts = [
            CohortDeclaration(id: "all", title: "All", expression: all, maxPeople: 1_000),
            CohortDeclaration(id: "most", title: "Most", expression: .union(odd, .cohort("all")), maxPeople: 1_000),
        ]
        let tally = try write(agreement, people: 50)
        #expect(tally.cohorts["all"] ?? 0 > 0 && tally.registers["r7"]?.rows ?? 0 > 0)
    }

    @Test("what diversity asks for is kept, of either kind", arguments: [Diversity.Kind.distinct, .frequency])
    func diversity(kind: Diversity.Kind) throws {
        let rules = DisclosureRules([
            .anonymity(
                Anonymity(
                    smallestClass: 5, diversity: Diversity(kind: kind, count: 5),
                    quasiIdentifiers: DisclosureStudy.quasi,
                    sensitive: [DisclosureStudy.diagnosis]))
        ])
        let tally = try write(try DisclosureStudy.agreement(rules, smallestCell: 7), people: 200)
        #expect(tally.people > 150)
        let asked = DisclosureRules([
            .anonymity(
                Anonymity(
                    smallestClass: 5, diversity: Diversity(kind: kind, count: 50),
                    quasiIdentifiers: DisclosureStudy.quasi, sensitive: [DisclosureStudy.diagnosis]))
        ])
        // The column has eight made-up codes: fifty different ones cannot be had.
        let error = #expect(throws: ExampleDataError.self) {
            try write(try DisclosureStudy.agreement(asked), people: 2_000, to: "more")
        }
        guard case .rulesNotKept = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }
}
