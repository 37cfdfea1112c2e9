import PSIProtocol
import Testing

@testable import Agreement
@testable import Register

/// People whom a configuration names as never to be released.
@Suite struct NeverReleaseTests {
    private static let codes = ["131052-308T"] + (1...6).map(temporaryCode)

    private static let text = """
        id,client,mark,n
        \(codes[0]),a,,1
        \(codes[0]),,,2
        \(codes[1]),b,1,3
        ,b,,4
        \(codes[2]),c,0,5
        \(codes[3]),,,6
        ,c,,7
        ,,1,8
        ,,,9

        """

    private func grouping(
        _ folder: TemporaryFolder, list: String? = nil, mark: [String] = [], history: String? = nil,
        text: String = text, withholding: Withholding = .leftOut, memoryByteCount: Int = 24 << 20
    ) throws -> PersonGrouping {
        var source = RegisterSource(
            CSVSource(path: try folder.write(text)), identityColumn: "id", personColumn: "client")
        if let list {
            source.neverRelease = [
                NeverReleaseSource(
                    CSVSource(path: try folder.write("hetu\n" + list, to: "list.csv")), identityColumn: "hetu")
            ]
        }
        if !mark.isEmpty {
            source.neverReleaseColumn = NeverReleaseColumn(name: "mark", values: Set(mark), others: ["0"])
        }
        if let history {
            source.history = IdentityHistorySource(
                CSVSource(path: try folder.write("old,new\n" + history, to: "history.csv")), formerColumn: "old",
                currentColumn: "new")
        }
        var plan = try plan(own: [], keys: [.identityCode], quality: QualityColumns(year: nil, group: nil))
        plan.withholding = withholding
        let reader = try RegisterReader(
            declaration: register([column("n", .integer)]), source: source, plan: plan)
        return try PersonGrouping(reader: reader, spool: MemorySpool(), memoryByteCount: memoryByteCount)
    }

    private func numbers(_ grouping: PersonGrouping) async throws -> [[Int64]] {
        try await people(grouping).map { person in
            person.rows.compactMap { if case .integer(let number) = $0[0] { number } else { nil } }.sorted()
        }.sorted { ($0.first ?? 0) < ($1.first ?? 0) }
    }

    @Test func withoutAListEverybodyIsThere() async throws {
        let folder = try TemporaryFolder()
        #expect(try await numbers(grouping(folder)) == [[1, 2], [3, 4], [5, 7], [6]])
    }

    /// All that is counted is what would be if the person were not in the register at all.
    @Test(arguments: [1, 24 << 20]) func aListedPersonCountsNowhere(memoryByteCount: Int) async throws {
        let folder = try TemporaryFolder()
        let listed = try grouping(folder, list: Self.codes[0] + "\n", memoryByteCount: memoryByteCount)
        #expect(try await numbers(listed) == [[3, 4], [5, 7], [6]])
        var survey = try await listed.run()
        #expect(survey.peopleWithheld == 1 && survey.codesListed == 1 && survey.codesListedOfNobody == 0)
        let rest = Self.text.split(separator: "\n").filter { !$0.hasPrefix(Self.codes[0]) }.joined(separator: "\n")
        let absent = try await grouping(folder, text: rest + "\n").run()
        (survey.peopleWithheld, survey.codesListed) = (0, 0)
        #expect(survey == absent)
    }

    @Test func aMarkedRowIsOfSomebodyAllOfWhoseRowsAreLeftOut() async throws {
        let folder = try TemporaryFolder()
        let marked = try grouping(folder, mark: ["1"])
        #expect(try await numbers(marked) == [[1, 2], [5, 7], [6]])
        let survey = try await marked.run()
        #expect(survey.peopleWithheld == 1 && survey.rowsRead == 6 && survey.refused == [.missing: 1])
        #expect(survey.codes.missing == 2)
    }

    @Test func aMarkFollowsTheCodeToRowsOfOtherNames() async throws {
        let folder = try TemporaryFolder()
        let text =
            "id,client,mark,n\n\(Self.codes[1]),a,J,1\n\(Self.codes[2]),a,,2\n\(Self.codes[1]),b,,3\n"
            + "\(Self.codes[1]),,,4\n\(Self.codes[3]),,,5\n"
        #expect(try await numbers(grouping(folder, mark: ["J"], text: text)) == [[5]])
    }

    @Test func formerCodesAreTheirPersons() async throws {
        let folder = try TemporaryFolder()
        for listed in [Self.codes[5], Self.codes[4], Self.codes[3]] {
            let grouping = try grouping(
                folder, list: listed + "\n",
                history: "\(Self.codes[5]),\(Self.codes[4])\n\(Self.codes[4]),\(Self.codes[3])\n")
            #expect(try await numbers(grouping) == [[1, 2], [3, 4], [5, 7]], "\(listed)")
        }
    }

    @Test func aCodeOfNobodyIsFine() async throws {
        let folder = try TemporaryFolder()
        let survey = try await grouping(folder, list: Self.codes[6] + "\n" + Self.codes[0] + "\n").run()
        #expect(survey.codesListed == 2 && survey.codesListedOfNobody == 1 && survey.peopleWithheld == 1)
    }

    @Test func whoMustStayInMatchingHasNoRows() async throws {
        let folder = try TemporaryFolder()
        let kept = try grouping(folder, list: Self.codes[0] + "\n", withholding: .dummyCell)
        let everybody = try await people(kept)
        #expect(everybody.count == 4 && everybody.count(where: \.isWithheld) == 1)
        let person = try #require(everybody.filter(\.isWithheld).first)
        #expect(person.identity == ExampleCode.identity("131052-308T") && person.rows.isEmpty)
        #expect(try await kept.run().people == 3)
    }

    @Test(arguments: ["x", "", "131052-308U", "010199+001X"])
    func aBadCodeInAListStopsEverything(_ code: String) async throws {
        let folder = try TemporaryFolder()
        let error = await registerError {
            _ = try await grouping(folder, list: "\(Self.codes[1])\n\"\(code)\"\n").run()
        }
        guard case .badNeverReleaseCode? = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.row == 2 && error?.column == "hetu")
        #expect(code.isEmpty || error?.description.contains(code) == false)
    }

    @Test func aListThatCannotBeReadStopsEverything() throws {
        let folder = try TemporaryFolder()
        var source = RegisterSource(CSVSource(path: try folder.write(Self.text)), identityColumn: "id")
        source.neverRelease = [NeverReleaseSource(CSVSource(path: folder.path + "/none.csv"), identityColumn: "hetu")]
        #expect(
            registerError {
                _ = try PersonGrouping(
                    reader: RegisterReader(declaration: register([]), source: source), spool: MemorySpool())
            }?.kind == .fileNotFound)
        source.neverRelease = [
            NeverReleaseSource(CSVSource(path: try folder.write("Hetu\n", to: "l.csv")), identityColumn: "hetu")
        ]
        #expect(
            registerError {
                _ = try PersonGrouping(
                    reader: RegisterReader(declaration: register([]), source: source), spool: MemorySpool())
            }?.kind == .missingColumns([.init(name: "hetu", suggestion: "Hetu")]))
    }

    @Test func marksThatAreNoWordsAreErrors() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "CREATE TABLE t (id TEXT, mark, n INTEGER)", "INSERT INTO t VALUES ('\(Self.codes[1])', 1, 1)",
            "INSERT INTO t VALUES ('\(Self.codes[2])', 0.5, 1)")
        var source = RegisterSource(SQLiteSource(path: path, table: "t"), identityColumn: "id")
        source.neverReleaseColumn = NeverReleaseColumn(name: "mark", values: ["1"], others: ["0"])
        var reader = try RegisterReader(declaration: register([column("n", .integer)]), source: source)
        guard case .row(let row)? = try reader.next() else {
            Issue.record("no row")
            return
        }
        #expect(row.fate == .withheld)
        #expect(registerError { _ = try reader.next() }?.kind == .unreadableMark)
        source.neverReleaseColumn = NeverReleaseColumn(name: "Mark", values: ["1"], others: ["0"])
        #expect(
            registerError { _ = try RegisterReader(declaration: register([]), source: source) }?.kind
                == .missingColumns([.init(name: "Mark", suggestion: "mark")]))
    }

    @Test("a mark that is spelt in another way is an error, and so is one of somebody who cannot be found")
    func marksThatWouldReleaseSomebody() async throws {
        let folder = try TemporaryFolder()
        for spelt in ["true", "1.0", "K"] {
            let text = "id,client,mark,n\n\(Self.codes[1]),,\(spelt),1\n"
            let error = await registerError { _ = try await grouping(folder, mark: ["1"], text: text).run() }
            #expect(error?.kind == .unreadableMark && error?.row == 1)
        }
        let text = "id,client,mark,n\n131052-308U,,1,1\n\(Self.codes[1]),,0,2\n"
        let error = await registerError { _ = try await grouping(folder, mark: ["1"], text: text).run() }
        #expect(error?.kind == .markWithoutCode(.wrongCheckCharacter))
        // Nobody, but for the owner's own name for them.
        let ofNobody = "id,client,mark,n\n,,1,1\n\(Self.codes[1]),,0,2\n"
        #expect(
            try await numbers(grouping(folder, mark: ["1"], text: ofNobody)) == [
                [2]
            ])
        let named = "id,client,mark,n\n131052-308U,a,1,1\n\(Self.codes[1]),a,0,2\n\(Self.codes[2]),,0,3\n"
        #expect(try await numbers(grouping(folder, mark: ["1"], text: named)) == [[3]])
    }

    @Test("a listed code in a row outside the study is its person's, and puts nobody else into the register")
    func aListedCodeOutsideTheStudysRowsCountsToo() async throws {
        let folder = try TemporaryFolder()
        let text =
            "id,client,year,n\n\(Self.codes[1]),a,2001,1\n\(Self.codes[0]),a,2010,2\n"
            + "\(Self.codes[2]),b,2001,3\n\(Self.codes[3]),b,2010,4\n"
            + "\(Self.codes[4]),,2001,5\n"
        for (list, expected) in [(Self.codes[1], [[4]]), (Self.codes[6], [[2], [4]]), (Self.codes[2], [[2]])]
            as [(String, [[Int64]])]
        {
            var declaration = register([column("n", .integer)])
            declaration.rows = RowSelection(
                conditions: [RowCondition(column: "year", test: .integers(from: 2009, until: 2024))], people: .leaveOut)
            var source = RegisterSource(
                CSVSource(path: try folder.write(text)), identityColumn: "id", personColumn: "client")
            source.neverRelease = [
                NeverReleaseSource(
                    CSVSource(path: try folder.write("hetu\n\(list)\n", to: "list.csv")), identityColumn: "hetu")
            ]
            let grouping = try PersonGrouping(
                reader: RegisterReader(declaration: declaration, source: source), spool: MemorySpool())
            #expect(try await numbers(grouping) == expected, "\(list)")
        }
    }

    @Test func aMarkOutsideTheStudysRowsCountsToo() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "id,mark,year,n\n\(Self.codes[1]),1,2001,1\n\(Self.codes[1]),,2010,2\n\(Self.codes[2]),,2010,3\n")
        for policy in RowSelection.People.allCases {
            var declaration = register([column("n", .integer)])
            declaration.rows = RowSelection(
                conditions: [RowCondition(column: "year", test: .integers(from: 2009, until: 2024))], people: policy)
            var source = RegisterSource(CSVSource(path: path), identityColumn: "id")
            source.neverReleaseColumn = NeverReleaseColumn(name: "mark", values: ["1"], others: ["0"])
            let grouping = try PersonGrouping(
                reader: RegisterReader(declaration: declaration, source: source), spool: MemorySpool())
            #expect(try await numbers(grouping) == [[3]])
            let survey = try await grouping.run()
            #expect(survey.people == 1 && survey.rowsRead == 1 && survey.rowsKept == 1)
        }
    }

    @Test func theListShowsNothingOfItself() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("hetu\n131052-308T\n", to: "list.csv")
        let list = try NeverRelease(
            reading: [NeverReleaseSource(CSVSource(path: path), identityColumn: "hetu")], owner: "kela",
            scheme: FinnishIdentityScheme(today: nil), history: nil)
        var shown = ""
        dump(list, to: &shown)
        #expect(
            list.listed.count == 1 && !shown.contains("308T")
                && !"\(Mirror(reflecting: list).children.count)".contains("1"))
    }
}
