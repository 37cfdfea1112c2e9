import PSIProtocol
import Testing

@testable import Agreement
@testable import Register
@testable import Values

/// Rows and values that a register gives under an agreement that asks for less than all.
@Suite struct RowSelectionTests {
    private static let codes = ["131052-308T", temporaryCode(1), temporaryCode(2), temporaryCode(3)]

    private static let text = """
        id,client,alku,loppu,laji,eur
        \(codes[0]),a,2008-12-31,,01,10
        \(codes[0]),a,2009-01-01,,01,149.99
        \(codes[1]),b,2024-12-31,,02,-150
        \(codes[1]),b,2024-05-17,,X,99
        \(codes[2]),c,2025-01-01,,02,5
        \(codes[3]),d,,2010-01-01,01,5
        ,,2010-01-01,,01,1
        ,,2008-01-01,,01,1

        """

    private static func day(_ text: String) -> CalendarDate? { CalendarDate(iso: text) }

    private static let period = RowCondition(
        column: "start", test: .dates(from: day("2009-01-01"), until: day("2024-12-31")))

    private static let columns = [
        ColumnDeclaration(
            name: "month", type: .code, nullable: true, title: "Month", source: "start", derivation: .coarsen(.month)),
        ColumnDeclaration(
            name: "kind", type: .code, nullable: true, title: "Kind", source: "laji",
            derivation: .map(CodeMapping(codes: ["01": "A", "02": "B"], otherwise: .missing))),
        ColumnDeclaration(
            name: "band", type: .code, nullable: false, title: "Band", source: "eur",
            derivation: .bands(NumberBands(limits: [ExactDecimal("0")!, ExactDecimal("100")!]))),
        ColumnDeclaration(
            name: "euros", type: .decimal, nullable: false, title: "Euros", source: "eur", derivation: .round(to: 100)),
    ]

    private func reader(
        _ folder: TemporaryFolder, rows: RowSelection?, columns: [ColumnDeclaration] = columns,
        quality: QualityColumns = QualityColumns(), names: [String: String] = ["start": "alku"]
    ) throws -> RegisterReader {
        var declaration = register(columns)
        declaration.rows = rows
        let source = RegisterSource(
            CSVSource(path: try folder.write(Self.text)), identityColumn: "id", columnNames: names,
            personColumn: "client")
        return try RegisterReader(
            declaration: declaration, source: source, plan: try plan(own: [], keys: [.identityCode], quality: quality))
    }

    private func grouping(_ folder: TemporaryFolder, rows: RowSelection?) throws -> PersonGrouping {
        try PersonGrouping(reader: try reader(folder, rows: rows), spool: MemorySpool())
    }

    @Test func valuesAreMadeBeforeAnybodySeesThem() async throws {
        let folder = try TemporaryFolder()
        let everybody = try await people(try grouping(folder, rows: nil))
        let rows = everybody.flatMap(\.rows).map { "\($0)" }.sorted()
        func row(_ month: String?, _ kind: String?, _ band: String, _ euros: String) -> String {
            let values: [FieldValue] = [
                month.map(FieldValue.code) ?? .null, kind.map(FieldValue.code) ?? .null, .code(band),
                .decimal(ExactDecimal(euros)!),
            ]
            return "\(values)"
        }
        #expect(
            rows
                == [
                    row("2008-12", "A", "0 to under 100", "0"), row("2009-01", "A", "100 or more", "100"),
                    row("2024-12", "B", "under 0", "-200"), row("2024-05", nil, "0 to under 100", "100"),
                    row("2025-01", "B", "0 to under 100", "0"), row(nil, "A", "0 to under 100", "0"),
                ].sorted())
    }

    @Test func whoHasNoRowThatIsKeptIsLeftOutOrNot() async throws {
        let folder = try TemporaryFolder()
        let left = try grouping(folder, rows: RowSelection(conditions: [Self.period], people: .leaveOut))
        let without = try await left.run()
        #expect(try await people(left).map(\.rows.count).sorted() == [1, 2])
        #expect(without.people == 2 && without.rowsRead == 4 && without.rowsKept == 3)
        #expect(without.rowsLeftOut == 4 && without.peopleWithoutRows == 0 && without.refused == [.missing: 1])

        let kept = try grouping(folder, rows: RowSelection(conditions: [Self.period], people: .keep))
        let with = try await kept.run()
        #expect(try await people(kept).map(\.rows.count).sorted() == [0, 0, 1, 2])
        #expect(with.people == 4 && with.rowsRead == 4 && with.rowsKept == 3)
        #expect(with.rowsLeftOut == 4 && with.peopleWithoutRows == 2 && with.refused == [.missing: 1])
    }

    @Test func aMissingValueIsKeptIfTheAgreementSaysSo() async throws {
        let folder = try TemporaryFolder()
        var condition = Self.period
        condition.keepsMissing = true
        let grouping = try grouping(folder, rows: RowSelection(conditions: [condition], people: .leaveOut))
        #expect(try await grouping.run().people == 3)
    }

    @Test func allConditionsMustHold() async throws {
        let folder = try TemporaryFolder()
        let conditions = [Self.period, RowCondition(column: "laji", test: .codesBut(["X", "01"]))]
        let grouping = try grouping(folder, rows: RowSelection(conditions: conditions, people: .leaveOut))
        #expect(try await people(grouping).flatMap(\.rows).count == 1)
    }

    @Test func qualityIsOfTheRowsThatAreKept() async throws {
        let folder = try TemporaryFolder()
        let columns = [
            ColumnDeclaration(
                name: "year", type: .integer, nullable: true, title: "Year", source: "start",
                derivation: .coarsen(.year)),
            ColumnDeclaration(
                name: "group", type: .code, nullable: true, title: "Group", source: "laji",
                derivation: .map(CodeMapping(codes: [:], otherwise: .code("all")))),
        ]
        let reader = try reader(
            folder, rows: RowSelection(conditions: [Self.period], people: .keep), columns: columns,
            quality: QualityColumns(year: "year", group: "group"))
        let survey = try await PersonGrouping(reader: reader, spool: MemorySpool()).run()
        #expect(survey.yearBreakdown.map(\.value) == ["2009", "2010", "2024"])
        #expect(survey.groupBreakdown.map(\.value) == ["all"])
        #expect(survey.groupBreakdown.first?.codes.rows == 4)
    }

    @Test func gapsOfAMapAreCountedAndToldWithoutValues() async throws {
        let folder = try TemporaryFolder()
        let columns = [
            ColumnDeclaration(
                name: "kind", type: .code, nullable: false, title: "Kind", source: "laji",
                derivation: .map(CodeMapping(codes: ["02": "B"])))
        ]
        let error = await registerError {
            _ = try await PersonGrouping(
                reader: try reader(folder, rows: nil, columns: columns, names: [:]), spool: MemorySpool()
            ).run()
        }
        // Rows of nobody are not looked at.
        #expect(error?.kind == .unmappedValues([.init(column: "laji", count: 4)]))
        #expect(error?.description.contains("4 rows in \"laji\"") ?? false)
        #expect(error?.description.contains("X") == false)
    }

    @Test func theOwnerLearnsWhatBecameOfValues() async throws {
        let folder = try TemporaryFolder()
        let survey = try await grouping(folder, rows: nil).run()
        #expect(survey.derivations.map(\.column) == ["month", "kind", "band", "euros"])
        #expect(survey.derivations.map(\.made) == [5, 5, 6, 6])
        #expect(survey.derivations.map(\.missing) == [1, 0, 0, 0])
        #expect(survey.derivations.map(\.unmatched) == [0, 1, 0, 0])
        #expect(survey.derivations[1].values == ["A": 3, "B": 2])
        #expect(survey.derivations[2].values == ["under 0": 1, "0 to under 100": 4, "100 or more": 1])
    }

    @Test func rowsThatAreLeftOutMayHoldAnything() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id,start,eur\n\(Self.codes[1]),2001-01-01,much\n\(Self.codes[1]),2010-01-01,5\n")
        for policy in RowSelection.People.allCases {
            var declaration = register([column("eur", .integer)])
            declaration.rows = RowSelection(conditions: [Self.period], people: policy)
            let reader = try RegisterReader(
                declaration: declaration, source: RegisterSource(CSVSource(path: path), identityColumn: "id"))
            let found = try await people(PersonGrouping(reader: reader, spool: MemorySpool()))
            #expect(found.map(\.rows) == [[[.integer(5)]]])
        }
    }

    @Test func aConditionsValueThatCannotBeReadIsTold() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id,start,eur\n\(Self.codes[1]),yesterday,5\n")
        var declaration = register([column("eur", .integer)])
        declaration.rows = RowSelection(conditions: [Self.period], people: .leaveOut)
        let error = registerError {
            _ = try rows(
                RegisterReader(
                    declaration: declaration, source: RegisterSource(CSVSource(path: path), identityColumn: "id"))
            )
        }
        #expect(error == RegisterError(.wrongType(expected: .date), file: path, row: 1, line: 2, column: "start"))
    }

    @Test func aConditionsColumnMustBeThere() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id,Start,eur\n")
        var declaration = register([column("eur", .integer)])
        declaration.rows = RowSelection(conditions: [Self.period], people: .leaveOut)
        let error = registerError {
            _ = try RegisterReader(
                declaration: declaration, source: RegisterSource(CSVSource(path: path), identityColumn: "id"))
        }
        #expect(error?.kind == .missingColumns([.init(name: "start", suggestion: "Start")]))
    }

    @Test func numbersInADatabaseAreMappedByTheirDigits() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "CREATE TABLE t (id TEXT, laji INTEGER)", "INSERT INTO t VALUES ('\(Self.codes[1])', 7)")
        var declaration = register([
            ColumnDeclaration(
                name: "kind", type: .code, nullable: false, title: "", source: "laji",
                derivation: .map(CodeMapping(codes: ["7": "seven"])))
        ])
        declaration.rows = RowSelection(
            conditions: [RowCondition(column: "laji", test: .codes(["7"]))], people: .leaveOut)
        let reader = try RegisterReader(
            declaration: declaration, source: RegisterSource(SQLiteSource(path: path, table: "t"), identityColumn: "id")
        )
        #expect(try rows(reader).rows.map(\.values) == [[.code("seven")]])
    }

    @Test func aCodeThatTheMapLacksIsExplained() throws {
        let folder = try TemporaryFolder()
        let lines = try [3, 4].map { row in
            try #require(try RowExplanation(row: row, of: reader(folder, rows: nil), history: nil)).lines
        }
        #expect(lines[0].contains("column kind: B"))
        #expect(lines[1].contains("column kind: missing (the agreement's map lacks the row's code)"))
    }
}
