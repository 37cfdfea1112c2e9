import Foundation
import GRDB
import PSIProtocol
import Testing

@testable import Dataset

@Suite struct DatasetWriterTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    @discardableResult
    private func write(
        _ name: String = "dataset", replace: Bool = false, store: WorkingStore? = nil, report: RoundReport? = nil
    ) throws -> Tally {
        let store = try store ?? SampleStudy.store(in: directory)
        defer { try? store.close() }
        return try DatasetWriter(directory: directory.path(name), replace: replace)
            .write(store, report: report ?? SampleStudy.report(), created: SampleStudy.created)
    }

    @Test func csvIsAsDocumented() throws {
        try write()
        let last = "zzzzzzzzzzzzzzzzzzzzzzzzzw"
        let onePerson = try SampleStudy.person(1).text
        let twoPerson = try SampleStudy.person(2).text
        #expect(
            try directory.text("dataset/persons.csv") == """
                person,clients,residents\r
                \(onePerson),true,false\r
                \(twoPerson),false,true\r
                \(last),true,false\r

                """)
        #expect(
            try directory.text("dataset/visits.csv") == """
                person,visit_date,note,urgent\r
                \(onePerson),1850-02-28,,\r
                \(onePerson),1850-02-28,"",\r
                \(onePerson),1850-02-28,"rivi 1\r
                rivi 2
                rivi 3",false\r
                \(onePerson),2024-02-29," edges ",\r
                \(onePerson),2024-02-29,Äyräpää; öljy Å €,\r
                \(onePerson),2222-11-11,"says ""no"", twice",true\r
                \(last),2000-01-01,=1+1 'x',true\r
                \(last),2000-01-01,=1+1 'x',true\r

                """)
        #expect(
            try directory.text("dataset/benefits.csv") == """
                person,code,euros,days,remark\r
                \(twoPerson),007,9.9,1,x\r
                \(twoPerson),007,9.900,1,x\r
                \(twoPerson),A01,,-1,x\r
                \(twoPerson),A01,-12.3450,,x\r
                \(twoPerson),A01,-0.50,-9223372036854775808,x\r
                \(twoPerson),A01,9.90,9223372036854775807,x\r
                \(twoPerson),A01,10.00,0,""\r

                """)
    }

    @Test func csvAndDatabaseAgree() throws {
        try write()
        let database = try DatabaseQueue(path: directory.path("dataset/dataset.sqlite"))
        defer { try? database.close() }
        for table in ["persons", "visits", "benefits"] {
            let lines = try CSVReader.read(try directory.bytes("dataset/\(table).csv"))
            let (names, types, rows) = try database.read { database in
                let order = table == "persons" ? "person" : "rowid"
                let columns = try database.columns(in: table)
                return (
                    columns.map(\.name), columns.map(\.type),
                    try Row.fetchAll(database, sql: "SELECT * FROM \(table) ORDER BY \(order)").map {
                        Array($0.databaseValues)
                    }
                )
            }
            #expect(lines.first?.map { $0 ?? "" } == names)
            #expect(lines.count == rows.count + 1 && rows.count > 2)
            let isBoolean = names.map { ["clients", "residents", "urgent"].contains($0) }
            for (line, row) in zip(lines.dropFirst(), rows) {
                let texts: [String?] = zip(row, zip(types, isBoolean)).map { value, kind in
                    switch value.storage {
                    case .null: return nil
                    case .string(let text): return kind.0 == "TEXT" ? text : "wrong type"
                    case .int64(let number) where kind.1: return number == 1 ? "true" : "false"
                    case .int64(let number): return kind.0 == "INTEGER" ? String(number) : "wrong type"
                    default: return "wrong type"
                    }
                }
                #expect(texts == line)
            }
        }
    }

    @Test func databaseIsKeyedAndWhole() throws {
        try write()
        #expect(
            try directory.names("dataset") == [
                "benefits.csv", "datapackage.json", "dataset.sqlite", "load.R", "load.do", "load.py", "persons.csv",
                "report.html", "report.json", "report.md", "visits.csv",
            ])
        let database = try DatabaseQueue(path: directory.path("dataset/dataset.sqlite"))
        defer { try? database.close() }
        try database.read { database in
            #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
            #expect(try String.fetchOne(database, sql: "PRAGMA journal_mode") == "delete")
            try database.checkForeignKeys()
            #expect(try database.primaryKey("persons").columns == ["person"])
            #expect(try database.foreignKeys(on: "visits").map(\.destinationTable) == ["persons"])
            #expect(try database.indexes(on: "benefits").map(\.columns) == [["person"]])
        }
        let person = try SampleStudy.person(1).text
        for sql in [
            "INSERT INTO persons VALUES ('\(person)', 1, 0)", "INSERT INTO persons VALUES ('x', 2, 0)",
            "INSERT INTO visits VALUES ('nobody', '2024-01-01', NULL, NULL)",
            "INSERT INTO visits VALUES ('\(person)', NULL, NULL, NULL)",
            "INSERT INTO visits VALUES ('\(person)', '2024-01-01', NULL, 7)",
            "INSERT INTO benefits VALUES ('\(person)', 'A', '1.0', 'many', '')",
        ] {
            let code = #expect(throws: DatabaseError.self) { try database.write { try $0.execute(sql: sql) } }?
                .resultCode
            #expect(code == .SQLITE_CONSTRAINT, "\(sql)")
        }
    }

    @Test func arrivalOrderLeavesNoTrace() throws {
        try write("one", store: try SampleStudy.store(in: directory, name: "a/round.sqlite"))
        try write("two", store: try SampleStudy.store(in: directory, shuffle: true, name: "b/round.sqlite"))
        let names = try directory.names("one")
        #expect(names.count == 11)
        #expect(try directory.names("two") == names)
        for name in names { #expect(try directory.bytes("one/" + name) == directory.bytes("two/" + name), "\(name)") }
    }

    @Test func onlyTheOwnerCanReadIt() throws {
        let before = umask(0)
        defer { umask(before) }
        try write()
        #expect(try directory.mode("dataset") == 0o700)
        for name in try directory.names("dataset") {
            #expect(try directory.mode("dataset/" + name) == 0o600, "\(name)")
        }
    }

    @Test func returnsWhatWasReleased() throws {
        let tally = try write()
        #expect(tally.people == 3)
        #expect(tally.registers["visits"]?.rows == 8)
    }

    @Test func anUnfinishedStoreIsRefused() throws {
        let store = try WorkingStore(
            path: directory.path("s/round.sqlite"), agreement: try SampleStudy.agreement(),
            agreementID: SampleStudy.agreementID, round: try SampleStudy.round())
        #expect(throws: DatasetError.storeNotFinished) { try write(store: store) }
        #expect(try directory.names() == ["s"])
    }

    @Test func aSmallCohortIsNamedButNotCounted() throws {
        for (cell, cohort) in [(2, "residents"), (3, "clients")] {
            let agreement = try SampleStudy.agreement(smallestCell: cell)
            let store = try SampleStudy.store(in: directory, agreement: agreement, name: "s\(cell)/round.sqlite")
            let error = #expect(throws: DatasetError.self) { try write(store: store) }
            #expect(error == .cohortBelowSmallestCell(cohort))
            #expect(error?.description.contains("smallest_cell") == true)
            #expect(error?.description.contains { $0.isNumber } == false)
            #expect(try !directory.names().contains("dataset"))
        }
    }

    @Test func aCohortAsLargeAsTheSmallestCellIsReleased() throws {
        var agreement = try SampleStudy.agreement(smallestCell: 2)
        agreement.registers[2].releasedFor = ["clients"]
        let store = try WorkingStore(
            path: directory.path("s/round.sqlite"), agreement: agreement, agreementID: SampleStudy.agreementID,
            round: try SampleStudy.round())
        try store.append(person: try SampleStudy.person(1), cohorts: 2)
        try store.append(person: try SampleStudy.person(2), cohorts: 2)
        try store.finish()
        #expect(try write(store: store).cohorts == ["clients": 2])
    }

    @Test func anEmptyDatasetHasItsHeaders() throws {
        let store = try WorkingStore(
            path: directory.path("s/round.sqlite"), agreement: try SampleStudy.agreement(),
            agreementID: SampleStudy.agreementID, round: try SampleStudy.round())
        try store.finish()
        #expect(try write(store: store).people == 0)
        #expect(try directory.text("dataset/persons.csv") == "person,clients,residents\r\n")
        #expect(try directory.text("dataset/visits.csv") == "person,visit_date,note,urgent\r\n")
    }

    @Test func columnsWithQuotesAndCommasKeepTheirNames() throws {
        var agreement = try SampleStudy.agreement()
        agreement.registers[1].columns[1].name = "note \"a\", b"
        try write(store: try SampleStudy.store(in: directory, agreement: agreement))
        let names = try CSVReader.read(try directory.bytes("dataset/visits.csv")).first
        #expect(names == ["person", "visit_date", "note \"a\", b", "urgent"])
        let database = try DatabaseQueue(path: directory.path("dataset/dataset.sqlite"))
        #expect(try database.read { try $0.columns(in: "visits").map(\.name) } == names?.map { $0 ?? "" })
        try database.close()
    }
}
