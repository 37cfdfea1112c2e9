import PSIProtocol
import Synchronization
import Testing

@testable import Agreement
@testable import Register
@testable import Values

/// The people whom columns of a register name, and the links by which they are found.
@Suite struct RelatedPeopleTests {
    private static let declaration: RegisterDeclaration = {
        var declaration = register([
            column("n", .integer), .person(name: "spouse", title: "Spouse"),
            .person(name: "child", title: "Child", source: "lapsi"),
        ])
        declaration.maxCellsPerPerson = 64
        return declaration
    }()

    private static func code(_ number: Int) -> String { temporaryCode(number) }
    private static func identity(_ number: Int) -> PersonIdentity { ExampleCode.temporary(code(number)) }

    private func source(
        _ lines: [String], in folder: TemporaryFolder, never: [String]? = nil, header: String = "id,n,spouse,lapsi"
    ) throws -> RegisterSource {
        let text = ([header] + lines).joined(separator: "\n") + "\n"
        var source = RegisterSource(CSVSource(path: try folder.write(text)), identityColumn: "id")
        if let never {
            let list = (["hetu"] + never).joined(separator: "\n") + "\n"
            source.neverRelease = [
                NeverReleaseSource(CSVSource(path: try folder.write(list, to: "list.csv")), identityColumn: "hetu")
            ]
        }
        return source
    }

    private func pass(
        _ source: RegisterSource, _ declaration: RegisterDeclaration = Self.declaration, workers: Int = 2,
        spool: any Spool = MemorySpool()
    ) async throws -> RegisterPass {
        let agreement = try agreement([.identityCode])
        return try await RegisterPass(
            declaration: declaration,
            plan: MatchPlan(agreement: agreement, register: declaration, today: agreement.validFrom), source: source,
            spool: spool, workers: Workers(count: workers))
    }

    /// Whom the rows of a register name, by the rows' people, by way of the links.
    private struct Found: Equatable {
        /// Person, number of the row, and in each column who is named: -1 for nobody, -2 for a link that leads nowhere.
        var rows: Set<[Int]> = []
        var links: [[UInt8]] = []
    }

    private func found(_ pass: RegisterPass, people count: Int) async throws -> Found {
        var pass = pass
        let numbers = Dictionary(uniqueKeysWithValues: (0..<count).map { (Self.identity($0), $0) })
        var named: [[UInt8]: Int] = [:]
        var found = Found()
        for related in pass.related {
            var related = related
            let codec = RowCodec(columns: related.declaration.columns)
            while case let people = try related.next(3, byteCount: 1 << 16).records(), !people.isEmpty {
                for person in people {
                    let identity = try #require(person.identities.first ?? nil)
                    var position = 0
                    for _ in 0..<person.rowCount {
                        guard case .person(let link) = try codec.decode(person.rows, at: &position)[0] else {
                            Issue.record("no link")
                            continue
                        }
                        let number = try #require(numbers[identity])
                        #expect(named.updateValue(number, forKey: link) == nil)
                    }
                    #expect(position == person.rows.count && !person.isWithheld)
                }
            }
        }
        let codec = RowCodec(columns: pass.declaration.columns)
        while case let people = try await pass.next(3).records(), !people.isEmpty {
            for person in people {
                let identity = try #require(person.identities.first ?? nil)
                let own = try #require(numbers[identity])
                var position = 0
                for _ in 0..<person.rowCount {
                    let row = try codec.decode(person.rows, at: &position)
                    guard case .integer(let number) = row[0] else { continue }
                    let values = row.dropFirst().map { value -> Int in
                        guard case .person(let link) = value else { return -1 }
                        found.links.append(link)
                        return named[link] ?? -2
                    }
                    found.rows.insert([own, Int(number)] + values)
                }
            }
        }
        return found
    }

    @Test(arguments: [1, 2, 5]) func linksLeadToWhomTheColumnsName(workers: Int) async throws {
        let folder = try TemporaryFolder()
        // Two are each other's spouses, somebody is their own child, a circle of three; one names somebody outside.
        let relations: [(Int, Int?, Int?)] = [
            (0, 1, 4), (1, 0, 4), (0, 1, 5), (2, nil, 2), (3, 6, 4), (4, 6, 6), (6, 3, 3), (7, 19, nil), (8, nil, nil),
        ]
        let lines = relations.enumerated().map { row, relation in
            let named = [relation.1, relation.2].map { $0.map(Self.code) ?? "" }
            return "\(Self.code(relation.0)),\(row),\(named[0]),\(named[1])"
        }
        let pass = try await pass(try source(lines, in: folder), workers: workers)
        let found = try await found(pass, people: 20)
        #expect(
            found.rows == Set(relations.enumerated().map { [$1.0, $0, $1.1 ?? -1, $1.2 ?? -1] }))
        #expect(Set(found.links).count == found.links.count && found.links.count == 14)
        #expect(pass.related.map(\.column) == ["spouse", "child"])
        #expect(pass.related.map(\.survey.people) == [5, 5] && pass.related.map(\.survey.rowsKept) == [7, 7])
        #expect(pass.related.map(\.themselves) == [0, 1] && pass.objections.isEmpty)
        #expect(pass.related.map(\.declaration.id) == ["benefits-spouse", "benefits-child"])
        #expect(pass.survey.people == 8 && pass.survey.rowsKept == 9 && pass.survey.refused.isEmpty)
        // Nothing of a code is in a row.
        let again = try await self.pass(try source(lines, in: folder), workers: workers)
        #expect(Set(try await self.found(again, people: 20).links).isDisjoint(with: found.links))
    }

    @Test func codesThatAreNoneNameNobodyAndAreCounted() async throws {
        let folder = try TemporaryFolder()
        let lines = [
            "\(Self.code(0)),0,x,\(Self.code(1))", "\(Self.code(1)),1,131052-308A,\(Self.code(0))",
            "\(Self.code(2)),2,\(Self.code(0)),  ",
        ]
        let pass = try await pass(try source(lines, in: folder))
        #expect(try await found(pass, people: 3).rows == [[0, 0, -1, 1], [1, 1, -1, 0], [2, 2, 0, -1]])
        let spouse = pass.related[0].survey
        #expect(spouse.refused == [.malformed: 1, .wrongCheckCharacter: 1] && spouse.rowsRead == 3)
        #expect(spouse.codes.invalid == 2 && spouse.codes.temporary == 1 && spouse.codes.missing == 0)
        #expect(!spouse.codeShapes.words.isEmpty)
        // Fewer than half of the codes are usable: whoever read the column wrongly is told.
        #expect(pass.objections.map(\.description).count == 1)
        let objection = try #require(pass.objections.first?.description)
        #expect(objection.contains("column \"spouse\": of 3 rows only 1 have a usable identity code"))
    }

    @Test func aMissingCodeEndsTheReadingWhereEveryRowHasToNameSomebody() async throws {
        let folder = try TemporaryFolder()
        var declaration = Self.declaration
        declaration.columns[1].relation?.isRequired = true
        let source = try source(["\(Self.code(0)),0,\(Self.code(1)),", "\(Self.code(0)),1,,"], in: folder)
        let error = await registerError { _ = try await pass(source, declaration) }
        #expect(error?.kind == .nullNotAllowed(expected: .person) && error?.row == 2 && error?.column == "spouse")
        #expect(error?.description.contains("agree that the column is nullable") == true)
    }

    @Test func whoIsNeverReleasedNamesNobodyAndIsNotNamed() async throws {
        let folder = try TemporaryFolder()
        let lines = [
            "\(Self.code(0)),0,\(Self.code(1)),", "\(Self.code(1)),1,\(Self.code(2)),\(Self.code(3))",
            "\(Self.code(4)),2,\(Self.code(5)),",
        ]
        let pass = try await pass(try source(lines, in: folder, never: [Self.code(1), Self.code(5)]))
        #expect(try await found(pass, people: 6).rows == [[0, 0, -2, -1], [4, 2, -2, -1]])
        #expect(pass.related.map(\.survey.people) == [0, 0] && pass.related.map(\.survey.rowsKept) == [0, 0])
        #expect(pass.related[0].survey.rowsRead == 0 && pass.related[0].survey.peopleWithheld == 2)
    }

    @Test func rowsThatTheAgreementLeavesOutNameNobody() async throws {
        let folder = try TemporaryFolder()
        var declaration = Self.declaration
        let kept = RowCondition(column: "n", test: .integers(from: 1, until: nil), keepsMissing: false)
        declaration.rows = RowSelection(conditions: [kept], people: .keep)
        let lines = ["\(Self.code(0)),0,\(Self.code(1)),", "\(Self.code(0)),1,\(Self.code(2)),"]
        let pass = try await pass(try source(lines, in: folder), declaration)
        #expect(try await found(pass, people: 3).rows == [[0, 1, 2, -1]])
        #expect(pass.related[0].survey.people == 1)
    }

    @Test func theCodeOfTodayIsLookedFor() async throws {
        let folder = try TemporaryFolder()
        var source = try source(["\(Self.code(0)),0,131052Y308T,"], in: folder)
        source.history = IdentityHistorySource(
            CSVSource(path: try folder.write("old,new\n131052Y308T,131052-308T\n", to: "history.csv")),
            formerColumn: "old", currentColumn: "new")
        let pass = try await pass(source)
        var related = pass.related[0]
        let people = try related.next(2, byteCount: 1 << 16).records()
        #expect(people.map(\.identities) == [[ExampleCode.identity("131052-308T")]])
        #expect(related.survey.peopleWithFormerCodes == 1)
    }

    /// A person's rows are sorted by what each holds, and R gets them in that order: it must say nothing of the codes.
    @Test func theOrderOfRowsSaysNothingOfTheCodes() async throws {
        let folder = try TemporaryFolder()
        let codes = (1...24).map(Self.code).sorted()
        let lines = codes.enumerated().map { "\(Self.code(0)),\($0),\($1)," }
        var orders: Set<[Int64]> = []
        for _ in 0..<3 {
            var pass = try await pass(try source(lines, in: folder), workers: 1)
            let person = try #require(try await pass.next(2).records().first)
            let codec = RowCodec(columns: pass.declaration.columns)
            var position = 0
            orders.insert(
                try (0..<person.rowCount).compactMap { _ in
                    guard case .integer(let number) = try codec.decode(person.rows, at: &position)[0] else {
                        return nil
                    }
                    return number
                })
        }
        #expect(orders.count == 3 && !orders.contains(Array(0..<24)))
    }

    @Test func codesInOtherColumnsAreStillStopped() async throws {
        let folder = try TemporaryFolder()
        var declaration = Self.declaration
        declaration.columns.append(column("note", .text, nullable: true))
        let source = try source(
            ["\(Self.code(0)),0,131052-308T,,131052-308T"], in: folder, header: "id,n,spouse,lapsi,note")
        let error = await registerError { _ = try await pass(source, declaration) }
        #expect(error?.kind == .identityCodeInColumn && error?.column == "note")
        // The same column of the register as something else than people.
        declaration.columns[3] = ColumnDeclaration(
            name: "note", type: .text, nullable: true, title: "Note", source: "spouse")
        let same = await registerError { _ = try await pass(source, declaration) }
        #expect(same?.kind == .identityCodeInColumn && same?.column == "spouse")
    }

    @Test func moreRowsThanAnybodyMayHaveNameNoOnePerson() async throws {
        let folder = try TemporaryFolder()
        let limit = PersonGrouping.maxRowsOfPerson
        let lines = (0...limit).map { "\(Self.code($0 + 1)),\($0),," + Self.code(0) }
        let error = await registerError { _ = try await pass(try source(lines, in: folder)) }
        #expect(error?.kind == .tooManyRowsNamePerson(limit: limit) && error?.column == "child")
        #expect(error?.description.contains("more than \(limit) rows name one person") == true)
        let good = try await pass(try source(Array(lines.dropLast()), in: folder))
        #expect(good.related[1].survey.mostRowsOfPerson == limit && good.related[1].survey.people == 1)
    }

    /// As many as a person may have rows, one of whom is the person, and one has the person for a child in turn.
    @Test func aHundredThousandChildrenOfOnePerson() async throws {
        let folder = try TemporaryFolder()
        let count = PersonGrouping.maxRowsOfPerson
        let lines = (0..<count).map { "\(Self.code(0)),\($0),,\(Self.code($0))" }
        let pass = try await pass(try source(lines + ["\(Self.code(1)),\(count),,\(Self.code(0))"], in: folder))
        let survey = pass.related[1].survey
        #expect(survey.people == count && survey.rowsKept == count + 1 && pass.related[1].themselves == 1)
        #expect(survey.mostRowsOfPerson == 2 && pass.survey.mostRowsOfPerson == count)
        let found = try await found(pass, people: count)
        #expect(
            found.rows == Set((0..<count).map { [0, $0, -1, $0] } + [[1, count, -1, 0]]) && found.links.count > count)
    }

    @Test func capsAreThoseOfTheColumnOrOfItsRegister() async throws {
        let folder = try TemporaryFolder()
        let lines = (0..<4).map { "\(Self.code($0)),0,\(Self.code($0 + 10)),\(Self.code($0 + 20))" }
        var declaration = Self.declaration
        declaration.columns[1].relation?.maxPeople = 3
        let pass = try await pass(try source(lines, in: folder), declaration)
        #expect(pass.objections.map(\.description).count == 1)
        #expect(
            pass.objections[0].description.contains(
                "column spouse of register benefits names 4 people, more than the 3"))
        declaration.columns[1].relation?.maxPeople = nil
        declaration.maxPeople = 3
        #expect(try await self.pass(try source(lines, in: folder), declaration).objections.count == 3)
    }

    @Test(arguments: [CountingSpool.Fault.append, .read, .truncate, .flip])
    func aSpoolThatFailsIsAnError(fault: CountingSpool.Fault) async throws {
        let folder = try TemporaryFolder()
        let lines = (0..<4).map { "\(Self.code($0)),0,\(Self.code($0 + 10)),\(Self.code($0 + 20))" }
        let spool = CountingSpool(fault: fault)
        _ = await registerError {
            let pass = try await pass(try source(lines, in: folder), workers: 1, spool: spool)
            for related in pass.related {
                var related = related
                while try !related.next(9, byteCount: 1 << 20).records().isEmpty {}
            }
        }
    }

    // MARK: From reading to declaring

    @Test func whoIsNamedIsKeptUntilTheyAreDeclared() async throws {
        let folder = try TemporaryFolder()
        let keeper = MemoryKeeper()
        var agreement = try agreement([.identityCode, MatchKey("former_code", content: .formerCode)], release: .rows)
        agreement.registers = [Self.declaration]
        let lines = (0..<700).map { "\(Self.code($0)),0,\(Self.code(0)),\(Self.code($0 + 1))" }
        let people = try await people(agreement, try source(lines, in: folder))
        try await people.keepRelated(in: keeper)
        for (register, expected) in zip(agreement.registers.dropFirst(), [1, 700]) {
            var related = RegisterPeople.related(register, agreement: agreement, keeper: keeper)
            for _ in 0..<2 {
                var rows: [PersonIdentity?: Int] = [:]
                while case let piece = try await related.next(64), !piece.isEmpty {
                    #expect(piece.count <= 64)
                    for person in try piece.records() {
                        #expect(person.identities.count == 2 && person.identities[1] == nil && person.features.isEmpty)
                        rows[person.identities[0]] = person.rowCount
                        #expect(person.rows.count == person.rowCount * 17)
                    }
                }
                #expect(rows.count == expected && rows.values.reduce(0, +) == 700)
                #expect(related.survey.people == expected && related.survey.rowsKept == 700)
                #expect(related.survey.keys.map(\.present) == [expected, 0])
                #expect(related.survey.published(under: agreement).isPlausible(listed: expected, agreement: agreement))
                try await related.rewind()
            }
        }
    }

    @Test func moreCellsThanAgreedStopAllBeforeAnythingIsDeclared() async throws {
        let folder = try TemporaryFolder()
        var agreement = try agreement([.identityCode], release: .rows)
        agreement.registers = [Self.declaration]
        let lines = (0..<600).map { "\(Self.code($0)),0,,\(Self.code(0))" }
        let people = try await people(agreement, try source(lines, in: folder))
        let error = await registerError {
            try await people.keepRelated(in: MemoryKeeper()) { $0.id == "benefits-child" ? 10 : 64 }
        }
        #expect(error?.kind == .tooManyCellsOfNamed(11, limit: 10) && error?.column == "child")
        try await people.keepRelated(in: MemoryKeeper()) { _ in 11 }
    }

    @Test func whatWasKeptAndIsDamagedIsAnError() async throws {
        let folder = try TemporaryFolder()
        var agreement = try agreement([.identityCode], release: .rows)
        agreement.registers = [Self.declaration]
        let keeper = MemoryKeeper()
        let source = try source(["\(Self.code(0)),0,\(Self.code(1)),"], in: folder)
        try await people(agreement, source).keepRelated(in: keeper)
        let whole = try #require(keeper.kept["benefits-spouse"])
        for length in 0..<whole.count {
            keeper.put("benefits-spouse", Array(whole[..<length]))
            var related = RegisterPeople.related(agreement.registers[1], agreement: agreement, keeper: keeper)
            let error = await registerError {
                while !(try await related.next(9)).isEmpty {}
            }
            #expect(error?.kind == .spoolDamaged, "\(length)")
        }
        keeper.put("benefits-spouse", [0xFF, 0xFF, 0xFF, 0xFF] + whole)
        var related = RegisterPeople.related(agreement.registers[1], agreement: agreement, keeper: keeper)
        #expect(await registerError { _ = try await related.next(9) }?.kind == .spoolDamaged)
    }

    private func people(_ agreement: Agreement, _ source: RegisterSource) async throws -> RegisterPeople {
        try await RegisterPeople(
            agreement: agreement, declaration: Self.declaration, source: source, today: agreement.validFrom,
            maxPeople: 1_000, spool: MemorySpool(), workers: Workers(count: 2))
    }

    @Test func anExplanationSaysWhomARowNames() async throws {
        let folder = try TemporaryFolder()
        let source = try source(
            ["\(Self.code(0)),0,131052-308T,x", "\(Self.code(0)),1,,131052-308T"], in: folder, never: ["131052-308T"])
        let plan = try plan(own: [], keys: [.identityCode])
        func lines(_ row: Int) throws -> [String] {
            let reader = try RegisterReader(declaration: Self.declaration, source: source, plan: plan)
            return try #require(try RowExplanation(row: row, of: reader, history: nil)).lines
        }
        #expect(
            try lines(1).suffix(2) == [
                "column spouse: a link to fi-hetu | 131052-308T (official), who is never released: it leads nowhere",
                "column child: names nobody (malformed)",
            ])
        #expect(try lines(2).contains("column spouse: names nobody"))
    }
}

/// Keeps related people in memory.
private final class MemoryKeeper: RelatedKeeper {
    private let all = Mutex<[String: [UInt8]]>([:])

    var kept: [String: [UInt8]] { all.withLock { $0 } }

    func put(_ register: String, _ bytes: [UInt8]) { all.withLock { $0[register] = bytes } }

    func keepRelated(_ register: String) async throws -> sending any StreamSink {
        Sink(keeper: self, register: register)
    }

    func keptRelated(_ register: String) async throws -> sending any ByteSource {
        Source(bytes: kept[register] ?? [])
    }

    private struct Sink: StreamSink {
        let keeper: MemoryKeeper
        let register: String
        var bytes: [UInt8] = []
        mutating func write(_ bytes: [UInt8]) async throws { self.bytes += bytes }
        mutating func finish() async throws { keeper.put(register, bytes) }
    }
    private struct Source: ByteSource {
        var bytes: [UInt8]
        mutating func next() async throws -> [UInt8]? {
            if bytes.isEmpty { return nil }
            defer { bytes.removeFirst(min(100, bytes.count)) }
            return Array(bytes.prefix(100))
        }
    }
}
