import Foundation
import PSIProtocol
import Testing

@testable import Register
@testable import Values

/// One awkward table, from every kind of source the same rows.
@Suite struct SourceConformanceTests {
    private static let columns = [
        column("alku", .date), column("eur", .decimal, nullable: true), column("kpl", .integer, nullable: true),
        column("voimassa", .boolean, nullable: true), column("kunta", .code, nullable: true),
        column("selite", .text, nullable: true),
    ]

    /// Identity, then the columns' values as text; nil is null.
    private static let table: [[String?]] = [
        ["010594Y9032", "2024-01-31", "0.10", "-1", "1", "049", "plain"],
        [
            " 010594y9032 ", "1899-12-31", "-12345678901234567890.00", "9223372036854775807", "0", "Ä1",
            "say \"hi\", ok; no",
        ],
        [nil, "2024-01-01", "1", "1", "1", "1", "no identity"],
        ["020594X903P", "2222-11-11", nil, nil, nil, nil, nil],
        ["", "2024-01-01", "1", "1", "1", "1", "empty identity"],
        ["020594X903Q", "2024-01-01", "1", "1", "1", "1", "Q is no check character"],
        ["020594X9031", "2024-01-01", "1", "1", "1", "1", "wrong check character"],
        ["310294X9031", "not a date", "x", "x", "x", "", "a refused row's values don't matter"],
        ["020594X903P", "2000-02-29", "7", "-9223372036854775808", "0", "000", ""],
        ["020594X902N", "2024-06-01", "000.50", "0", "1", "x", "two\r\nlines\n\n€😀 \u{202E}"],
        ["020594X902N", "2024-06-01", "000.50", "0", "1", "x", "two\r\nlines\n\n€😀 \u{202E}"],
    ]

    private static let forms = SourceContract.all.flatMap(\.forms)

    private func reader(_ form: SourceContract.Form, in folder: TemporaryFolder) throws -> RegisterReader {
        let source = RegisterSource(try form.make(Self.table, folder), identityColumn: "tunnus")
        return try RegisterReader(declaration: register(Self.columns), source: source)
    }

    @Test(arguments: forms) func everySourceGivesTheSameRows(form: SourceContract.Form) throws {
        let folder = try TemporaryFolder()
        let reader = try reader(form, in: folder)
        let found = try rows(reader)
        #expect(
            found.refused == [.missing, .missing, .malformed, .wrongCheckCharacter, .impossibleDate], "\(form)")
        func date(_ year: Int, _ month: Int, _ day: Int) throws -> FieldValue {
            .date(try #require(CalendarDate(year: year, month: month, day: day)))
        }
        func decimal(_ digits: String) throws -> FieldValue { .decimal(try #require(ExactDecimal(digits))) }
        let last: [FieldValue] = [
            try date(2024, 6, 1), try decimal("0.50"), .integer(0), .boolean(true), .code("x"),
            .text("two\r\nlines\n\n€😀 \u{202E}"),
        ]
        let expected: [(String, [FieldValue])] = [
            (
                "010594Y9032",
                [
                    try date(2024, 1, 31), try decimal("0.10"), .integer(-1), .boolean(true), .code("049"),
                    .text("plain"),
                ]
            ),
            (
                "010594Y9032",
                [
                    try date(1899, 12, 31), try decimal("-12345678901234567890.00"), .integer(.max), .boolean(false),
                    .code("Ä1"), .text("say \"hi\", ok; no"),
                ]
            ),
            ("020594X903P", [try date(2222, 11, 11), .null, .null, .null, .null, .null]),
            (
                "020594X903P",
                [try date(2000, 2, 29), try decimal("7"), .integer(.min), .boolean(false), .code("000"), .text("")]
            ),
            ("020594X902N", last), ("020594X902N", last),
        ]
        #expect(found.rows.count == expected.count)
        for (row, (code, values)) in zip(found.rows, expected) {
            #expect(row.identity == Array("fi-hetu-temporary\u{1F}kela\u{1F}\(code)".utf8))
            #expect(row.values == values)
        }
    }

    @Test(arguments: forms) func everySourceGivesTheSamePeople(form: SourceContract.Form) async throws {
        let folder = try TemporaryFolder()
        let reader = try reader(form, in: folder)
        let grouping = try PersonGrouping(reader: reader, spool: MemorySpool())
        let survey = try await grouping.run()
        #expect(survey.rowsRead == 11 && survey.rowsKept == 6 && survey.rowsRefused == 5)
        #expect(survey.people == 3 && survey.mostRowsOfPerson == 2)
        #expect(
            survey.refused == [.missing: 2, .malformed: 1, .wrongCheckCharacter: 1, .impossibleDate: 1])
    }
}
