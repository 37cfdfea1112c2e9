import PSIProtocol
import Testing

@testable import Agreement
@testable import Register

/// By what the quality of a register's codes is reported. [P-48]
@Suite struct RegisterSurveyTests {
    @Test func everyReasonForRefusingIsOneThatSurveysMayHave() {
        #expect(Set(RefusalReason.allCases.map(\.rawValue)) == SourceSurvey.refusalReasons)
    }

    private static let official = IdentityReading(
        CodeIdentity(PersonIdentity(bytes: [1]), .official), isRepaired: false)

    private func survey(
        years: [(Int?, rows: Int)] = [], groups: [(String?, rows: Int)] = []
    ) -> RegisterSurvey {
        var survey = RegisterSurvey()
        for (year, rows) in years {
            for _ in 0..<rows { survey.count(.success(Self.official), QualityValues(year: year)) }
        }
        for (group, rows) in groups {
            for _ in 0..<rows { survey.count(.success(Self.official), QualityValues(group: group)) }
        }
        return survey
    }

    private func shown(_ breakdown: [SourceSurvey.Breakdown]) -> [String] {
        breakdown.map { "\($0.value):\($0.codes.rows)" }
    }

    @Test func codesAreCountedByWhatTheyAre() throws {
        var survey = RegisterSurvey()
        let repaired = IdentityReading(CodeIdentity(PersonIdentity(bytes: [2]), .temporary), isRepaired: true)
        let quality = QualityValues(year: 2020, group: "a")
        let codes: [Result<IdentityReading, RefusalReason>] =
            [.success(Self.official), .success(repaired)] + RefusalReason.allCases.map { .failure($0) }
        for code in codes { survey.count(code, quality) }
        for counts in [survey.codes] + (survey.yearBreakdown + survey.groupBreakdown).map(\.codes) {
            #expect(counts.official == 1 && counts.temporary == 1 && counts.repaired == 1 && counts.missing == 1)
            #expect(counts.invalid == RefusalReason.allCases.count - 1 && counts.rows == codes.count)
        }
        #expect(survey.yearBreakdown.map(\.value) == ["2020"] && survey.groupBreakdown.map(\.value) == ["a"])
    }

    @Test func theLatestYearsAreToldApart() {
        let forty = (1981...2020).map { (Optional($0), rows: 1) }
        let names = (1981...2020).map { "\($0):1" }
        #expect(shown(survey(years: forty.reversed()).yearBreakdown) == names)
        #expect(
            shown(survey(years: [(nil, 3), (1970, 2)] + forty + [(1980, 5)]).yearBreakdown)
                == names + ["other:7", ":3"])
        #expect(shown(survey(years: [(nil, 2)] + forty).yearBreakdown) == names + [":2"])
        #expect(survey(years: [(nil, 2)]).yearBreakdown == [], "no row has a year")
    }

    @Test func theLargestGroupsAreToldApart() {
        let many = (0..<24).map { (Optional("g\($0)"), rows: 100 - $0) }
        let names = (0..<24).map { "g\($0):\(100 - $0)" }
        #expect(shown(survey(groups: many.reversed()).groupBreakdown) == names)
        #expect(
            shown(survey(groups: [("small", 4), (nil, 200)] + many + [("tiny", 1), ("other", 2)]).groupBreakdown)
                == names + ["other:7", ":200"])
        #expect(shown(survey(groups: [("b", 1), ("a", 1), ("c", 2)]).groupBreakdown) == ["c:2", "a:1", "b:1"])
        #expect(shown(survey(groups: [("other", 9), ("a", 1)]).groupBreakdown) == ["a:1", "other:9"])
        #expect(survey(groups: [(nil, 2)]).groupBreakdown == [])
    }

    @Test func whatIsNoGroupsValueIsNotShown() {
        let fits = String(repeating: "ä", count: 32)
        for value in [fits + "x", "a\nb", "a\u{7F}", "\u{85}", String(repeating: "x", count: 65)] {
            let survey = survey(groups: [(value, 2), (fits, 1), ("b", 1)])
            #expect(shown(survey.groupBreakdown) == ["b:1", "\(fits):1", "other:2"], "\(value.debugDescription)")
        }
        #expect(shown(survey(groups: [("a\u{0}", 1)]).groupBreakdown) == ["other:1"])
        // A column of free text isn't held in memory.
        var survey = RegisterSurvey()
        for number in 0..<5_000 { survey.count(.failure(.missing), QualityValues(group: "\(number)")) }
        #expect(survey.groups.count <= 4_097 && survey.groupBreakdown.count == 25)
        #expect(survey.groupBreakdown.map(\.codes.missing).reduce(0, +) == 5_000)
    }

    @Test func rowsAreCountedInTheirYearAndGroupWhetherKeptOrNot() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "id,day,land,amount\n131052-308T,1.2.2020,FI,1\nx,2.2.2020,FI,1\n,3.2.2019,SE,1\n,,,1\n"
                + "131052\u{2013}308T,2019-12-31,SE,1\nx,not a day,NO,none\n")
        var declaration = register([
            column("day", .date, nullable: true), column("land", .code, nullable: true), column("amount", .integer),
        ])
        declaration.quality = QualityColumns(year: "day", group: "land")
        let plan = try plan(own: [], keys: [.identityCode], quality: declaration.quality)
        let reader = try RegisterReader(
            declaration: declaration, source: RegisterSource(CSVSource(path: path), identityColumn: "id"), plan: plan)
        let survey = try await PersonGrouping(reader: reader, spool: MemorySpool()).run()
        #expect(survey.rowsRead == 6 && survey.rowsKept == 2 && survey.refused == [.malformed: 2, .missing: 2])
        func lines(_ breakdown: [SourceSurvey.Breakdown]) -> [[String]] {
            breakdown.map { part in
                let codes = part.codes
                return [part.value] + [codes.official, codes.missing, codes.invalid, codes.repaired].map(String.init)
            }
        }
        #expect(
            lines(survey.yearBreakdown)
                == [["2019", "1", "1", "0", "1"], ["2020", "1", "0", "1", "0"], ["", "0", "1", "1", "0"]])
        #expect(
            lines(survey.groupBreakdown) == [
                ["FI", "1", "0", "1", "0"], ["SE", "1", "1", "0", "1"], ["NO", "0", "0", "1", "0"],
                ["", "0", "1", "0", "0"],
            ])
    }

    @Test func yearsMayBeNumbersAndGroupsBooleans() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "id,y,b\n131052-308T,2020,1\n131052-308T,0,0\n131052-308T,10000,1\n131052-308T,9999,\n")
        var declaration = register([column("y", .integer), column("b", .boolean, nullable: true)])
        declaration.quality = QualityColumns(year: "y", group: "b")
        let reader = try RegisterReader(
            declaration: declaration, source: RegisterSource(CSVSource(path: path), identityColumn: "id"),
            plan: try plan(own: [], keys: [.identityCode], quality: declaration.quality))
        let survey = try await PersonGrouping(reader: reader, spool: MemorySpool()).run()
        #expect(shown(survey.yearBreakdown) == ["2020:1", "9999:1", ":2"])
        #expect(shown(survey.groupBreakdown) == ["true:2", "false:1", ":1"])
    }
}
