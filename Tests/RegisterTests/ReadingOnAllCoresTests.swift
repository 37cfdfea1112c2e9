import PSIProtocol
import Testing

@testable import Agreement
@testable import Register
@testable import Values

/// Whatever the number of cores and wherever batches end, a register gives the same people, counts and errors.
@Suite struct ReadingOnAllCoresTests {
    private static let workerCounts = [1, 2, 3, 8]
    private static let header = "id,client,mark,g,b,day,kind,word,n\n"

    private static let columns: [ColumnDeclaration] = [
        column("day", .date, nullable: true), column("word", .text, nullable: true), column("n", .integer),
        ColumnDeclaration(
            name: "kind", type: .code, nullable: true, title: "Kind",
            derivation: .map(CodeMapping(codes: codes, otherwise: .missing))),
    ]
    /// More than are told apart, so that it matters which are met first.
    private static let codes = Dictionary(uniqueKeysWithValues: (0..<90).map { ("k\($0)", "K\($0)") })

    /// What reading ends in.
    private enum Outcome: Equatable {
        case people(Set<SeenPerson>, RegisterSurvey)
        case error(RegisterError)
    }

    private struct Way: CustomStringConvertible {
        var workerCount = 1
        var blockByteCount = 1 << 16
        var memoryByteCount = 24 << 20
        var description: String { "\(workerCount) workers, \(blockByteCount) bytes a block, \(memoryByteCount) held" }

        static let all = ReadingOnAllCoresTests.workerCounts.flatMap { workers in
            [(1, 1), (1_000, 1_000), (1 << 16, 24 << 20)].map {
                Way(workerCount: workers, blockByteCount: $0.0, memoryByteCount: $0.1)
            }
        }
    }

    private func outcome(
        _ text: String, _ way: Way, alone: Bool = false, screens: Bool = false,
        columns: [ColumnDeclaration] = columns
    ) async throws -> Outcome {
        func table(_ text: String) -> MemoryTable { MemoryTable(text, blockByteCount: way.blockByteCount) }
        var source = RegisterSource(
            table(text), identityColumn: "id", personColumn: "client", matchColumns: ["given": "g", "birth": "b"],
            history: IdentityHistorySource(
                table("old,new\n131052Y308T,131052-308T\n"), formerColumn: "old", currentColumn: "new"))
        if screens {
            source.neverRelease = [
                NeverReleaseSource(table("hetu\n\(temporaryCode(3))\n\(temporaryCode(400))\n"), identityColumn: "hetu")
            ]
            source.neverReleaseColumn = NeverReleaseColumn(name: "mark", values: ["1"], others: ["0"])
        }
        var declaration = register(columns)
        declaration.quality = QualityColumns(year: "day", group: "kind")
        let keys = [MatchKey.identityCode] + (alone ? [] : [try recipeKey("name", "given + birth")])
        let agreement = try agreement(keys)
        declaration.matchFields = alone ? [] : ["given", "birth"]
        let plan = MatchPlan(agreement: agreement, register: declaration, today: agreement.validFrom)
        if alone { source.matchColumns = [:] }
        do {
            var reader = try RegisterReader(declaration: declaration, source: source, plan: plan)
            reader.countsProgramWords = true
            let grouping = try PersonGrouping(
                reader: reader, spool: CountingSpool(), memoryByteCount: way.memoryByteCount,
                workers: Workers(count: way.workerCount))
            let survey = try await grouping.run()
            let people = try await people(grouping)
            #expect(people.count == survey.people)
            return .people(Set(people.map(SeenPerson.init)), survey)
        } catch let error as RegisterError {
            return .error(error)
        }
    }

    /// Rows in which everything occurs that is counted or that batches could cut.
    private static func rows(_ count: Int) -> [String] {
        var generator = SeededGenerator(seed: 70)
        return (0..<count).map { index in
            let person = Int.random(in: 0..<60, using: &generator)
            let code =
                [
                    temporaryCode(person), temporaryCode(person), "131052-308T", "131052Y308T", "131052\u{2013}308t",
                    "", "x",
                    "010594Y9033", "12345", "1.2E+5", "**", "37605030299",
                ].randomElement(using: &generator) ?? ""
            let client = Int.random(in: 0..<3, using: &generator) == 0 ? "\(person)" : ""
            let isSound = code == "131052-308T" || code == temporaryCode(person)
            let mark = isSound && Int.random(in: 0..<40, using: &generator) == 0 ? "1" : "0"
            let given = ["Anna", "\"Eva\nMaria\"", "NULL", "", "Åke"].randomElement(using: &generator) ?? ""
            let birth = ["1.2.1980", "", "31.2.1980", "soon"].randomElement(using: &generator) ?? ""
            let day = ["2020-01-0\(index % 9 + 1)", "1.2.2021", ""].randomElement(using: &generator) ?? ""
            let number = "k\(Int.random(in: 0..<90, using: &generator))"
            let kind = [number, number, number, "other", ""].randomElement(using: &generator) ?? ""
            let word = ["\"a, \"\"b\"\"\r\nc\"", "plain", "\"\"", "", "ä€😀"].randomElement(using: &generator) ?? ""
            return "\(code),\(client),\(mark),\(given),\(birth),\(day),\(kind),\(word),\(index)"
        }
    }

    @Test(arguments: [false, true], [false, true])
    func theOutcomeIsThatOfOneCore(alone: Bool, screens: Bool) async throws {
        let rows = Self.rows(900)
        for (mark, ending, last) in [("", "\n", "\n"), ("\u{FEFF}", "\r\n", "")] {
            let text = mark + Self.header.replacing("\n", with: ending) + rows.joined(separator: ending) + last
            let first = try await outcome(text, Way(), alone: alone, screens: screens)
            guard case .people(let people, let survey) = first else {
                Issue.record("\(first)")
                continue
            }
            #expect(people.count > 40 && survey.rowsKept > 100 && survey.groupBreakdown.count > 20)
            #expect(survey.derivations[0].values.count == 64 && survey.codeShapes.counts.count > 4)
            #expect(alone || survey.dateFields[0].present > survey.dateFields[0].readable)
            #expect(screens == (survey.peopleWithheld > 0))
            for way in Way.all where mark.isEmpty || way.workerCount == 3 {
                #expect(try await outcome(text, way, alone: alone, screens: screens) == first, "\(way)")
            }
        }
    }

    @Test func theFirstMistakeIsTold() async throws {
        let rows = Self.rows(200)
        /// What is wrong in a row, and of what kind the error is.
        let mistakes: [(row: String, kind: RegisterError.Kind, column: String?)] = [
            ("131052-308T,,0,,,,,,x", .wrongType(expected: .integer), "n"),
            ("131052-308T,,0,,,,,", .tooFewFields(expected: 9, found: 8), nil),
            ("131052-308T,,2,,,,,,1", .unreadableMark, "mark"),
            ("131052-308T,,0,,,,,w\"x,1", .csv(.strayQuote), "word"),
            ("131052-308T,,0,,,,,131052-308T,1", .identityCodeInColumn, "word"),
            ("x,,1,,,,,,1", .markWithoutCode(.malformed), "id"),
            ("131052-308T,,0,,,,,\"w,1", .csv(.unterminatedQuote), "word"),
        ]
        for (index, mistake) in mistakes.enumerated() {
            let other = mistakes[(index + 1) % mistakes.count].row
            for place in [0, 1, 77, 199] {
                // A quotation mark that is never closed is another's beginning unless no other follows.
                let isOpen = mistake.kind == .csv(.unterminatedQuote)
                let before = Self.header + rows[..<place].map { $0 + "\n" }.joined()
                let after = isOpen ? [] : [other] + rows[place...]
                let text = before + mistake.row + "\n" + after.map { $0 + "\n" }.joined()
                let line = before.utf8.count { $0 == UInt8(ascii: "\n") } + 1
                let expected = RegisterError(
                    mistake.kind, file: "m.csv", row: place + 1, line: line, column: mistake.column)
                for way in Way.all {
                    #expect(try await outcome(text, way, screens: true) == .error(expected), "\(way), row \(place + 1)")
                }
            }
        }
    }

    @Test func aMapsGapsAreCountedToTheEnd() async throws {
        let gaps = ColumnDeclaration(
            name: "kind", type: .code, nullable: false, title: "Kind",
            derivation: .map(CodeMapping(codes: ["a": "A"])))
        func text(_ kinds: [String]) -> String {
            Self.header + kinds.map { "131052-308T,,0,,,,\($0),,1\n" }.joined()
        }
        let three = text(["a", "b", "a", "b", "c"])
        let mistake = three + "131052-308T,,0\n"
        for way in Way.all {
            #expect(
                try await outcome(three, way, columns: [gaps])
                    == .error(
                        RegisterError(.unmappedValues([.init(column: "kind", count: 3)]), file: "m.csv")), "\(way)")
            #expect(
                try await outcome(mistake, way, columns: [gaps])
                    == .error(
                        RegisterError(.tooFewFields(expected: 9, found: 3), file: "m.csv", row: 6, line: 7)), "\(way)")
        }
    }

    @Test func aPersonWithTooManyRowsIsRefusedOnAnyCore() async throws {
        let rows = (0...PersonGrouping.maxRowsOfPerson).map { "131052-308T,,0,,,,,,\($0)\n" }.joined()
        for way in [Way(workerCount: 8, memoryByteCount: 1 << 20), Way(workerCount: 3)] {
            #expect(
                try await outcome(Self.header + rows, way, alone: true)
                    == .error(RegisterError(.tooManyRowsOfPerson(limit: 100_000), file: "m.csv")), "\(way)")
        }
    }

    @Test func aCancelledTaskEndsTheReading() async throws {
        let text = Self.header + Self.rows(2_000).joined(separator: "\n")
        let task = Task { () -> Outcome in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await outcome(text, Way(workerCount: 3, blockByteCount: 37))
        }
        #expect(try await task.value == .error(RegisterError(.cancelled, file: "m.csv")))
    }

    @Test func limitsAreThoseOfEveryBlock() throws {
        let longest = String(repeating: "x", count: 1 << 20)
        let names = (1...9).map { "c\($0)" }.joined(separator: ",")
        let sound = Array(repeating: "1", count: 9).joined(separator: ",") + "\n"
        let six = Array(repeating: longest, count: 6).joined(separator: ",")
        let seven = six + "," + longest
        let lines = String(repeating: "\n", count: (1 << 20) - 64)
        func error(_ kind: RegisterError.Kind, row: Int, line: Int, column: String? = nil) -> RegisterError {
            RegisterError(kind, file: "f.csv", row: row, line: line, column: column)
        }
        let cases: [(String, RegisterError)] = [
            (
                sound + six + "," + longest + "x,",
                error(.fieldTooLong(byteLimit: 1 << 20), row: 2, line: 3, column: "c7")
            ),
            (
                sound + six + ",\"\"\"" + longest + "\"",
                error(.fieldTooLong(byteLimit: 1 << 20), row: 2, line: 3, column: "c7")
            ),
            // The record is too long before its last field is.
            (sound + seven + "," + longest + "," + longest, error(.recordTooLong(byteLimit: 8 << 20), row: 2, line: 3)),
            (
                sound + seven + ",\"" + lines + "\",\"" + lines + "\"\n",
                error(.recordTooLong(byteLimit: 8 << 20), row: 2, line: 3 + (1 << 20) - 64 + 54)
            ),
            (
                sound + "\"" + String(repeating: "\n", count: 20 << 20),
                error(.fieldTooLong(byteLimit: 1 << 20), row: 2, line: 3, column: "c1")
            ),
        ]
        for (text, expected) in cases {
            let bytes = Array((names + "\n" + text).utf8)
            for blockByteCount in [4_099, 1 << 16, 1 << 18] {
                #expect(
                    registerError { _ = try csv(bytes, delimiter: .comma, blockByteCount: blockByteCount) } == expected,
                    "\(blockByteCount)")
            }
        }
    }
}
