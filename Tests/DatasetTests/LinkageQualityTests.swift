import Foundation
import PSIProtocol
import Testing

@testable import Agreement
@testable import Dataset

@Suite struct LinkageQualityTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    private func write(_ agreement: Agreement, _ quality: RoundQuality?) throws {
        let store = try LinkedStudy.store(in: directory, agreement: agreement)
        defer { try? store.close() }
        _ = try DatasetWriter(directory: directory.path("dataset"))
            .write(store, report: LinkedStudy.report(quality), created: SampleStudy.created)
    }

    private func section() throws -> [String: Any] {
        let json = try JSONSerialization.jsonObject(with: try directory.bytes("dataset/report.json"))
        let report = try SampleStudy.required(json as? [String: Any])
        return try SampleStudy.required(report["linkageQuality"] as? [String: Any])
    }

    private func register(_ id: String) throws -> [String: Any] {
        let registers = try SampleStudy.required(try section()["registers"] as? [[String: Any]])
        return try SampleStudy.required(registers.first { $0["id"] as? String == id })
    }

    @Test func theReportForPeopleHasTheRates() throws {
        try write(try LinkedStudy.agreement(), nil)
        let text = try directory.text("dataset/report.md")
        for line in [
            "## Linkage quality", "### People released from visits",
            "| Of | Value | People | By identity\\_code | By names | By tolerant | Alone |",
            "| all |  | 6 | 2 (33 %) | 1 (17 %) | 1 (17 %) | 2 (33 %) |",
            "| year | 2019 | 4 | 2 (50 %) | 0 (0 %) | 0 (0 %) | 2 (50 %) |",
            "| year | (none) | 1 | 0 (0 %) | 0 (0 %) | 1 (100 %) | 0 (0 %) |",
            "| group | a | 3 | 2 (67 %) | 0 (0 %) | 0 (0 %) | 1 (33 %) |",
            "| benefits | all |  | 5 | 2 (40 %) | 3 (60 %) |", "| benefits | group | a | 3 | 1 (33 %) | 2 (67 %) |",
            "| visits | all |  | 2 | 2 (100 %) | 0 (0 %) |",
        ] {
            #expect(text.contains("\n" + line + "\n"), "\(line)")
        }
        #expect(text.contains("people of that kind are missed more often"))
        #expect(!text.contains("Identity codes at the source"))
        #expect(!text.contains("withheld"))
    }

    @Test func theReportForProgramsHasTheRates() throws {
        try write(try LinkedStudy.agreement(), nil)
        let released = try SampleStudy.required(try register("visits")["released"] as? [String: Any])
        let years = try SampleStudy.required(released["years"] as? [[String: Any]])
        #expect(years.map { $0["value"] as? String } == ["2019", "2020", "(none)"])
        #expect((years[0]["people"] as? [String: Any])?["count"] as? Int == 4)
        let links = try SampleStudy.required(years[0]["links"] as? [[String: Any]])
        #expect(links.map { $0["name"] as? String } == LinkedStudy.names)
        let first = try SampleStudy.required(links[0]["people"] as? [String: Any])
        #expect(first["count"] as? Int == 2 && first["percent"] as? Int == 50 && first["withheld"] == nil)
        let overlaps = try SampleStudy.required(released["overlaps"] as? [[String: Any]])
        #expect(overlaps.map { $0["register"] as? String } == ["benefits"])
        #expect(try register("population")["released"] == nil)
        #expect(try section()["conflicts"] == nil)
    }

    @Test func whatWasToldIsShownAndWithheldAsItWas() throws {
        try write(try LinkedStudy.agreement(smallestCell: 5, countRounding: 10), LinkedStudy.quality())
        let text = try directory.text("dataset/report.md")
        for line in [
            // What ties numbers to each other is the owner's to know, and to withhold.
            "| visits | all |  | 250 | 30 | withheld | 20 | 10 |", "| visits | 1000 | 20 | 0 | 0 |",
            "| visits | identity\\_code | 90 | 0 |", "| visits | names | 80 | withheld |",
            "| visits | 70 | 10 | withheld |", "| groups refused | 0 | 10 | withheld |",
            "| all |  | 10 | withheld | withheld | withheld | withheld |",
        ] {
            #expect(text.contains("\n" + line + "\n"), "\(line)")
        }
        #expect(text.contains("belong to several people: withheld."))
        #expect(text.contains("Rounded to the nearest multiple of 10."))
        let source = try SampleStudy.required(try register("visits")["source"] as? [String: Any])
        let codes = try SampleStudy.required(source["codes"] as? [String: [String: Any]])
        #expect(codes["official"]?["count"] as? Int == 250)
        for name in ["missing"] {
            #expect(codes[name]?["count"] is NSNull)
            #expect(codes[name]?["withheld"] as? Bool == true)
        }
        #expect(try !directory.text("dataset/report.json").contains("-1"))
    }

    @Test func oneWayHasTheSectionWhereOwnersToldSomething() throws {
        var agreement = try LinkedStudy.agreement(smallestCell: 5, countRounding: 10)
        agreement.matchKeys = [.identityCode]
        agreement.tolerantMatching = nil
        var quality = LinkedStudy.quality()
        quality.linkage = nil
        quality.surveys["visits"]?.keys = []
        let store = try LinkedStudy.open(in: directory, agreement: agreement)
        for entry in try LinkedStudy.entries() {
            try store.append(
                person: try SampleStudy.person(entry.person), cohorts: entry.cohorts, register: entry.register,
                link: entry.link == nil ? nil : 0)
        }
        try store.finish()
        _ = try DatasetWriter(directory: directory.path("dataset"))
            .write(store, report: LinkedStudy.report(quality), created: SampleStudy.created)
        let text = try directory.text("dataset/report.md")
        #expect(text.contains("| Of | Value | People | By identity\\_code | Alone |\n"))
        #expect(!text.contains("Match keys at the source") && !text.contains("Records joined"))
        #expect(try directory.text("dataset/persons.csv").hasPrefix("person,clients,residents\r\n"))
    }

    @Test func countsThatTheAgreementDoesNotLetBePublishedAreRefused() throws {
        let agreement = try LinkedStudy.agreement(smallestCell: 5, countRounding: 10)
        let store = try LinkedStudy.store(in: directory, agreement: agreement)
        func error(_ change: (inout RoundQuality) -> Void) -> DatasetError? {
            var quality = LinkedStudy.quality()
            change(&quality)
            return #expect(throws: DatasetError.self) {
                _ = try DatasetWriter(directory: directory.path("dataset"))
                    .write(store, report: LinkedStudy.report(quality), created: SampleStudy.created)
            }
        }
        #expect(error { $0.surveys["nothing"] = $0.surveys["visits"] } == .reportMismatch(register: "nothing"))
        let ofVisits = DatasetError.qualityCountNotRounded(register: "visits")
        #expect(error { $0.surveys["visits"]?.codes.official = 251 } == ofVisits)
        #expect(error { $0.linkage?.historyConflicts = 7 } == .qualityCountNotRounded(register: nil))
        #expect(error { $0.linkage?.linked.removeLast() } == .qualityCountNotRounded(register: nil))
        #expect(try !directory.names().contains("dataset"))
    }

    @Test func surveysThatCannotBeTrueAreImplausible() throws {
        let agreement = try LinkedStudy.agreement(smallestCell: 5, countRounding: 10)
        let good = try SampleStudy.required(LinkedStudy.quality().surveys["visits"])
        #expect(good.isPlausible(listed: 100, agreement: agreement))
        #expect(!good.isPlausible(listed: 89, agreement: agreement))
        let line = SourceSurvey.Breakdown(value: "2019", codes: good.codes)
        var allowed: [(inout SourceSurvey) -> Void] = [
            { $0.keys = [] }, { $0.history.codes = 5_000_000 }, { $0.years = [line] },
            { $0.years = Array(repeating: line, count: 42) }, { $0.groups = Array(repeating: line, count: 26) },
            { $0.years = [SourceSurvey.Breakdown(value: String(repeating: "x", count: 64), codes: line.codes)] },
        ]
        // 95 rows may be published as 100.
        allowed.append { ($0.rowsRead, $0.rowsKept, $0.codes.official, $0.codes.temporary) = (295, 290, 300, 0) }
        for (index, change) in allowed.enumerated() {
            var survey = good
            change(&survey)
            #expect(survey.isPlausible(listed: 100, agreement: agreement), "\(index)")
        }
        let refused: [(inout SourceSurvey) -> Void] = [
            { $0.codes.official = -2 }, { $0.codes.missing = 310 }, { $0.codes.repaired = 7 },
            { $0.codes.invalid = .max },
            { $0.keys.removeLast() }, { $0.keys[0].present = 100 }, { $0.keys[1].shared = -2 },
            { $0.history.people = 100 }, { $0.history.cycles = -2 }, { $0.history.codes = .max },
            { $0.years = Array(repeating: line, count: 43) }, { $0.groups = Array(repeating: line, count: 27) },
            { $0.groups = [SourceSurvey.Breakdown(value: String(repeating: "x", count: 65), codes: line.codes)] },
            { $0.groups = [SourceSurvey.Breakdown(value: "a\nb", codes: line.codes)] },
            {
                $0.years = [line]
                $0.years[0].codes.official = 310
            },
            { $0.people = -1 }, { $0.rowsRead = -1 }, { $0.rowsRead = .max }, { $0.rowsKept = 301 },
            { $0.refused["a\nb"] = 1 }, { $0.refused["x"] = 1 }, { $0.refused["missing"] = 301 },
        ]
        for (index, change) in refused.enumerated() {
            var survey = good
            change(&survey)
            #expect(!survey.isPlausible(listed: 100, agreement: agreement), "\(index)")
        }
    }

    @Test func whatWasToldSurvivesBeingKept() throws {
        let report = LinkedStudy.report(LinkedStudy.quality())
        #expect(try JSONDecoder().decode(RoundReport.self, from: try JSONEncoder().encode(report)) == report)
    }
}
