import PSIProtocol
import Testing

@testable import Register

/// A register's people by the codes that they have today.
@Suite struct HistoryGroupingTests {
    private func grouping(_ rows: String, history: String, in folder: TemporaryFolder) throws -> PersonGrouping {
        let table = IdentityHistorySource(
            CSVSource(path: try folder.write(history, to: "history.csv")), formerColumn: "old", currentColumn: "new")
        let source = RegisterSource(
            CSVSource(path: try folder.write(rows)), identityColumn: "id", personColumn: "client", history: table)
        let reader = try RegisterReader(declaration: register([column("n", .integer)]), source: source)
        return try PersonGrouping(reader: reader, spool: MemorySpool())
    }

    private let official = ["-", "Y", "X", "W", "V", "U"].map { "fi-hetu\u{1F}131052\($0)308T" }

    @Test func rowsUnderOldAndNewCodesAreOnePersons() async throws {
        let folder = try TemporaryFolder()
        let history = "old,new\n010594Y9032,131052Y308T\n131052Y308T,131052-308T\n131052V308T,131052U308T\n"
        let rows = "id,client,n\n131052y308t,,1\n131052-308T,,2\n010594Y9032,,3\n131052X308T,,4\n131052U308T,,5\n"
        let grouping = try grouping(rows, history: history, in: folder)
        #expect(
            Set(try await people(grouping).map(SeenPerson.init)) == [
                SeenPerson(
                    identity: official[0],
                    former: [official[1], "fi-hetu-temporary\u{1F}kela\u{1F}010594Y9032"],
                    rows: ["integer(1)", "integer(2)", "integer(3)"]),
                SeenPerson(identity: official[2], rows: ["integer(4)"]),
                SeenPerson(identity: official[5], former: [official[4]], rows: ["integer(5)"]),
            ])
        let survey = try await grouping.run()
        #expect(survey.people == 3 && survey.peopleWithFormerCodes == 2 && survey.peopleWithoutCode == 0)
        #expect(survey.codes.official == 4 && survey.codes.temporary == 1)
    }

    @Test func aNamedPersonsOldAndNewCodesAreOneCode() async throws {
        let folder = try TemporaryFolder()
        let rows = "id,client,n\n131052Y308T,7,1\n131052-308T,7,2\n,7,3\n"
        let with = try grouping(rows, history: "old,new\n131052Y308T,131052-308T\n", in: folder)
        #expect(try await people(with).map { SeenPerson($0).identity } == [official[0]])
        #expect(try await with.run().severalCodes == 0)
        let without = try grouping(rows, history: "old,new\n", in: folder)
        #expect(try await people(without).isEmpty)
        #expect(try await without.run().refused == [.severalCodes: 3])
    }

    @Test func theSurveyHasTheHistorysCounts() async throws {
        let folder = try TemporaryFolder()
        let history = """
            old,new
            131052Y308T,131052-308T
            131052-308T,131052-308T
            131052X308T,131052W308T
            131052X308T,131052V308T
            131052W308T,131052V308T
            131052V308T,131052W308T
            x,131052-308T
            131052-308T,

            """
        var expected = IdentityHistory.Counts()
        expected.pairsRead = 6
        expected.formerCodes = 4
        expected.selfPairs = 1
        expected.conflicts = 1
        expected.cycles = 1
        expected.refused = [.malformed: 1, .missing: 1]
        // Who has several successors is left alone; a circle is one person, under the greatest bytes.
        let rows = "id,client,n\n131052X308T,,1\n131052W308T,,2\n131052V308T,,3\n"
        let grouping = try grouping(rows, history: history, in: folder)
        #expect(try await grouping.run().history == expected)
        #expect(
            Set(try await people(grouping).map { SeenPerson($0).identity }) == [official[2], official[3]])
    }

    @Test func anUnreadableHistoryIsAnErrorThatNamesIt() throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/history.csv"
        let cases: [(text: String, RegisterError)] = [
            ("", RegisterError(.emptyFile, file: file, line: 1)),
            ("old,neu\n", RegisterError(.missingColumns([.init(name: "new", suggestion: "neu")]), file: file)),
            (
                "old,new\n131052Y308T\n",
                RegisterError(.tooFewFields(expected: 2, found: 1), file: file, row: 1, line: 2)
            ),
            ("131052Y308T,131052-308T\n", RegisterError(.identityCodeInHeader, file: file, line: 1, column: "#1")),
        ]
        for (text, expected) in cases {
            let error = registerError {
                _ = try grouping("id,client,n\n131052-308T,,1\n", history: text, in: folder)
            }
            #expect(error?.kind == expected.kind && error?.file == file && error?.row == expected.row, "\(text)")
            #expect(error?.description.contains("history.csv") == true)
        }
        let source = RegisterSource(
            CSVSource(path: try folder.write("id\n131052-308T\n")), identityColumn: "id",
            history: IdentityHistorySource(
                SQLiteSource(path: folder.path + "/none.sqlite", table: "t"), formerColumn: "a", currentColumn: "b"))
        let reader = try RegisterReader(declaration: register([]), source: source)
        #expect(
            registerError { _ = try PersonGrouping(reader: reader, spool: MemorySpool()) }
                == RegisterError(.fileNotFound, file: folder.path + "/none.sqlite"))
        let table = try folder.write("old,new\n131052Y308T,131052-308T\n131052X308T,131052-308T\n", to: "history.csv")
        var large = source
        large.history = IdentityHistorySource(CSVSource(path: table), formerColumn: "old", currentColumn: "new")
        let largeReader = try RegisterReader(declaration: register([]), source: large)
        #expect(try largeReader.readHistory(pairLimit: 2)?.counts.pairsRead == 2)
        #expect(
            registerError { _ = try largeReader.readHistory(pairLimit: 1) }
                == RegisterError(.tooManyFormerCodes(limit: 1), file: table))
        var plain = source
        plain.history = nil
        #expect(try RegisterReader(declaration: register([]), source: plain).readHistory().map(\.counts) == nil)
    }
}
