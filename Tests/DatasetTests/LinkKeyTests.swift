import Foundation
import GRDB
import PSIProtocol
import Testing

@testable import Agreement
@testable import Dataset

@Suite struct LinkKeyTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    private func write(_ name: String = "dataset", store: WorkingStore? = nil) throws {
        let store = try store ?? LinkedStudy.store(in: directory)
        defer { try? store.close() }
        _ = try DatasetWriter(directory: directory.path(name))
            .write(store, report: LinkedStudy.report(), created: SampleStudy.created)
    }

    @Test func layoutHasTheColumnOnlyWhereThereAreSeveralWays() throws {
        let several = try DatasetLayout(try LinkedStudy.agreement())
        #expect(several.hasLinkColumn)
        #expect(several.linkNames == LinkedStudy.names)
        #expect(several.registers.map(\.declaredIndex) == [1, 2])
        #expect(try !DatasetLayout(try SampleStudy.agreement()).hasLinkColumn)
    }

    @Test func itsNameIsReserved() throws {
        let changes: [(inout Agreement) -> Void] = [
            { $0.registers[1].columns[0].name = "Link_Key" }, { $0.cohorts[1].id = "link_key" },
            { $0.registers[1].id = "link_key" },
        ]
        for change in changes {
            for base in [try SampleStudy.agreement(), try LinkedStudy.agreement()] {
                var agreement = base
                change(&agreement)
                let error = #expect(throws: DatasetError.self) { try DatasetLayout(agreement) }
                guard case .unusableName(let name, .reserved)? = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(name.lowercased() == "link_key")
            }
        }
    }

    @Test func tablesSayWhatJoinedRecords() throws {
        try write()
        let person = try (0...7).map { try SampleStudy.person($0).text }
        #expect(
            try directory.text("dataset/persons.csv") == """
                person,clients,residents,link_key\r
                \(person[1]),true,true,identity_code\r
                \(person[2]),true,true,identity_code\r
                \(person[3]),true,true,names\r
                \(person[4]),true,true,tolerant\r
                \(person[5]),true,true,\r
                \(person[6]),true,false,names\r
                \(person[7]),false,true,\r

                """)
        #expect(
            try directory.text("dataset/visits.csv") == """
                person,link_key,visit_date,area\r
                \(person[1]),identity_code,2019-05-01,a\r
                \(person[1]),identity_code,2020-01-01,a\r
                \(person[2]),identity_code,2019-02-01,a\r
                \(person[2]),identity_code,2019-03-01,a\r
                \(person[3]),names,2020-06-01,b\r
                \(person[4]),tolerant,,b\r
                \(person[4]),tolerant,2020-07-01,b\r
                \(person[5]),,2019-01-01,a\r
                \(person[6]),,2019-12-31,\r

                """)
        let database = try DatabaseQueue(path: directory.path("dataset/dataset.sqlite"))
        defer { try? database.close() }
        for table in ["persons", "visits", "benefits"] {
            let lines = try CSVReader.read(try directory.bytes("dataset/\(table).csv"))
            let column = try SampleStudy.required(lines.first?.firstIndex(of: "link_key"))
            let links = try database.read {
                #expect(try $0.columns(in: table)[column].name == "link_key")
                let order = table == "persons" ? "person" : "rowid"
                return try Row.fetchAll($0, sql: "SELECT link_key FROM \(table) ORDER BY \(order)")
                    .map { row -> String? in row[0] }
            }
            #expect(links == lines.dropFirst().map { $0[column] })
        }
        let code = #expect(throws: DatabaseError.self) {
            try database.write { try $0.execute(sql: "INSERT INTO benefits VALUES ('\(person[1])', 'guess', 'x')") }
        }?.resultCode
        #expect(code == .SQLITE_CONSTRAINT)
    }

    @Test func thePackageDescribesIt() throws {
        try write()
        let json = try JSONSerialization.jsonObject(with: try directory.bytes("dataset/datapackage.json"))
        let package = try SampleStudy.required(json as? [String: Any])
        let resources = try SampleStudy.required(package["resources"] as? [[String: Any]])
        for (resource, place) in zip(resources, [3, 1, 1]) {
            let schema = try SampleStudy.required(resource["schema"] as? [String: Any])
            let fields = try SampleStudy.required(schema["fields"] as? [[String: Any]])
            let field = fields[place]
            #expect(field["name"] as? String == "link_key")
            #expect(field["type"] as? String == "string")
            #expect((field["title"] as? String)?.contains("joined") == true)
            let constraints = try SampleStudy.required(field["constraints"] as? [String: Any])
            #expect(constraints["enum"] as? [String] == LinkedStudy.names)
            #expect(constraints["required"] == nil)
        }
    }

    @Test func arrivalOrderLeavesNoTrace() throws {
        try write("one", store: try LinkedStudy.store(in: directory, name: "a/round.sqlite"))
        try write("two", store: try LinkedStudy.store(in: directory, reversed: true, name: "b/round.sqlite"))
        for name in try directory.names("one") {
            #expect(try directory.bytes("one/" + name) == directory.bytes("two/" + name), "\(name)")
        }
    }

    @Test func replayChangesNothingAndContradictionsAreRefused() throws {
        var store = try LinkedStudy.open(in: directory)
        try LinkedStudy.fill(store, try LinkedStudy.entries())
        try LinkedStudy.fill(store, try LinkedStudy.entries())
        try store.commit()
        try store.close()
        store = try LinkedStudy.open(in: directory)
        try LinkedStudy.fill(store, try LinkedStudy.entries())
        let (first, fifth) = (try SampleStudy.person(1), try SampleStudy.person(5))
        for link in [1, nil] {
            #expect(throws: DatasetError.linkChanged(register: "visits")) {
                try store.append(person: first, cohorts: 0b110, register: "visits", link: link)
            }
        }
        #expect(throws: DatasetError.linkChanged(register: "visits")) {
            try store.append(person: fifth, cohorts: 0b110, register: "visits", link: 0)
        }
        #expect(throws: DatasetError.personChanged) {
            try store.append(person: first, cohorts: 0b010, register: "visits", link: 0)
        }
        for link in [-1, 3] {
            #expect(throws: DatasetError.unknownLink(register: "population")) {
                try store.append(person: fifth, cohorts: 0b110, register: "population", link: link)
            }
        }
        #expect(throws: DatasetError.unknownRegister("nothing")) {
            try store.append(person: first, cohorts: 0b110, register: "nothing", link: 0)
        }
        #expect(throws: DatasetError.unknownCohort(bit: 3)) {
            try store.append(person: first, cohorts: 0b1010, register: "visits", link: 0)
        }
        try store.finish()
        try write("one", store: store)
        try write("two", store: try LinkedStudy.store(in: directory, name: "fresh/round.sqlite"))
        #expect(try directory.bytes("one/datapackage.json") == directory.bytes("two/datapackage.json"))
    }

    @Test func oneWayLeavesTheDatasetAsItWas() throws {
        let plain = try SampleStudy.store(in: directory, name: "plain/round.sqlite")
        let linked = try WorkingStore(
            path: directory.path("linked/round.sqlite"), agreement: try SampleStudy.agreement(),
            agreementID: SampleStudy.agreementID, round: try SampleStudy.round())
        for (person, cohorts) in try SampleStudy.people() {
            try linked.append(person: person, cohorts: cohorts, register: "visits", link: 0)
            try linked.append(person: person, cohorts: cohorts, register: "benefits", link: nil)
        }
        for entry in try SampleStudy.rows() {
            try linked.append(register: entry.register, person: entry.person, rows: entry.rows)
        }
        try linked.finish()
        try write("one", store: plain)
        try write("two", store: linked)
        for name in try directory.names("one") {
            #expect(try directory.bytes("one/" + name) == directory.bytes("two/" + name), "\(name)")
        }
        #expect(try !directory.text("one/datapackage.json").contains("link_key"))
        #expect(try !directory.text("one/report.md").contains("Linkage quality"))
    }

    @Test func aStoreOfAnOlderVersionIsRefused() throws {
        let path = directory.path("store/round.sqlite")
        try LinkedStudy.open(in: directory).close()
        let database = try DatabaseQueue(path: path)
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 1") }
        try database.close()
        #expect(throws: DatasetError.storeUnusable(path: path)) { try LinkedStudy.open(in: directory) }
    }
}
