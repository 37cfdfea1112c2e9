import Foundation
import GRDB
import PSIProtocol
import Testing

@testable import Agreement
@testable import Register
@testable import Values

#if canImport(Glibc)
    import Glibc
#endif

/// Inputs that other programs write, and what is read or said of them.
@Suite struct WrongInputTests {
    private let today = CalendarDate(year: 2026, month: 3, day: 15)

    /// Made-up Estonian codes with right check digits.
    private static let estonian = [
        "15001011009", "15001021016", "15001031023", "15001041030", "15001051048", "15001061055", "15001071062",
        "15001081073", "15001091087", "15001101096",
    ]

    private func survey(
        _ path: String, scheme: any IdentityScheme = EstonianIdentityScheme(), identity: String = "id",
        history: IdentityHistorySource? = nil, least: Int = 1, percent: Int = 50
    ) async throws -> (survey: RegisterSurvey, shortfall: RegisterError.Kind?) {
        try await survey(
            RegisterSource(CSVSource(path: path), identityColumn: identity, history: history), scheme: scheme,
            least: least,
            percent: percent)
    }

    private func survey(
        _ source: RegisterSource, scheme: any IdentityScheme = EstonianIdentityScheme(), least: Int = 1,
        percent: Int = 50
    ) async throws -> (survey: RegisterSurvey, shortfall: RegisterError.Kind?) {
        var declaration = register([])
        declaration.minPeople = least
        declaration.usableCodesPercent = percent
        let plan = MatchPlan.identityCode(scheme)
        let grouping = try PersonGrouping(
            reader: RegisterReader(declaration: declaration, source: source, plan: plan), spool: MemorySpool())
        let survey = try await grouping.run()
        return (survey, survey.shortfall(of: declaration, plan: plan, source: source))
    }

    // MARK: What is only counted

    //
    @Test(arguments: [
        (".0", "11 digits and .0"), ("e", "exponent"), ("123", "14 digits"), ("-", "12 characters of another form"),
    ]) func codesThatCannotBeUsedStopTheRegisterAndTheirShapesAreTold(ending: String, shape: String) async throws {
        let folder = try TemporaryFolder()
        let codes = Self.estonian.map { ending == "e" ? "\($0.prefix(1)).\($0.dropFirst())E+10" : $0 + ending }
        let path = try folder.write((["id"] + codes).joined(separator: "\n") + "\n")
        let (survey, shortfall) = try await survey(path)
        #expect(survey.people == 0 && survey.codes.invalid == 10)
        guard case .tooFewUsableCodes(0, 10, 50, let shapes)? = shortfall else {
            Issue.record("\(String(describing: shortfall))")
            return
        }
        #expect(shapes.words.hasPrefix("10 × ") && shapes.words.contains(shape), "\(shapes.words)")
        let sentence = RegisterError(.tooFewUsableCodes(usable: 0, rows: 10, percent: 50, shapes: shapes), file: path)
            .description
        for code in Self.estonian {
            #expect(!sentence.contains(code.prefix(7)) && !shapes.words.contains(code.prefix(7)))
        }
    }

    //
    @Test func theFirstThreeShapesAreTold() async throws {
        let folder = try TemporaryFolder()
        let codes = [
            "811218-9876", "900101234", "900101234", "1.2E+11", "******-9876", "131052-308T", "131052-308T",
            "811218-9875",
            "x",
        ]
        let path = try folder.write((["id"] + codes).joined(separator: "\n") + "\n")
        let (survey, shortfall) = try await survey(path, scheme: SwedishIdentityScheme(today: today))
        #expect(
            survey.codeShapes.words
                == "2 × 9 digits (a leading zero may be lost: keep codes as text); "
                + "1 × a number with an exponent (made a number: keep codes as text); "
                + "1 × characters in place of hidden ones; 4 others")
        #expect(survey.codeShapes.counts.map(\.shape).contains(.other(.finland)))
        #expect(survey.codeShapes.counts.map(\.shape).contains(.refused(.wrongCheckCharacter)))
        #expect(shortfall != nil)
    }

    //
    @Test func theAgreementSaysHowManyCodesAndPeopleThereMustBe() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id\n15001011009\n15001021016\n1\n")
        #expect(try await survey(path).shortfall == nil)
        #expect(try await survey(path, percent: 66).shortfall == nil)
        if case .tooFewUsableCodes(2, 3, 67, _)? = try await survey(path, percent: 67).shortfall {
        } else {
            Issue.record("usable")
        }
        #expect(try await survey(path, least: 2).shortfall == nil)
        #expect(try await survey(path, least: 3).shortfall == .tooFewPeople(2, least: 3))
        let empty = try folder.write("id\n", to: "empty.csv")
        #expect(try await survey(empty).shortfall == .tooFewPeople(0, least: 1))
        #expect(try await survey(empty, least: 0).shortfall == nil)
        // Missing codes leave people out as well, where there is nothing else to find them by.
        let missing = try folder.write("id,x\n15001011009,1\n,2\n,3\n", to: "missing.csv")
        if case .tooFewUsableCodes(1, 3, 50, _)? = try await survey(missing).shortfall {
        } else {
            Issue.record("missing")
        }
    }

    //
    @Test func aHistoryThatCannotBeUsedIsToldToo() async throws {
        let folder = try TemporaryFolder()
        let pairs = try folder.write(
            "old,new\n15001011009.0,15001081073.0\n15001021016.0,15001091087.0\n15001031023,15001101096\n", to: "h.csv")
        let path = try folder.write((["id"] + Self.estonian).joined(separator: "\n") + "\n")
        let history = IdentityHistorySource(CSVSource(path: pairs), formerColumn: "old", currentColumn: "new")
        #expect(
            try await survey(path, history: history).shortfall == .tooFewUsablePairs(usable: 1, rows: 3, percent: 50))
        #expect(try await survey(path, history: history, percent: 30).shortfall == nil)
    }

    //
    @Test func datesThatCannotBeReadAreTold() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id,b\n,13.JAN.1980\n,14.FEB.1980\n,NA\n,1980-01-13\n,\n")
        let rules = try plan(own: ["birth"], keys: [.identityCode, recipeKey("birth", "birth")])
        let source = RegisterSource(CSVSource(path: path), identityColumn: "id", matchColumns: ["birth": "b"])
        let declaration = register([])
        let grouping = try PersonGrouping(
            reader: RegisterReader(declaration: declaration, source: source, plan: rules), spool: MemorySpool())
        let survey = try await grouping.run()
        #expect(survey.dateFields.map(\.present) == [3] && survey.dateFields.map(\.readable) == [1])
        #expect(
            survey.shortfall(of: declaration, plan: rules, source: source)
                == .tooFewReadableDates(field: "birth", readable: 1, rows: 3, percent: 50))
    }

    @Test func wordsOfProgramsAreNamedAndNothingElse() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id,f\n,NA\n,nan\n,<NA>\n,\\N\n,Virtanen\n,Nan Li\n,NULL\n,None\n,N/A\n")
        let rules = try plan(own: ["family"], keys: [.identityCode, recipeKey("f", "family")])
        let source = RegisterSource(CSVSource(path: path), identityColumn: "id", matchColumns: ["family": "f"])
        var reader = try RegisterReader(declaration: register([]), source: source, plan: rules)
        reader.countsProgramWords = true
        let survey = try await PersonGrouping(reader: reader, spool: MemorySpool()).run()
        #expect(survey.programWords == ["family": ["na": 2, "nan": 1, "\\N": 1]])
    }

    // MARK: One value, one rule

    // P-22
    @Test func codesThatAreNumbersAreReadInRegistersHistoriesAndListsAlike() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "CREATE TABLE reg (kood INTEGER)", "INSERT INTO reg VALUES (15001081073), (15001091087)",
            "CREATE TABLE hist (old INTEGER, new INTEGER)", "INSERT INTO hist VALUES (15001011009, 15001081073)",
            "CREATE TABLE never (kood INTEGER)", "INSERT INTO never VALUES (15001011009)")
        let database = try TestDatabase(
            """
            CREATE TABLE reg (kood bigint); INSERT INTO reg VALUES (15001081073), (15001091087);
            CREATE TABLE hist (old bigint, new bigint); INSERT INTO hist VALUES (15001011009, 15001081073);
            CREATE TABLE never (kood bigint); INSERT INTO never VALUES (15001011009)
            """)
        for locate: (String) -> any TableSource in [
            { SQLiteSource(path: path, table: $0) }, { database.table($0) },
        ] {
            var source = RegisterSource(
                locate("reg"), identityColumn: "kood",
                history: IdentityHistorySource(locate("hist"), formerColumn: "old", currentColumn: "new"))
            #expect(try await survey(source).survey.history.pairsRead == 1)
            #expect(try await survey(source).survey.peopleWithFormerCodes == 1)
            source.neverRelease = [NeverReleaseSource(locate("never"), identityColumn: "kood")]
            #expect(try await survey(source).survey.peopleWithheld == 1)
        }
    }

    @Test func datesHaveTheSameFormsInMatchFieldsAndReleasedColumns() throws {
        let day = try #require(CalendarDate(year: 2024, month: 2, day: 1))
        for text in [
            "2024-02-01", "20240201", "1.2.2024", "01.02.2024", "1.2.2024 0:00:00", "01.02.2024 00:00:00", "1/2/2024",
            "2024-02-01T10:00:00Z", "2024/2/1", "1-2-2024",
        ] {
            let bytes = Array(text.utf8)[...]
            #expect(DateText.date(bytes) == day, "\(text)")
            let field = NormalisationProfile.sidos2.normalise(bytes, as: .date)
            #expect(field?.date?.digits(.date) == Array("20240201".utf8), "\(text)")
        }
    }

    // MARK: Files

    private func values(
        _ text: String, _ columns: [ColumnDeclaration], delimiter: CSVDelimiter = .detect, nullText: String? = nil,
        quotedNull: Bool = false
    ) throws -> [[FieldValue]] {
        let folder = try TemporaryFolder()
        let table = CSVSource(
            path: try folder.write(text), delimiter: delimiter, nullText: nullText, quotedNull: quotedNull)
        return try rows(
            RegisterReader(declaration: register(columns), source: RegisterSource(table, identityColumn: "id"))
        ).rows.map(\.values)
    }

    @Test func quotedEmptyFieldsAreMissingInEveryTypeButText() throws {
        for type in ColumnType.allCases {
            let column = [column("a", type, nullable: true)]
            let empty: FieldValue = type == .text ? .text("") : .null
            #expect(try values("\"id\",\"a\"\n\"010594Y9032\",\"\"\n", column) == [[empty]], "\(type)")
            #expect(try values("\"id\",\"a\"\n\"010594Y9032\",\"\"\n", column, quotedNull: true) == [[.null]])
            let null: FieldValue = type == .text ? .text("NULL") : .null
            #expect(
                try values("\"id\",\"a\"\n\"010594Y9032\",\"NULL\"\n", column, nullText: "NULL") == [[null]], "\(type)")
            #expect(
                try values("\"id\",\"a\"\n\"010594Y9032\",\"NULL\"\n", column, nullText: "NULL", quotedNull: true)
                    == [[.null]])
        }
        #expect(
            registerError { _ = try values("\"id\",\"a\"\n\"010594Y9032\",\"\"\n", [column("a", .date)]) }?.kind
                == .nullNotAllowed(expected: .date))
    }

    @Test func columnsThatNobodyAsksForMayHaveAnyNames() throws {
        let columns = [column("a", .code)]
        for text in ["id;a;;\n010594Y9032;x;;\n", "id;a;n;n\n010594Y9032;x;1;2\n"] {
            #expect(try values(text, columns) == [[.code("x")]])
        }
        #expect(registerError { _ = try values("id;a;a\n", columns) }?.kind == .duplicateColumns(2, 3))
    }

    @Test func delimitersAreFoundAndTold() throws {
        let columns = [column("a", .code)]
        for (sign, delimiter) in [(",", CSVDelimiter.comma), (";", .semicolon), ("\t", .tab), ("|", .pipe)] {
            let text = "id\(sign)a\n010594Y9032\(sign)x\n"
            #expect(try values(text, columns) == [[.code("x")]])
            #expect(try values(text, columns, delimiter: delimiter) == [[.code("x")]])
            for line in ["sep=\(sign)\r\n", "\"sep=\(sign)\"\n", "SEP=\(sign)\n"] {
                #expect(try values(line + text, columns) == [[.code("x")]])
                #expect(try values("\u{FEFF}" + line + text, columns, delimiter: delimiter) == [[.code("x")]])
            }
        }
        #expect(
            registerError { _ = try values("sep=;\nid;a\n", columns, delimiter: .tab) }?.kind
                == .csv(.separatorLineDiffers))
        #expect(registerError { _ = try values("sep=x\nidxa\n", columns) }?.kind == .csv(.separatorLineDiffers))
        // A column may be called so.
        #expect(try values("sep=,id,a\n1,010594Y9032,x\n", columns) == [[.code("x")]])
        let wrong = registerError { _ = try values("id;a\n", columns, delimiter: .comma) }
        #expect(wrong?.header == HeaderReading(line: 1, delimiter: .comma, columnCount: 1))
        #expect(
            wrong?.description.contains("read from line 1 as 1 column separated by commas. Check the delimiter") == true
        )
    }

    @Test(arguments: ["Asiakkaat 2024;;\n", "Asiakkaat 2024\n", "\n"])
    func aTitleAboveTheHeaderIsTold(title: String) throws {
        let error = registerError { _ = try values(title + "id;a;b\n010594Y9032;x;y\n", [column("a", .code)]) }
        #expect(error?.header?.lineOfNames == 2)
        #expect(error?.description.contains("Line 2 has the names: remove what stands above it") == true)
    }

    // MARK: Databases

    @Test func tableNamesAreFoundWhateverCodePointsTheyAreWrittenWith() throws {
        let (composed, decomposed) = ("p\u{E4}\u{E4}t\u{F6}kset", "pa\u{308}a\u{308}to\u{308}kset")
        let folder = try TemporaryFolder()
        for (index, (there, asked)) in [(composed, decomposed), (decomposed, composed)].enumerated() {
            let path = try folder.database(
                "CREATE TABLE \"\(there)\" (n)", "INSERT INTO \"\(there)\" VALUES (1)", name: "\(index)")
            #expect(try records(SQLiteReader(path: path, table: asked)) == [[.integer(1)]])
            let database = try TestDatabase("CREATE TABLE \"\(there)\" (n int); INSERT INTO \"\(there)\" VALUES (1)")
            #expect(try records(PostgreSQLReader(database.table(asked))) == [[.integer(1)]])
            #expect(try records(PostgreSQLReader(database.table(asked, schema: "public"))) == [[.integer(1)]])
        }
        // Of two, the one that is written so.
        let both = try folder.database(
            "CREATE TABLE \"\(composed)\" (n)", "CREATE TABLE \"\(decomposed)\" (m)", name: "both")
        #expect(try SQLiteReader(path: both, table: decomposed).columns == ["m"])
    }

    @Test func rowLevelSecurityFailsInsteadOfHidingRows() throws {
        let database = try TestDatabase(
            """
            CREATE TABLE clients (hetu text, tenant text);
            INSERT INTO clients SELECT n::text, CASE WHEN n <= 4 THEN 'north' ELSE 'south' END
                FROM generate_series(1, 10) n;
            ALTER TABLE clients ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own ON clients FOR SELECT USING (tenant = 'north');
            CREATE VIEW all_clients AS SELECT hetu FROM clients
            """)
        let role = "reader_\(database.name)"
        try database.run("CREATE ROLE \(role) LOGIN; GRANT SELECT ON clients, all_clients TO \(role)")
        for source in [
            database.table("clients", user: role), database.query("SELECT hetu FROM clients", user: role),
        ] {
            let error = registerError { _ = try records(PostgreSQLReader(source)) }
            #expect(error?.kind == .postgreSQL(.rowSecurity))
            #expect(error?.description.contains("BYPASSRLS") == true)
        }
        // The policies do not concern the view's owner.
        #expect(try records(PostgreSQLReader(database.table("all_clients", user: role))).count == 10)
        try database.run("ALTER ROLE \(role) BYPASSRLS")
        #expect(try records(PostgreSQLReader(database.table("clients", user: role))).count == 10)
        try database.run(
            """
            ALTER ROLE \(role) NOBYPASSRLS; ALTER TABLE clients DISABLE ROW LEVEL SECURITY;
            REVOKE SELECT ON clients FROM \(role)
            """)
        #expect(
            registerError { _ = try records(PostgreSQLReader(database.table("clients", user: role))) }?.kind
                == .postgreSQL(.permissionDenied))
    }

    #if canImport(Glibc)
        /// What the thread may do with files is that of an account that has no right to write here.
        private func asNobody<Result>(_ work: () throws -> Result) throws -> Result {
            let symbol = try #require(dlsym(nil, "setfsuid"))
            let setFileUser = unsafeBitCast(symbol, to: (@convention(c) (UInt32) -> Int32).self)
            _ = setFileUser(65_534)
            defer { _ = setFileUser(0) }
            return try work()
        }

        @Test(.enabled(if: getuid() == 0, "only root can be another account"))
        func aDatabaseInWALModeIsReadWhereNothingCanBeWrittenBesideIt() throws {
            let folder = try TemporaryFolder()
            let path = folder.path + "/w a%l?.sqlite"
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction { db in _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") }
            try queue.write { try $0.execute(sql: "CREATE TABLE t (n); INSERT INTO t VALUES (1), (2)") }
            try queue.close()
            try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
            try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path)
            #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
            #expect(
                try asNobody { try records(SQLiteReader(path: path, table: "t")) } == [
                    [.integer(1)], [.integer(2)],
                ])
            // Somebody begins to write while it is read.
            let reader = try asNobody { try SQLiteReader(path: path, table: "t") }
            let writer = try DatabaseQueue(path: path)
            try writer.write { try $0.execute(sql: "INSERT INTO t VALUES (3)") }
            #expect(registerError { _ = try asNobody { try records(reader) } }?.kind == .fileChanged)
            // What is in the log cannot be read so: it is told, and nothing old is taken for the register.
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path + "-wal")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path + "-shm")
            let error = registerError { _ = try asNobody { try records(SQLiteReader(path: path, table: "t")) } }
            #expect(error?.kind == .sqlite(.walNeedsFolder))
            #expect(error?.description.contains("PRAGMA wal_checkpoint(TRUNCATE)") == true)
            try writer.close()
        }
    #endif
}
