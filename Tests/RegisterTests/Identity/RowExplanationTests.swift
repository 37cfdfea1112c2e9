import PSIProtocol
import Testing

@testable import Agreement
@testable import Register

/// What an owner is shown of a row, and that nothing else shows it.
@Suite struct RowExplanationTests {
    private static let tolerant = TolerantMatching(
        tokenCount: 4, agreeCount: 2, bits: 10, margin: 1, mostFrequent: 10,
        groups: [
            FeatureGroup(name: "names", features: [MatchFeature(field: "given", form: .words)]),
            FeatureGroup(name: "day", features: [MatchFeature(field: "birth", form: .parts)]),
        ], patterns: [[0, 1]])

    private static let text = """
        id,client,g,f,b,n
        131052\u{2013}308t,7,Bea Änna,Petrova,1.1.1980,1
        131052-308U,8,Anna,,1980,2
        ,,,,,3
        010594Y9032,,,,,4
        131052X308T,,,,,5
        """

    private func reader(_ folder: TemporaryFolder, keys: [MatchKey]? = nil) throws -> RegisterReader {
        let source = RegisterSource(
            CSVSource(path: try folder.write(Self.text)), identityColumn: "id", personColumn: "client",
            matchColumns: ["given": "g", "family": "f", "birth": "b"])
        let keys =
            try keys ?? [
                .identityCode, MatchKey("former_code", content: .formerCode, valueCount: 2),
                try recipeKey("name_day", "family + any(given) + birth", values: 2),
                try recipeKey("day", "certain(birth)"),
            ]
        return try RegisterReader(
            declaration: register([column("n", .integer)]), source: source,
            plan: try plan(own: ["given", "family", "birth"], keys: keys, tolerant: Self.tolerant))
    }

    private func lines(_ row: Int, history: IdentityHistory? = nil) throws -> [String]? {
        let folder = try TemporaryFolder()
        return try RowExplanation(row: row, of: try reader(folder), history: history)?.lines
    }

    @Test func showsWhatTheRowNormalisesTo() throws {
        #expect(
            try lines(1) == [
                "code: fi-hetu | 131052-308T (official, look-alikes read)", "person: 7",
                "field given: bea anna, sounds bea ana", "field family: petrova, sounds petrov",
                "field birth: year 1980, month 1, day 1 (may stand for an unknown day)",
                "key identity_code: fi-hetu | 131052-308T", "key former_code: none",
                "key name_day: sidos-1 | petrova | anna | 19800101; sidos-1 | petrova | bea | 19800101",
                "key day: none", "features names: 2", "features day: 3", "column n: 1",
            ])
    }

    @Test func saysWhyACodeIsNotUsed() throws {
        #expect(
            try lines(2) == [
                "code: none (wrong_check_character)", "person: 8", "field given: anna, sounds ana",
                "field family: missing", "field birth: year 1980, month ?, day ?", "key identity_code: none",
                "key former_code: none", "key name_day: none", "key day: none", "features names: 1", "features day: 1",
                "column n: 2",
            ])
        #expect(try lines(3) == ["not used: missing, and nothing else says who it is about"])
        #expect(try lines(4)?.first == "code: fi-hetu-temporary | kela | 010594Y9032 (temporary)")
    }

    @Test func showsTodaysCodeAndFormerOnes() throws {
        let history = try IdentityHistory([
            (ExampleCode.code("131052X308T"), ExampleCode.code("131052-308T"))
        ])
        let shown = try #require(try lines(5, history: history))
        #expect(shown[0] == "code: fi-hetu | 131052X308T (official), today fi-hetu | 131052-308T")
        #expect(shown.contains("key identity_code: fi-hetu | 131052-308T"))
        #expect(shown.contains("key former_code: fi-hetu | 131052X308T"))
    }

    @Test func thereIsNoneBeyondTheLastRow() throws {
        #expect(try lines(5) != nil)
        #expect(try lines(6) == nil)
        #expect(try lines(1_000) == nil)
    }

    @Test func aControlCharacterDoesNotReachTheTerminal() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id,client\n,7\u{1B}[2J\u{202E}8\n")
        let reader = try RegisterReader(
            declaration: register([]),
            source: RegisterSource(CSVSource(path: path), identityColumn: "id", personColumn: "client"),
            plan: .identityCode())
        let explanation = try #require(try RowExplanation(row: 1, of: reader, history: nil))
        #expect(explanation.lines[1] == "person: 7[2J8")
    }

    @Test func nothingElseShowsARow() throws {
        let folder = try TemporaryFolder()
        var reader = try reader(folder)
        guard case .row(let row)? = try reader.next() else {
            Issue.record("no row")
            return
        }
        let person = PersonRows(
            identity: ExampleCode.identity("131052-308T"), former: [ExampleCode.identity("131052X308T")],
            fields: row.fields, rows: Array("131052-308T".utf8), rowCount: 1)
        let field = try #require(row.fields[0])
        let date = try #require(row.fields[2]?.date)
        for value in [row, RegisterRow.row(row), person, field, date, row.fields] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            for shown in ["\(value)", String(reflecting: value), dumped] {
                for secret in ["131052", "49, 51", "anna", "97", "petrov", "1980", "integer"] {
                    #expect(!shown.contains(secret), "\(type(of: value))")
                }
            }
            if !(value is [NormalisedField?]) { #expect(Mirror(reflecting: value).children.isEmpty) }
        }
    }
}
