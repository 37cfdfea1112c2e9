import Files
import Foundation
import GRDB
import Testing

@testable import Agreement
@testable import Dataset
@testable import Values

/// Columns that name people, from links to pseudonyms. [A-91] [A-92] [A-94]
@Suite struct RelationColumnTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    private func text(_ person: UInt8) throws -> String { try SampleStudy.person(person).text }

    private func write(_ store: WorkingStore, to name: String = "dataset") throws -> Tally {
        try DatasetWriter(directory: directory.path(name))
            .write(store, report: RelationStudy.report(), created: SampleStudy.created)
    }

    private func lines(_ table: String, of name: String = "dataset") throws -> [[String?]] {
        Array(try CSVReader.read(try directory.bytes("\(name)/\(table).csv")).dropFirst())
    }

    private func filled(_ agreement: Agreement? = nil, finish: Bool = true) throws -> RelationStudy.Store {
        let store = try RelationStudy.Store(in: directory, try agreement ?? RelationStudy.agreement())
        try RelationStudy.fill(store)
        if finish {
            try store.store.noteFalseLinks()
            #expect(try store.store.damaged() == [:])
            try store.store.dropWithheld()
            try store.store.finish()
        }
        return store
    }

    private var visits: [[String?]] {
        get throws {
            [
                [try text(1), "1", try text(2)], [try text(2), "2", try text(1)], [try text(3), "3", nil],
                [try text(3), "4", nil],
            ]
        }
    }

    @Test func everyPseudonymIsThatOfThePersonNamed() throws {
        let store = try filled().store
        defer { try? store.close() }
        let tally = try write(store)
        #expect(tally.registers.keys.sorted() == ["benefits", "visits"])
        #expect(try lines("visits") == visits)
        let children = try lines("benefits")
        #expect(
            children == [
                [try text(4), try text(4)], [try text(5), nil], [try text(5), try text(1)], [try text(5), try text(1)],
            ])
        let names = try directory.names("dataset")
        #expect(names.contains("visits.csv") && !names.contains { $0.contains("visits-spouse") })
        let database = try DatabaseQueue(path: directory.path("dataset/dataset.sqlite"))
        defer { try? database.close() }
        try database.read { database in
            #expect(
                try String.fetchAll(database, sql: "SELECT spouse FROM visits WHERE spouse NOTNULL ORDER BY n")
                    == [try text(2), try text(1)])
            #expect(try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").isEmpty)
            let tables = try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
            #expect(tables.sorted() == ["benefits", "persons", "visits"])
            let keys = try Row.fetchAll(database, sql: "PRAGMA foreign_key_list(visits)").map { $0["from"] as String }
            #expect(keys.sorted() == ["person", "spouse"])
        }
    }

    /// A placeholder, or a parent of very many: each row finds whom it names, and it takes no longer than rows do.
    @Test func aHundredThousandRowsNameOnePerson() throws {
        let count = 100_000
        func link(_ number: Int) -> FieldValue { .person(BigEndian.u64(7) + BigEndian.u64(UInt64(number))) }
        let store = try RelationStudy.Store(in: directory, try RelationStudy.agreement())
        // 5 has the child 1 in every row but the last, which names 5, who is named by nobody else.
        let rows = (0...count).map { [link($0)] }
        try store.add(
            5, RelationStudy.residents, ["benefits": rows + [[link(count + 1)]], "benefits-child": [[link(count)]]])
        try store.add(
            1, RelationStudy.residents, ["benefits-child": Array(rows.dropLast()), "benefits": [[link(count + 2)]]])
        try store.store.noteFalseLinks()
        #expect(try store.store.damaged() == [:])
        try store.store.dropWithheld()
        try store.store.finish()
        defer { try? store.store.close() }
        _ = try write(store.store)
        var found: [[String?]: Int] = [:]
        for line in try lines("benefits") { found[line, default: 0] += 1 }
        let (five, one) = (try text(5), try text(1))
        #expect(found == [[five, one]: count, [five, five]: 1, [five, nil]: 1, [one, nil]: 1])
    }

    /// A link is in no file of the dataset, and no longer in the store.
    @Test func linksAreGoneWhenTheStoreIsFinished() throws {
        let store = try filled()
        #expect(try write(store.store).people == 5)
        try store.store.close()
        var files = try directory.names("dataset").map { "dataset/" + $0 }
        files += try directory.names("store").map { "store/" + $0 }
        #expect(files.count > 8)
        for file in files {
            let bytes = try directory.bytes(file)
            for byte in [12, 21, 51, 52, 44, 99] as [UInt8] {
                let link = [UInt8](repeating: byte, count: 16)
                #expect(bytes.firstRange(of: Data(link)) == nil, "\(file)")
                let hex = Data(Hex.encode(link).utf8)
                #expect(bytes.firstRange(of: hex) == nil, "\(file)")
                let text = Data(try SampleStudy.person(byte).text.utf8)
                #expect(bytes.firstRange(of: text) == nil, "\(file)")
            }
        }
    }

    @Test func receivingAgainChangesNothing() throws {
        let store = try filled(finish: false)
        try store.store.noteFalseLinks()
        try store.store.close()
        let again = try filled()
        defer { try? again.store.close() }
        _ = try write(again.store)
        #expect(try lines("visits") == visits)
        // Finishing twice is finishing once.
        try again.store.finish()
        _ = try write(again.store, to: "second")
        #expect(try lines("visits", of: "second") == visits)
    }

    @Test func whoWasDroppedIsNamedByNobody() throws {
        let store = try filled(finish: false)
        // A dummy of another register has the tag of person 2, and a cell of person 4 is damaged.
        try store.store.append(dummy: try SampleStudy.person(2), register: "benefits")
        try store.store.append(damaged: try SampleStudy.person(4), register: "population")
        try store.add(6, RelationStudy.residents, ["benefits": [[RelationStudy.link(46)]]])
        try store.add(4, RelationStudy.residents, [:])
        try store.store.noteFalseLinks()
        try store.store.dropDamaged()
        try store.store.dropWithheld()
        try store.store.finish()
        defer { try? store.store.close() }
        _ = try write(store.store)
        #expect(try lines("visits") == [[try text(1), "1", nil], [try text(3), "3", nil], [try text(3), "4", nil]])
        #expect(try lines("benefits").filter { $0[0] == (try? text(6)) } == [[try text(6), nil]])
        #expect(try !directory.text("dataset/benefits.csv").contains(try text(4)))
    }

    /// Lies of an owner: they damage whoever has them, and nobody can say who is meant.
    @Test func linksThatNoHonestOwnerGivesAreDamage() throws {
        let lies: [(name: String, rows: [(UInt8, RegisterID, [[FieldValue]])], found: [RegisterID: Int])] = [
            (
                "one link names two people",
                [(7, "visits-spouse", [[RelationStudy.link(70)]]), (8, "visits-spouse", [[RelationStudy.link(70)]])],
                ["visits-spouse": 2]
            ),
            (
                "one link twice among somebody's",
                [(7, "visits-spouse", [[RelationStudy.link(70)], [RelationStudy.link(70)]])],
                ["visits-spouse": 1]
            ),
            (
                "two people's rows have one link",
                [
                    (7, "visits", [[.integer(1), RelationStudy.link(70)]]),
                    (8, "visits", [[.integer(1), RelationStudy.link(70)]]),
                ], ["visits": 2]
            ),
            (
                "two rows of somebody have one link",
                [(7, "visits", [[.integer(1), RelationStudy.link(70)], [.integer(2), RelationStudy.link(70)]])],
                ["visits": 1]
            ),
            (
                "a link of others names somebody, too", [(7, "visits-spouse", [[RelationStudy.link(12)]])],
                ["visits-spouse": 2]
            ),
            ("a link that leads nowhere is none", [(7, "visits-spouse", [[RelationStudy.link(70)]])], [:]),
        ]
        for (index, lie) in lies.enumerated() {
            let store = try RelationStudy.Store(
                in: directory, try RelationStudy.agreement(), name: "store\(index)/round.sqlite")
            try RelationStudy.fill(store)
            for (person, register, rows) in lie.rows { try store.add(person, RelationStudy.clients, [register: rows]) }
            for _ in 0..<2 {
                try store.store.noteFalseLinks()
                #expect(try store.store.damaged() == lie.found, "\(lie.name)")
            }
            try store.store.dropDamaged()
            try store.store.dropWithheld()
            try store.store.finish()
            _ = try write(store.store, to: "dataset\(index)")
            let text = try directory.text("dataset\(index)/visits.csv")
            if !lie.found.isEmpty {
                for liar in [7, 8] as [UInt8] { #expect(try !text.contains(self.text(liar)), "\(lie.name)") }
            }
            try store.store.close()
        }
    }

    @Test func aLinkOfAnotherLengthIsRefused() throws {
        let store = try RelationStudy.Store(in: directory, try RelationStudy.agreement())
        for length in [0, 15, 17, 32] {
            let link = FieldValue.person([UInt8](repeating: 1, count: length))
            #expect(throws: DatasetError.wrongType(register: "visits", column: "spouse")) {
                try store.add(1, RelationStudy.clients, ["visits": [[.integer(1), link]]])
            }
        }
        #expect(throws: DatasetError.missingValue(register: "visits-spouse", column: "link")) {
            try store.add(1, RelationStudy.clients, ["visits-spouse": [[.null]]])
        }
        // Nobody is named who is in no cohort that the register is released for.
        #expect(throws: DatasetError.rowsNotReleased(register: "visits-spouse")) {
            try store.add(2, RelationStudy.residents, ["visits-spouse": [[RelationStudy.link(1)]]])
        }
    }

    // MARK: What is told

    @Test func theReportCountsWhoIsElsewhere() throws {
        let store = try filled().store
        defer { try? store.close() }
        _ = try write(store)
        let json = try JSONSerialization.jsonObject(with: try directory.bytes("dataset/report.json"))
        let report = try SampleStudy.required(json as? [String: Any])
        let relations = try SampleStudy.required(report["relations"] as? [[String: Any]])
        let told = relations.map { relation in
            ["elsewhere", "nobody"].map { (relation[$0] as? [String: Any])?["count"] as? Int }
        }
        #expect(relations.map { $0["column"] as? String } == ["spouse", "child"] && told == [[1, 1], [0, 1]])
        #expect(try directory.text("dataset/report.md").contains("| visits | spouse | 1 | 1 |"))
        #expect(try directory.text("dataset/report.html").contains("Rows that name no person of the dataset"))
        #expect(try !directory.text("dataset/report.md").contains("Dummies dropped | 0"))
    }

    @Test func smallCountsAreWithheldWithWhatWouldTellThem() throws {
        let agreement = try RelationStudy.agreement(smallestCell: 2)
        let store = try RelationStudy.Store(in: directory, agreement)
        try RelationStudy.fill(store)
        // Of 3's rows without a pseudonym one names somebody else; with 40 more that name nobody both stay hidden.
        let nobody = (10..<50).map { [FieldValue.integer($0), .null] }
        try store.add(6, RelationStudy.clients, ["visits": nobody])
        try store.store.dropWithheld()
        try store.store.finish()
        defer { try? store.store.close() }
        _ = try write(store.store)
        #expect(try directory.text("dataset/report.md").contains("| visits | spouse | withheld | withheld |"))
    }

    @Test func codebookPackageAndLoadersSayWhatThePseudonymIs() throws {
        let store = try filled().store
        defer { try? store.close() }
        _ = try write(store)
        let page = try directory.text("dataset/report.html")
        #expect(page.contains("The pseudonym of another person, who has a row in persons"))
        let json = try JSONSerialization.jsonObject(with: try directory.bytes("dataset/datapackage.json"))
        let resources = try SampleStudy.required((json as? [String: Any])?["resources"] as? [[String: Any]])
        let visits = try SampleStudy.required(resources.first { $0["name"] as? String == "visits" })
        let schema = try SampleStudy.required(visits["schema"] as? [String: Any])
        let fields = try SampleStudy.required(schema["fields"] as? [[String: Any]])
        #expect(fields.last?["type"] as? String == "string")
        #expect((fields.last?["constraints"] as? [String: Any])?["required"] == nil)
        let keys = try SampleStudy.required(schema["foreignKeys"] as? [[String: Any]])
        #expect(keys.map { $0["fields"] as? String } == ["person", "spouse"])
        #expect(
            keys.allSatisfy { ($0["reference"] as? [String: String]) == ["resource": "persons", "fields": "person"] })
        #expect(try directory.text("dataset/load.R").contains(#"list("spouse", "person", "Spouse""#))
        #expect(try directory.text("dataset/load.py").contains(#"("spouse", "person", "Spouse", False"#))
        #expect(try directory.text("dataset/load.do").contains("spouse"))
    }

    @Test func theLoadersReadIt() throws {
        let store = try filled().store
        defer { try? store.close() }
        _ = try write(store)
        let python = """
            import sys
            sys.path.insert(0, sys.argv[1])
            import load
            data = load.load()
            people = set(data["persons"]["person"])
            spouses = data["visits"]["spouse"]
            assert spouses.isna().tolist() == [False, False, True, True], spouses
            assert set(spouses.dropna()) <= people
            print("checked")
            """
        let r = """
            directory <- commandArgs(trailingOnly = TRUE)[1]
            source(file.path(directory, "load.R"))
            data <- load_dataset(directory)
            spouses <- data$visits$spouse
            stopifnot(identical(is.na(spouses), c(FALSE, FALSE, TRUE, TRUE)))
            stopifnot(all(spouses[1:2] %in% data$persons$person))
            cat("checked\\n")
            """
        for (program, name, script) in [("/usr/bin/python3", "check.py", python), ("/usr/bin/Rscript", "check.R", r)] {
            try Data(script.utf8).write(to: URL(fileURLWithPath: directory.path(name)))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = [directory.path(name), directory.path("dataset")]
            process.environment = ["PATH": "/usr/bin:/bin", "HOME": directory.root, "PYTHONDONTWRITEBYTECODE": "1"]
            let output = Pipe()
            (process.standardOutput, process.standardError) = (output, output)
            try process.run()
            let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0 && said.contains("checked"), "\(said)")
        }
    }

    // MARK: Disclosure control

    private static func anonymity(_ columns: [String], leaveOut: Int = 0) -> DisclosureRules {
        var anonymity = Anonymity(
            smallestClass: 2, quasiIdentifiers: columns.map { QuasiIdentifier(ColumnReference("visits", $0)) })
        anonymity.leaveOutPercent = leaveOut
        return DisclosureRules([.anonymity(anonymity)])
    }

    /// Who is left out is named by nobody, and a relation that is named as a quasi-identifier stays only where k share
    /// it.
    @Test func whatKDoesNotLetBeShownIsMissing() throws {
        func dataset(_ rules: DisclosureRules, _ name: String) throws -> [[String?]] {
            let agreement = try RelationStudy.agreement(disclosure: rules)
            let store = try RelationStudy.Store(in: directory, agreement, name: "\(name)-store/round.sqlite")
            // 1 to 3 name 4, 4 names 1, and 5 names 6, who has no visit and is left out.
            for person in 1...3 as ClosedRange<UInt8> {
                let row: [FieldValue] = [.integer(1), RelationStudy.link(100 + person)]
                try store.add(person, RelationStudy.clients, ["visits": [row]])
            }
            try store.add(1, RelationStudy.clients, ["visits-spouse": [[RelationStudy.link(104)]]])
            try store.add(
                4, RelationStudy.clients,
                [
                    "visits": [[.integer(1), RelationStudy.link(104)]],
                    "visits-spouse": (1...3).map { [RelationStudy.link(100 + $0)] },
                ])
            try store.add(5, RelationStudy.clients, ["visits": [[.integer(1), RelationStudy.link(105)]]])
            try store.add(6, RelationStudy.clients, ["visits-spouse": [[RelationStudy.link(105)]]])
            try store.store.dropWithheld()
            try store.store.finish()
            defer { try? store.store.close() }
            _ = try write(store.store, to: name)
            return try lines("visits", of: name)
        }
        let four = try text(4)
        let unnamed = try dataset(Self.anonymity(["n"], leaveOut: 50), "unnamed")
        #expect(unnamed.map { $0[2] } == [four, four, four, try text(1), nil])
        #expect(try !directory.text("unnamed/persons.csv").contains(try text(6)))
        let named = try dataset(Self.anonymity(["n", "spouse"], leaveOut: 50), "named")
        #expect(named.prefix(3).map { $0[2] } == [four, four, four])
        #expect(named.dropFirst(3).allSatisfy { $0[2] == nil })
        #expect(try directory.text("named/report.md").contains("| visits | spouse | withheld | withheld |"))
    }

    // MARK: Made-up data

    @Test func madeUpPeopleAreRelatedToo() throws {
        for seed in [1, 2] as [UInt64] {
            let scratch = try PrivateDirectory(creating: directory.path("scratch\(seed)"))
            let example = try ExampleData(
                try RelationStudy.agreement(), agreementID: SampleStudy.agreementID, people: 60, seed: seed)
            let tally = try example.write(
                to: directory.path("made-up\(seed)"), replace: false, scratch: scratch, toolVersion: "x")
            #expect(tally.people > 40)
            let people = Set(try lines("persons", of: "made-up\(seed)").map { $0[0] })
            for (table, column) in [("visits", 2), ("benefits", 1)] {
                let named = try lines(table, of: "made-up\(seed)").map { $0[column] }
                #expect(named.contains(nil) && Set(named.compactMap { $0 }).count > 5)
                #expect(named.allSatisfy { $0 == nil || people.contains($0) })
            }
        }
    }
}
