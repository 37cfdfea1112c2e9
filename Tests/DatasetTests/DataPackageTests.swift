import Foundation
import PSIProtocol
import Testing

@testable import Dataset

@Suite struct DataPackageTests {
    private let directory: Scratch
    private let package: [String: Any]
    private let report: [String: Any]

    init() throws {
        directory = try Scratch()
        let store = try SampleStudy.store(in: directory)
        _ = try DatasetWriter(directory: directory.path("dataset"))
            .write(store, report: SampleStudy.report(), created: SampleStudy.created)
        func object(_ name: String, _ directory: Scratch) throws -> [String: Any] {
            let json = try JSONSerialization.jsonObject(with: try directory.bytes("dataset/" + name))
            return try SampleStudy.required(json as? [String: Any])
        }
        package = try object("datapackage.json", directory)
        report = try object("report.json", directory)
    }

    private func resource(_ name: String) throws -> [String: Any] {
        let resources = try SampleStudy.required(package["resources"] as? [[String: Any]])
        return try SampleStudy.required(resources.first { $0["name"] as? String == name })
    }

    private func schema(_ name: String) throws -> [String: Any] {
        try SampleStudy.required(try resource(name)["schema"] as? [String: Any])
    }

    private func field(_ table: String, _ name: String) throws -> [String: Any] {
        let fields = try SampleStudy.required(try schema(table)["fields"] as? [[String: Any]])
        return try SampleStudy.required(fields.first { $0["name"] as? String == name })
    }

    @Test func describesThePackage() throws {
        #expect(package["profile"] as? String == "tabular-data-package")
        #expect(package["name"] as? String == "espoo-study-1")
        #expect(package["title"] as? String == "Clients & | residents")
        #expect(package["created"] as? String == "2026-09-21T14:46:40Z")
        let note = try SampleStudy.required(package["sidos"] as? [String: Any])
        #expect(note["agreement"] as? String == SampleStudy.agreementID.description)
        #expect(note["round"] as? String == (try SampleStudy.round()).description)
        #expect(note["permit"] as? String == "THL/1234/14.06.00/2026")
        #expect((note["study"] as? [String: Any])?["legalBasis"] as? String == "Act 552/2019")
    }

    @Test func everyFileIsListedWithItsLengthAndHash() throws {
        let resources = try SampleStudy.required(package["resources"] as? [[String: Any]])
        #expect(resources.map { $0["name"] as? String } == ["persons", "visits", "benefits"])
        let note = try SampleStudy.required(package["sidos"] as? [String: Any])
        let files = resources + (try SampleStudy.required(note["files"] as? [[String: Any]]))
        let paths = files.compactMap { $0["path"] as? String }
        #expect((paths + ["datapackage.json"]).sorted() == (try directory.names("dataset")))
        for file in files {
            let path = try SampleStudy.required(file["path"] as? String)
            let bytes = try directory.bytes("dataset/" + path)
            #expect(file["bytes"] as? Int == bytes.count)
            #expect(file["hash"] as? String == "sha256:" + (try Self.sha256(directory.path("dataset/" + path))))
        }
    }

    /// As the system's own tool computes it.
    private static func sha256(_ path: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sha256sum", path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: text.prefix(64), as: UTF8.self)
    }

    @Test func tablesAreDescribed() throws {
        for (name, title) in [("visits", "Käynnit"), ("benefits", "Etuudet")] {
            let described = try resource(name)
            #expect(described["profile"] as? String == "tabular-data-resource")
            #expect(described["title"] as? String == title)
            #expect(described["encoding"] as? String == "utf-8")
            #expect(described["mediatype"] as? String == "text/csv")
            #expect((described["dialect"] as? [String: Any])?["lineTerminator"] as? String == "\r\n")
            let keys = try SampleStudy.required(try schema(name)["foreignKeys"] as? [[String: Any]])
            #expect(keys.first?["fields"] as? String == "person")
            #expect((keys.first?["reference"] as? [String: String]) == ["resource": "persons", "fields": "person"])
            #expect(try schema(name)["missingValues"] as? [String] == [""])
            let header = try CSVReader.read(try directory.bytes("dataset/\(name).csv")).first
            let fields = try SampleStudy.required(try schema(name)["fields"] as? [[String: Any]])
            #expect(fields.map { $0["name"] as? String } == header)
        }
        #expect(try schema("persons")["primaryKey"] as? String == "person")
    }

    @Test func columnsHaveTheirTypes() throws {
        let types = [
            ("persons", "person", "string"), ("persons", "clients", "boolean"), ("visits", "visit_date", "date"),
            ("visits", "note", "string"), ("visits", "urgent", "boolean"), ("benefits", "code", "string"),
            ("benefits", "euros", "number"), ("benefits", "days", "integer"),
        ]
        for (table, column, type) in types { #expect(try field(table, column)["type"] as? String == type) }
        #expect(try field("benefits", "euros")["bareNumber"] as? Bool == true)
        #expect(try field("visits", "note")["title"] as? String == "Note, \"free\"")
        func isRequired(_ table: String, _ column: String) throws -> Bool? {
            (try field(table, column)["constraints"] as? [String: Any])?["required"] as? Bool
        }
        #expect(try isRequired("visits", "visit_date") == true)
        #expect(try isRequired("visits", "note") == nil)
        // Never null, but sometimes empty, which a reader of CSV may not tell apart.
        #expect(try isRequired("benefits", "remark") == nil)
        #expect((try field("benefits", "remark")["sidos"] as? [String: Any])?["emptyTexts"] as? Bool == true)
        #expect((try field("benefits", "code")["sidos"] as? [String: Any])?["type"] as? String == "code")
    }

    @Test func theReportSaysWhatWasReleased() throws {
        #expect(report["people"] as? Int == 3)
        let cohorts = try SampleStudy.required(report["cohorts"] as? [[String: Any]])
        #expect(cohorts.map { $0["people"] as? Int } == [2, 1])
        let registers = try SampleStudy.required(report["registers"] as? [[String: Any]])
        #expect(registers.map { $0["id"] as? String } == ["population", "visits", "benefits"])
        #expect(registers.map { $0["rowsReleased"] as? Int } == [nil, 8, 7])
        #expect(registers.map { $0["peopleReleased"] as? Int } == [nil, 2, 2])
        let visits = try SampleStudy.required(registers[1]["round"] as? [String: Any])
        #expect(visits["peopleDeclared"] as? Int == 128)
        #expect(visits["declaredIsPadded"] as? Bool == true)
        #expect(visits["dummiesDropped"] as? Int == 1)
        #expect(report["deadline"] as? String == "2026-09-21T15:13:20Z")
        #expect(report["toolVersion"] as? String == "sidos-research 1.0.0")
    }

    @Test func theReportForPeopleSaysTheSame() throws {
        let text = try directory.text("dataset/report.md")
        for line in [
            "# Clients \\& \\| residents", "- Permit: THL/1234/14.06.00/2026",
            "- Agreement: `\(SampleStudy.agreementID)`",
            "- Round 1: `\(try SampleStudy.round())`", "- Kela \\| Social Insurance (kela)",
            "| clients | Clients | 2 |",
            "| any of them |  | 3 |", "| visits | Käynnit | espoo | 128 (padded) | 300 | 3 | 1 | 2 | 8 |",
            "| benefits | Etuudet | kela | 50 | – | 2 | 0 | 2 | 7 |",
            "| population | Väestö | dvv | – | – | – | – | – | – |",
            "| visits | invalid identity code | 4 |", "| visits, benefits | 20 |", "| population | withheld |",
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }

    @Test func aReportOfOtherRegistersOrUnroundedCountsIsRefused() throws {
        let agreement = try SampleStudy.agreement(countRounding: 10)
        let store = try SampleStudy.store(in: directory, agreement: agreement, name: "second/round.sqlite")
        func error(_ change: (inout RoundReport) -> Void) -> DatasetError? {
            var report = SampleStudy.report()
            change(&report)
            return #expect(throws: DatasetError.self) {
                _ = try DatasetWriter(directory: directory.path("other"))
                    .write(store, report: report, created: SampleStudy.created)
            }
        }
        #expect(error { $0.registers[0].id = "nothing" } == .reportMismatch(register: "nothing"))
        #expect(error { $0.registers[0].id = "benefits" } == .reportMismatch(register: "benefits"))
        #expect(error { $0.overlaps[0].registers = ["nothing"] } == .reportMismatch(register: "nothing"))
        #expect(error { $0.overlaps[0].people = 21 } == .countNotRounded(registers: ["visits", "benefits"]))
        #expect(try !directory.names().contains("other"))
    }

    @Test func roundReportsSurviveBeingKept() throws {
        let kept = try JSONEncoder().encode(SampleStudy.report())
        #expect(try JSONDecoder().decode(RoundReport.self, from: kept) == SampleStudy.report())
    }
}
