import PSIProtocol
import Testing

@testable import Agreement
@testable import Register
@testable import Values

/// What is taken for a code in text that would be released, whatever country the study is of.
///
/// Codes are published examples and test numbers, the test numbers that the readers' tests have, and made-up ones with
/// right check characters.
@Suite struct CodeGuardTests {
    private func found(_ text: String) -> CodeGuard.Finding? { CodeGuard.finding(in: Array(text.utf8)[...]) }

    //
    @Test(arguments: [
        // Finland: every sign, temporary numbers, those that are never issued.
        "131052-308T", "131052+308T", "131052A308T", "131052F308T", "131052Y308T", "131052U308T", "010594Y9032",
        "131052-000V", " 131052-308t ", "310252-308Y", "131052308T",
        // Sweden: ten and twelve digits, both signs, coordination numbers with all that can be unknown, interim
        // numbers.
        "811218-9876", "811218+9876", "8112189876", "198112189876", "19811218-9876", "701063-2391", "189000882390",
        "189005602405", "189000602418", "9000882390", "000101-T220", "20000101-T220", "000101T220", "000101-K221",
        // Its birth numbers of 1947 to 1966.
        "451218-987",
        // Estonia.
        "37605030299", "15001011009",
    ]) func formsOfAllCountries(text: String) {
        #expect(found(text) != nil)
        for longer in [
            "born \(text), moved", "(\(text))", "hetu:\(text).", "ä\(text)ö", "nr\(text)", "1-\(text)-1",
            "x\n\(text)\ty",
        ] { #expect(found(longer) != nil, "\(longer)") }
    }

    @Test(arguments: [
        // Separators between the parts, and anywhere where nothing else stands.
        "131052 - 308T", "13.10.52-308T", "13 10 52 308T", "131052/308T", "131052_308T", "81 12 18 - 9876",
        "1981-12-18-9876", "1981-12-18 9876", "19 811218-9876", "376 0503 0299", "3.76.05.03.0299", "8112 189 876",
        "Storgatan 12 811218 9876",
        // Characters that look like its own.
        "131052\u{2013}308T", "131052\u{2212}308T", "１３１０５２-308t", "131052\u{207B}308T", "131052\u{AD}-30\u{200B}8T",
        "131052А308Т", "131052\u{A0}308T", "٣٧٦٠٥٠٣٠٢٩٩", "𝟑𝟕𝟔𝟎𝟓𝟎𝟑𝟎𝟐𝟗𝟗", "37605O3O299", "l31052-308T",
        "811218\u{2796}9876",
        "8\u{301}112189876", "19811218\u{2010}9876",
        // As spreadsheets write numbers, and with a zero lost.
        "37605030299.0", "37605030299,00", "3.7605030299E10", "3.7605030299e+10", "1.89000882390E+11", "101151231",
        "010115-1231",
    ]) func lookAlikesAndSeparators(text: String) {
        #expect(found(text) != nil)
    }

    @Test func ordinaryTextAndNumbersPass() {
        for text in [
            "", "131052-308", "131052-308U", "811218-9875", "811318-9876", "37605030298", "37613030293", "97605030299",
            "1131052-308T", "131052-308T1", "376050302990", "8112189876543", "kunta 049", "2026-03-15", "15.3.2026",
            "2026-03-15T12:30:00Z", "040 123 4567", "+358 40 123 4567", "FI21 1234 5600 0007 85", "1234567-8",
            "550e8400-e29b-41d4-a716-446655440000", "12, 15, 31, 40, 22, 17", "00510", "1.2E5", "1E400", "E10",
            "999999999",
            "20240115T123000", "000101-E221", "ISO 9001:2015 and 14001:2015", "d41d8cd98f00b204e9800998ecf8427e",
        ] { #expect(found(text) == nil, "\(text)") }
        var generator = SeededGenerator(seed: 11)
        var stopped = 0
        for _ in 0..<20_000 where found(String(Int.random(in: 1_000_000_000...9_999_999_999, using: &generator))) != nil
        {
            stopped += 1
        }
        // Of numbers with ten digits about one in a hundred.
        #expect((100..<400).contains(stopped), "\(stopped)")
    }

    @Test func digitsAreToldFromWhatIsMarked() {
        for text in ["8112189876", "198112189876", "37605030299", "8112 189 876", "451218-987"] {
            #expect(found(text) == .digits, "\(text)")
        }
        for text in ["811218-9876", "131052-308T", "131052308T", "000101T220", "37605030299 131052-308T"] {
            #expect(found(text) == .marked, "\(text)")
        }
    }

    /// Whatever a scheme reads, in any country, is found.
    @Test func theGuardIsStrongerThanEveryReader() throws {
        let today = try #require(CalendarDate(year: 2026, month: 3, day: 15))
        var generator = SeededGenerator(seed: 3)
        var readCount = 0
        let signs = Array("-+ABCDEFUVWXY") + [nil, "\u{2013}", " "]
        for _ in 0..<60_000 {
            func digits(_ range: ClosedRange<Int>, _ width: Int) -> String {
                let text = String(Int.random(in: range, using: &generator))
                return String(repeating: "0", count: max(0, width - text.count)) + text
            }
            let sign = signs.randomElement(using: &generator)?.map(String.init) ?? ""
            let last = Bool.random(using: &generator) ? digits(0...9, 1) : "T"
            let middle = [digits(0...999, 3), "T" + digits(0...99, 2)].randomElement(using: &generator) ?? ""
            let text = [
                digits(1...31, 2) + digits(1...12, 2) + digits(0...99, 2) + sign + digits(0...999, 3) + last,
                ["", "18", "19", "20"].randomElement(using: &generator).map { $0 } ?? "",
            ]
            let swedish = text[1] + digits(0...99, 2) + digits(0...12, 2) + digits(0...91, 2) + sign + middle + last
            let estonian =
                digits(1...8, 1) + digits(0...99, 2) + digits(1...12, 2) + digits(1...31, 2) + digits(0...9999, 4)
            for (scheme, code) in [(IdentitySchemeID.finland, text[0]), (.sweden, swedish), (.estonia, estonian)] {
                guard (try? scheme.scheme(today: today).read(Array(code.utf8)[...], owner: "kela")) != nil else {
                    continue
                }
                readCount += 1
                #expect(found(code) != nil, "\(code)")
            }
        }
        #expect(readCount > 1_000)
    }

    // MARK: In a register

    private func failure(
        _ text: String, _ type: ColumnType = .text, exempt: Bool = false,
        scheme: any IdentityScheme = FinnishIdentityScheme()
    ) throws -> RegisterError.Kind? {
        let folder = try TemporaryFolder()
        let path = try folder.write("id,a\n010594Y9032,\(text)\n")
        var column = column("a", type)
        column.numbersAreNoCodes = exempt
        let reader = try RegisterReader(
            declaration: register([column]), source: RegisterSource(CSVSource(path: path), identityColumn: "id"),
            plan: .identityCode(scheme))
        do { _ = try rows(reader) } catch let error as RegisterError { return error.kind } catch { throw error }
        return nil
    }

    @Test func codesOfOtherCountriesAreStoppedInEveryKindOfColumn() throws {
        for (text, types) in [
            ("189000882390", [ColumnType.text, .code, .integer, .decimal]),
            ("8112189876", [.text, .code, .integer, .decimal]),
            ("0101151231", [.integer, .decimal, .code]), ("37605030299.0", [.decimal, .text, .code]),
            ("see 000101-T220", [.text]), ("131052A308T", [.code]),
        ] {
            for type in types { #expect(try failure(text, type) == .identityCodeInColumn, "\(text) \(type)") }
        }
    }

    //
    @Test func aColumnsNumbersCanBeSaidToBeNoCodes() throws {
        for type in [ColumnType.text, .code, .integer, .decimal] {
            #expect(try failure("8112189876", type, exempt: true) == nil)
        }
        // What has a sign or a letter is a code all the same.
        for text in ["811218-9876", "131052A308T", "call 000101-T220"] {
            #expect(try failure(text, exempt: true) == .identityCodeInColumn)
        }
        // And the person's own code is never let pass.
        let folder = try TemporaryFolder()
        for (text, isStopped) in [("37605030299", true), ("15001011009", false)] {
            let path = try folder.write("id,a\n37605030299,\(text)\n")
            var column = column("a", .integer)
            column.numbersAreNoCodes = true
            let reader = try RegisterReader(
                declaration: register([column]), source: RegisterSource(CSVSource(path: path), identityColumn: "id"),
                plan: .identityCode(EstonianIdentityScheme()))
            if isStopped {
                #expect(registerError { _ = try rows(reader) }?.kind == .identityCodeInColumn)
            } else {
                #expect(try rows(reader).rows.count == 1)
            }
        }
    }

    @Test func realNumbersOfADatabaseAreLookedAtAsWell() throws {
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "CREATE TABLE t (id TEXT, a REAL)", "INSERT INTO t VALUES ('010594Y9032', 37605030299.0)")
        let reader = try RegisterReader(
            declaration: register([column("a", .decimal)]),
            source: RegisterSource(SQLiteSource(path: path, table: "t"), identityColumn: "id"))
        #expect(registerError { _ = try rows(reader) }?.kind == .identityCodeInColumn)
    }
}
