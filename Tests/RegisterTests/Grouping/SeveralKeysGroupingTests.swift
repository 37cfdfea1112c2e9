import PSIProtocol
import Testing

@testable import Agreement
@testable import Register

/// Who is one person where there are codes, names of the owner's own and match fields. [P-22]
@Suite struct SeveralKeysGroupingTests {
    private static func keys() throws -> [MatchKey] {
        [.identityCode, MatchKey("former_code", content: .formerCode), try recipeKey("name", "given + birth")]
    }

    private static let header = "id,client,g,b,n\n"

    /// - Parameters:
    ///   - keys: nil for the identity code alone.
    ///   - history: the table's rows, former and current code.
    private func grouping(
        _ rows: [String], keys: [MatchKey]?, own: [String] = ["given", "birth"], hasNames: Bool = true,
        history: [String]? = nil, spool: any Spool = MemorySpool(), memoryByteCount: Int = 24 << 20,
        in folder: TemporaryFolder
    ) throws -> PersonGrouping {
        let path = try folder.write(Self.header + rows.map { $0 + "\n" }.joined())
        let table = try history.map { rows in
            IdentityHistorySource(
                CSVSource(path: try folder.write("old,new\n" + rows.map { $0 + "\n" }.joined(), to: "history.csv")),
                formerColumn: "old", currentColumn: "new")
        }
        let source = RegisterSource(
            CSVSource(path: path), identityColumn: "id", personColumn: hasNames ? "client" : nil,
            matchColumns: ["given": "g", "birth": "b", "street": "g"], history: table)
        let reader = try RegisterReader(
            declaration: register([column("n", .integer)]), source: source,
            plan: try keys.map { try plan(own: own, keys: $0) } ?? .identityCode())
        return try PersonGrouping(reader: reader, spool: spool, memoryByteCount: memoryByteCount)
    }

    private func found(
        _ rows: [String], alone: Bool = false, hasNames: Bool = true, history: [String]? = nil
    ) async throws -> (people: Set<SeenPerson>, survey: RegisterSurvey) {
        let folder = try TemporaryFolder()
        let grouping = try grouping(
            rows, keys: alone ? nil : Self.keys(), hasNames: hasNames, history: history, in: folder)
        let all = try await people(grouping)
        return (Set(all.map(SeenPerson.init)), try await grouping.run())
    }

    private let official = "fi-hetu\u{1F}131052-308T"

    @Test func rowsWithoutACodeAreGatheredByTheOwnersName() async throws {
        let (people, survey) = try await found([
            ",7,Anna,1.2.1980,1", ", 7 ,Anna,1.2.1980,2", ",8,Anna,1.2.1980,3", "x,8,,,4",
        ])
        #expect(
            people == [
                SeenPerson(identity: nil, fields: ["anna", "1980.2.1"], rows: ["integer(1)", "integer(2)"]),
                SeenPerson(identity: nil, fields: ["anna", "1980.2.1"], rows: ["integer(3)", "integer(4)"]),
            ])
        #expect(survey.people == 2 && survey.peopleWithoutCode == 2 && survey.rowsKept == 4 && survey.refused == [:])
        #expect(survey.codes.missing == 3 && survey.codes.invalid == 1)
    }

    @Test func aNamedPersonsCodeIsAllTheirRows() async throws {
        let rows = [
            ",7,Anna,,1", "131052\u{2013}308t,7,,1.2.1980,2", "131052-308T,,Bea,,3", "wrong,7,Anna,,4",
            ",9,Anna,,5",
        ]
        let (people, survey) = try await found(rows)
        #expect(
            people == [
                SeenPerson(
                    identity: official, fields: ["anna", "1980.2.1"],
                    rows: (1...4).map { "integer(\($0))" }),
                SeenPerson(identity: nil, fields: ["anna", "-"], rows: ["integer(5)"]),
            ])
        #expect(survey.peopleWithoutCode == 1 && survey.severalCodes == 0 && survey.codes.repaired == 1)
        // Under the code alone, who has none in any row is left out for their row's own reason.
        let alone = try await found(rows + ["x,10,,,6"], alone: true)
        #expect(alone.people == [SeenPerson(identity: official, rows: (1...4).map { "integer(\($0))" })])
        #expect(alone.survey.refused == [.missing: 1, .malformed: 1] && alone.survey.rowsKept == 4)
    }

    @Test func ofDifferentCodesNoneIsUsed() async throws {
        let rows = ["131052-308T,7,Anna,,1", "131052X308T,7,Anna,,2", ",7,,,3", "131052-308T,8,,,4"]
        let (people, survey) = try await found(rows)
        #expect(
            people == [
                SeenPerson(identity: nil, fields: ["anna", "-"], rows: ["integer(1)", "integer(2)", "integer(3)"]),
                SeenPerson(identity: official, fields: ["-", "-"], rows: ["integer(4)"]),
            ])
        #expect(survey.severalCodes == 1 && survey.peopleWithoutCode == 1 && survey.refused == [:])
        let alone = try await found(rows, alone: true)
        #expect(alone.people == [SeenPerson(identity: official, rows: ["integer(4)"])])
        #expect(alone.survey.refused == [.severalCodes: 3] && alone.survey.severalCodes == 1)
        #expect(alone.survey.rowsRead == 4 && alone.survey.rowsKept == 1)
    }

    @Test func withoutNamesRowsAreGatheredByEqualFields() async throws {
        let (people, survey) = try await found(
            [
                ",7,ANNA,1980-02-01,1", ",8,anna,1.2.1980,2", ",7,Anna,,3", "131052-308T,7,Anna,1.2.1980,4",
                ",7,,,5", "x,7,tuntematon,,6",
            ], hasNames: false)
        #expect(
            people == [
                SeenPerson(identity: nil, fields: ["anna", "1980.2.1"], rows: ["integer(1)", "integer(2)"]),
                SeenPerson(identity: nil, fields: ["anna", "-"], rows: ["integer(3)"]),
                SeenPerson(identity: official, fields: ["anna", "1980.2.1"], rows: ["integer(4)"]),
            ])
        #expect(survey.refused == [.missing: 1, .malformed: 1], "neither code nor fields nor name")
        #expect(survey.people == 3 && survey.peopleWithoutCode == 2 && survey.rowsKept == 4)
    }

    @Test func temporaryCodesAreTheOwners() async throws {
        let (people, survey) = try await found(["010594Y9032,7,,,1", ",7,,,2", "131052-308T,8,,,3"])
        #expect(
            Set(people.map(\.identity)) == ["fi-hetu-temporary\u{1F}kela\u{1F}010594Y9032", official])
        #expect(survey.codes.temporary == 1 && survey.codes.official == 1 && survey.codes.missing == 1)
    }

    @Test func theMostFrequentValueOfAFieldWins() async throws {
        let cases: [(given: [String], winner: String)] = [
            (["Bea", "Anna", "Bea"], "bea"), (["Bea", "Anna"], "anna"), (["", "", "", "Bea"], "bea"),
            (["Anna Bea", "Anna"], "anna"), (["Zoe", "zoe", "Anna"], "zoe"), (["", ""], "-"),
        ]
        for (given, winner) in cases {
            for order in [given, given.reversed()] {
                let (people, _) = try await found(order.map { "131052-308T,,\($0),,1" })
                #expect(people.map(\.fields) == [[winner, "-"]], "\(order)")
            }
        }
        // Each field by itself.
        let (people, _) = try await found([",7,Anna,1.2.1980,1", ",7,Anna,,1", ",7,Bea,2.2.1980,1", ",7,,2.2.1980,1"])
        #expect(people.map(\.fields) == [["anna", "1980.2.2"]])
    }

    @Test func anOwnersNameIsNoFieldAndNoCode() async throws {
        // As bytes the name is what stands for the fields of the first row, and the other one an identity.
        let name = "\u{1}\u{1}" + String(repeating: "shch", count: 64) + "a"
        let street = String(repeating: "щ", count: 64) + "a"
        let folder = try TemporaryFolder()
        let grouping = try grouping(
            [",,\(street),,1", ",\(name),,,2", ",\(official),,,3", "131052-308T,,,,4"], keys: Self.keys(),
            own: ["street"], in: folder)
        #expect(
            try await people(grouping).map { SeenPerson($0).rows }.sorted { $0[0] < $1[0] }
                == (1...4).map { ["integer(\($0))"] })
    }

    @Test func namesOfAnyLengthAreTold() async throws {
        let long = String(repeating: "7", count: 65_536)
        let (people, _) = try await found([",\(long),,,1", ",\(long)8,,,2", ",\(long),,,3", ",,,,4"])
        #expect(Set(people.map(\.rows)) == [["integer(1)", "integer(3)"], ["integer(2)"]])
    }

    @Test func rewindHandsOutTheSamePeopleAgain() async throws {
        let folder = try TemporaryFolder()
        let spool = CountingSpool()
        do {
            let grouping = try grouping(
                (0..<100).map { ",\($0 / 2),Anna,,\($0)" }, keys: Self.keys(), spool: spool, in: folder)
            let first = try await people(grouping)
            #expect(first.count == 50)
            #expect(try await grouping.nextPerson()?.rowCount == nil)
            for stop in [50, 20] {
                try await grouping.rewind()
                for person in first.prefix(stop) {
                    #expect(try await grouping.nextRead().map(SeenPerson.init) == SeenPerson(person))
                }
            }
            #expect(spool.made == 1, "the register is not sorted anew")
        }
        #expect(spool.open == 0)
        let none = try grouping([], keys: Self.keys(), in: folder)
        try await none.rewind()
        #expect(try await none.nextPerson()?.rowCount == nil)
    }

    // MARK: Against a plain gathering

    private struct Row {
        let code: String
        let client: String
        let given: String
        let birth: String
        let number: Int

        var line: String { "\(code),\(client),\(given),\(birth),\(number)" }
        var fields: [String] {
            [SeenPerson.text(field(given, .givenNames)), SeenPerson.text(field(birth, .date))]
        }
    }

    private static let formers = ["131052X308T": "131052-308T", "131052W308T": "131052X308T"]

    private static func randomRows(_ generator: inout SeededGenerator) throws -> [Row] {
        let codes =
            ["", "", "", "x", "131052-308U"] + ExampleCode.bornSigns.map { "131052\($0)308T" }
            + [" 131052-308t", "131052 \u{2212} 308T"] + (0..<5).map { temporaryCode($0) }
        return try (0..<400).map { number in
            Row(
                code: try #require(codes.randomElement(using: &generator)),
                client: Bool.random(using: &generator) ? "" : "\(Int.random(in: 0..<60, using: &generator))",
                given: try #require(["", "", "Anna", "ANNA", "Bea", "Anna Bea"].randomElement(using: &generator)),
                birth: try #require(["", "1.2.1980", "1980-02-01", "2.2.1980"].randomElement(using: &generator)),
                number: number)
        }
    }

    private struct Gathered: Equatable {
        var people: Set<SeenPerson>
        var refused: [RefusalReason: Int]
        var severalCodes: Int
        var withoutCode: Int
        var mostRows: Int
    }

    private func gatheredPlainly(_ rows: [Row], alone: Bool, hasNames: Bool, hasHistory: Bool) -> Gathered {
        func current(_ identity: String) -> String {
            guard hasHistory else { return identity }
            var code = identity
            while let next = Self.formers.first(where: { code == "fi-hetu\u{1F}" + $0.key })?.value {
                code = "fi-hetu\u{1F}" + next
            }
            return code
        }
        let read: [(row: Row, code: Result<String, RefusalReason>)] = rows.map { row in
            do throws(RefusalReason) {
                let identity = try FinnishIdentityScheme().identity(of: Array(row.code.utf8)[...], owner: "kela")
                return (row, .success(current(String(decoding: identity.bytes, as: UTF8.self))))
            } catch { return (row, .failure(error)) }
        }
        var codesOfName: [String: Set<String>] = [:]
        for case (let row, .success(let code)) in read where hasNames {
            codesOfName[row.client, default: []].insert(code)
        }
        codesOfName[""] = nil
        // An official code goes before temporary ones.
        codesOfName = codesOfName.mapValues { codes in
            let official = codes.filter { !$0.contains("-temporary") }
            return official.isEmpty ? codes : official
        }
        var gathered: [String: [Row]] = [:]
        var result = Gathered(
            people: [], refused: [:], severalCodes: codesOfName.values.count { $0.count > 1 }, withoutCode: 0,
            mostRows: 0)
        for (row, code) in read {
            let codes = codesOfName[row.client] ?? []
            let isNamed = hasNames && !row.client.isEmpty
            let hasFields = row.fields != ["-", "-"]
            switch code {
            case _ where isNamed && codes.count == 1: gathered["code " + codes.joined(), default: []].append(row)
            case _ where isNamed && !alone: gathered["name " + row.client, default: []].append(row)
            case _ where codes.count > 1: result.refused[.severalCodes, default: 0] += 1
            case .success(let code): gathered["code " + code, default: []].append(row)
            case .failure where hasFields && !alone:
                gathered["fields " + row.fields.joined(separator: ","), default: []].append(row)
            case .failure(let reason): result.refused[reason, default: 0] += 1
            }
        }
        for (key, rows) in gathered {
            let identity = key.hasPrefix("code ") ? String(key.dropFirst(5)) : nil
            let fields = [0, 1].map { index in
                let values = Dictionary(grouping: rows.map { $0.fields[index] }.filter { $0 != "-" }) { $0 }
                return values.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key ?? "-"
            }
            let former =
                identity == official && hasHistory ? ["X", "W"].map { "fi-hetu\u{1F}131052\($0)308T" } : []
            result.people.insert(
                SeenPerson(
                    identity: identity, former: former, fields: alone ? [] : fields,
                    rows: rows.map { "integer(\($0.number))" }))
            if identity == nil { result.withoutCode += 1 }
            result.mostRows = max(result.mostRows, rows.count)
        }
        return result
    }

    /// Also whatever the rows' order, and where the sorts need the spool.
    @Test(arguments: [false, true], [false, true])
    func gathersAsAPlainGatheringDoes(alone: Bool, hasHistory: Bool) async throws {
        var generator = SeededGenerator(seed: 71)
        for hasNames in [true, false] {
            let rows = try Self.randomRows(&generator)
            let expected = gatheredPlainly(rows, alone: alone, hasNames: hasNames, hasHistory: hasHistory)
            #expect(expected.people.count >= 10 && (expected.withoutCode > 5) != alone)
            #expect((expected.severalCodes > 3) == hasNames)
            for memoryByteCount in [1, 2000, 24 << 20] {
                let folder = try TemporaryFolder()
                let spool = CountingSpool()
                let grouping = try grouping(
                    rows.shuffled(using: &generator).map(\.line), keys: alone ? nil : Self.keys(), hasNames: hasNames,
                    history: hasHistory ? Self.formers.map { "\($0.key),\($0.value)" } : nil, spool: spool,
                    memoryByteCount: memoryByteCount, in: folder)
                let all = try await people(grouping)
                let survey = try await grouping.run()
                #expect(
                    Gathered(
                        people: Set(all.map(SeenPerson.init)), refused: survey.refused,
                        severalCodes: survey.severalCodes, withoutCode: survey.peopleWithoutCode,
                        mostRows: survey.mostRowsOfPerson) == expected)
                #expect(all.count == expected.people.count && survey.people == all.count)
                #expect(survey.rowsRead == 400 && survey.rowsKept + survey.rowsRefused == 400)
                #expect(survey.rowsKept == all.map(\.rows.count).reduce(0, +))
                #expect(survey.codes.rows == 400)
                #expect((spool.made > 10) == (memoryByteCount < 10_000))
                #expect(survey.peopleWithFormerCodes == (hasHistory ? 1 : 0))
            }
        }
    }

    @Test func aDamagedSpoolIsNoticed() async throws {
        let folder = try TemporaryFolder()
        // All rows are named, so that the first runs are of the sort by names.
        let rows = (0..<100).map { ",\($0 / 2),Anna,,\($0)" }
        for memoryByteCount in [1, 1000, 24 << 20] {
            for fault in [CountingSpool.Fault.truncate, .flip, .loseFirstRun] {
                let grouping = try grouping(
                    rows, keys: Self.keys(), spool: CountingSpool(fault: fault), memoryByteCount: memoryByteCount,
                    in: folder)
                #expect(
                    await registerError { _ = try await people(grouping) }?.kind == .spoolDamaged,
                    "\(fault), \(memoryByteCount)")
            }
        }
    }
}
