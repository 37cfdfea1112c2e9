import PSIProtocol
import Testing

@testable import Agreement
@testable import Register
@testable import Values

@Suite struct RegisterReaderTests {
    private func failure(
        _ text: String, _ columns: [ColumnDeclaration], identity: String = "id", names: [String: String] = [:],
        decimalComma: Bool = false
    ) throws -> RegisterError? {
        let folder = try TemporaryFolder()
        let path = try folder.write(text)
        let error = registerError {
            _ = try rows(
                RegisterReader(
                    declaration: register(columns),
                    source: RegisterSource(
                        CSVSource(path: path, decimalComma: decimalComma), identityColumn: identity, columnNames: names)
                ))
        }
        return error.map { RegisterError($0.kind, file: "f", row: $0.row, line: $0.line, column: $0.column) }
    }

    @Test func namesAllMissingColumnsAtOnce() throws {
        let columns = [column("Amount", .decimal), column("start", .date), column("x", .code), column("id2", .code)]
        #expect(
            try failure("Id,amount,begin,y\n", columns)
                == RegisterError(
                    .missingColumns([
                        .init(name: "id", suggestion: "Id"), .init(name: "Amount", suggestion: "amount"),
                        .init(name: "start", suggestion: nil), .init(name: "x", suggestion: nil),
                        .init(name: "id2", suggestion: "Id"),
                    ]), file: "f"))
        #expect(
            try failure(
                "id,Amount,begin\n", [column("Amount", .decimal), column("start", .date)], names: ["start": "begim"])
                == RegisterError(.missingColumns([.init(name: "begim", suggestion: "begin")]), file: "f"))
    }

    @Test func refusesAMappingOfWhatIsNotDeclared() throws {
        #expect(
            try failure("id,a\n", [column("a", .code)], names: ["z": "a", "b": "a"])
                == RegisterError(.unknownMapping(["b", "z"]), file: "f"))
    }

    @Test func refusesToReleaseTheIdentityColumn() throws {
        #expect(
            try failure("id,a\n", [column("id", .code)])
                == RegisterError(.identityColumnReleased, file: "f", column: "id"))
        #expect(
            try failure("id,a\n", [column("a", .code)], names: ["a": "id"])
                == RegisterError(.identityColumnReleased, file: "f", column: "id"))
    }

    @Test func refusesToReleaseTheOwnersNamesForPeople() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id,client\n")
        let source = RegisterSource(CSVSource(path: path), identityColumn: "id", personColumn: "client")
        #expect(
            registerError {
                _ = try RegisterReader(declaration: register([column("client", .integer)]), source: source)
            }
                == RegisterError(.identityColumnReleased, file: path, column: "client"))
    }

    @Test func numbersOfADatabaseAreFieldsAndNames() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "CREATE TABLE t (id, client, phone, birth)",
            "INSERT INTO t VALUES (NULL, 7, 40123, 19800213), (NULL, '7', '', ''), (NULL, 1.5, 2.5, x'31')")
        var reader = try RegisterReader(
            declaration: register([]),
            source: RegisterSource(
                SQLiteSource(path: path, table: "t"), identityColumn: "id", personColumn: "client",
                matchColumns: ["phone": "phone", "birth": "birth"]),
            plan: try plan(own: ["phone", "birth"], keys: [.identityCode, try recipeKey("phone", "phone")]))
        var seen: [[String]] = []
        while let row = try reader.next() {
            switch row {
            case .row(let row):
                seen.append(
                    [row.localPerson.map { String(decoding: $0, as: UTF8.self) } ?? "-"]
                        + row.fields.map(SeenPerson.text))
            case .refused(let reason, _): seen.append([reason.rawValue])
            case .leftOut: break
            }
        }
        #expect(seen == [["7", "1980.2.13", "40123"], ["7", "-", "-"], ["missing"]])
    }

    @Test func mapsColumnsAndKeepsTheAgreementsOrder() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("x,hetu,Alku,n\nleft out,010594Y9032,2.1.2024,5\n")
        let reader = try RegisterReader(
            declaration: register([column("n", .integer), column("start", .date)], owner: "vero"),
            source: RegisterSource(CSVSource(path: path), identityColumn: "hetu", columnNames: ["start": "Alku"]))
        let found = try rows(reader)
        #expect(found.rows.count == 1)
        #expect(found.rows.first?.identity == Array("fi-hetu-temporary\u{1F}vero\u{1F}010594Y9032".utf8))
        #expect(
            found.rows.first?.values
                == [.integer(5), .date(try #require(CalendarDate(year: 2024, month: 1, day: 2)))])
    }

    @Test func aRegisterWithoutColumnsIsAListOfPeople() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("hetu\n010594Y9032\n\n010594Y9021")
        let found = try rows(
            RegisterReader(
                declaration: register([]), source: RegisterSource(CSVSource(path: path), identityColumn: "hetu")))
        #expect(found.rows.map(\.values) == [[], []])
        #expect(found.refused == [.missing])
    }

    @Test func namesThePlaceOfAWrongValueAndNeverTheValue() throws {
        let start = "id,a,b\n010594Y9032,1,x\n"
        let columns = [column("b", .text, nullable: true), column("amount", .integer)]
        let names = ["amount": "a"]
        let wrong = try failure(start + "010594Y9032,hush,y\n", columns, names: names)
        #expect(wrong == RegisterError(.wrongType(expected: .integer), file: "f", row: 2, line: 3, column: "a"))
        #expect(wrong?.description.contains("hush") == false)
        #expect(
            try failure(start + "010594Y9032,,y\n", columns, names: names)
                == RegisterError(.nullNotAllowed(expected: .integer), file: "f", row: 2, line: 3, column: "a"))
        #expect(
            try failure(start + "010594Y9032,1,\(String(repeating: "y", count: 65_537))\n", columns, names: names)
                == RegisterError(
                    .valueTooLong(expected: .text, byteLimit: 65_536), file: "f", row: 2, line: 3, column: "b"))

        let folder = try TemporaryFolder()
        let path = try folder.database("CREATE TABLE t (id, a)", "INSERT INTO t VALUES ('010594Y9032', x'01')")
        #expect(
            registerError {
                _ = try rows(
                    RegisterReader(
                        declaration: register([column("a", .text)]),
                        source: RegisterSource(SQLiteSource(path: path, table: "t"), identityColumn: "id")))
            } == RegisterError(.binaryValue, file: path, row: 1, column: "a"))
    }

    @Test func refusesIdentityCodesInReleasedColumns() throws {
        for type in [ColumnType.code, .text] {
            for value in ["131052-308T", " 131052-308t ", "010594Y9032"]
                + (type == .text ? ["born 131052-308T, moved"] : [])
            {
                let error = try failure("id,a,b\n010594Y9032,1,x\n010594Y9032,2,\(value.quoted)\n", [column("b", type)])
                #expect(
                    error == RegisterError(.identityCodeInColumn, file: "f", row: 2, line: 3, column: "b"), "\(value)")
                #expect(error?.description.contains("308") == false)
            }
            // What has another form, or a column that isn't released.
            #expect(
                try RegisterReaderTests.readAll("id,a,b\n010594Y9032,131052-308T,131052-308U\n", [column("b", type)])
                    == 1)
        }
    }

    @Test func identitiesThatAreNotTextAreMalformed() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "CREATE TABLE t (id)", "INSERT INTO t VALUES (13105230), (1.5), (NULL), ('010594Y9032'), (x'3031')")
        let found = try rows(
            RegisterReader(
                declaration: register([]),
                source: RegisterSource(SQLiteSource(path: path, table: "t"), identityColumn: "id")
            ))
        #expect(found.refused == [.malformed, .malformed, .missing, .malformed])
        #expect(found.rows.count == 1)
    }

    @Test func futureBirthDatesAreRefusedWhenTheSchemeKnowsTheDay() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id\n131052A308T\n")
        let source = RegisterSource(CSVSource(path: path), identityColumn: "id")
        #expect(try rows(RegisterReader(declaration: register([]), source: source)).rows.count == 1)
        let today = CalendarDate(year: 2025, month: 1, day: 1)
        let reader = try RegisterReader(
            declaration: register([]), source: source, plan: .identityCode(FinnishIdentityScheme(today: today)))
        #expect(try rows(reader).refused == [.futureBirthDate])
    }

    /// Another country's code is another scheme.
    private struct NumberScheme: IdentityScheme {
        func read(_ text: ArraySlice<UInt8>, owner: ParticipantID) throws(RefusalReason) -> IdentityReading {
            guard ColumnParser.integer(text) != nil else { throw .malformed }
            return IdentityReading(CodeIdentity(label: "number", owner: nil, code: text), isRepaired: false)
        }
    }

    @Test func takesAnotherScheme() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id,a\n17,b\nx,y\n")
        let found = try rows(
            RegisterReader(
                declaration: register([column("a", .code)]),
                source: RegisterSource(CSVSource(path: path), identityColumn: "id"), plan: .identityCode(NumberScheme())
            ))
        #expect(found.rows.first?.identity == Array("number\u{1F}17".utf8))
        #expect(found.refused == [.malformed])
    }

    private static func readAll(_ text: String, _ columns: [ColumnDeclaration]) throws -> Int {
        let folder = try TemporaryFolder()
        let path = try folder.write(text)
        return try rows(
            RegisterReader(
                declaration: register(columns), source: RegisterSource(CSVSource(path: path), identityColumn: "id"))
        ).rows.count
    }
}

extension String {
    fileprivate var quoted: String { "\"\(self)\"" }
}
