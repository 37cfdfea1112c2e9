import PSIProtocol
import Testing

@testable import Agreement
@testable import Register
@testable import Values

/// Lists of people who withdraw from a study. [P-95] [P-97]
@Suite struct WithdrawnCodesTests {
    private static let official = ["131052-308T", "010570-123P"]
    private static let today = CalendarDate(iso: "2026-06-01")
    private static let scheme = IdentitySchemeID.finland.scheme(today: today)

    private func read(
        _ text: String, column: String? = nil, limit: Int = 10
    ) throws -> WithdrawnCodes.Reading {
        let folder = try TemporaryFolder()
        return try WithdrawnCodes.read(
            CSVSource(path: try folder.write(text)), column: column, owner: "espoo", scheme: Self.scheme, limit: limit)
    }

    private func failure(_ text: String, column: String? = nil, limit: Int = 10) -> RegisterError? {
        #expect(throws: RegisterError.self) { try read(text, column: column, limit: limit) }
    }

    @Test func codesAreReadOnceEach() throws {
        let (one, two) = (Self.official[0], Self.official[1])
        let reading = try read("hetu\n \(two) \n\(one)\n\(two)\n")
        #expect(reading.codes.codes == [two, one].sorted().map { Array($0.utf8) } && reading.temporaryCount == 0)
        let chosen = try read("name,hetu\nx,\(one)\n", column: "hetu")
        #expect(chosen.codes.codes == [Array(one.utf8)])
        #expect(try read("hetu\n").codes.isEmpty)
        let temporary = try read("hetu\n\(temporaryCode(1))\n\(one)\n")
        #expect(temporary.codes.codes.count == 2 && temporary.temporaryCount == 1)
    }

    @Test func aListIsTakenWholeOrNotAtAll() throws {
        let good = Self.official[0]
        #expect(failure("hetu\n\(good)\n131052-308X\n")?.kind == .badWithdrawnCode(.wrongCheckCharacter))
        #expect(failure("hetu\n\(good)\n131052-308X\n")?.row == 2)
        #expect(failure("hetu,x\n,1\n", column: "hetu")?.kind == .badWithdrawnCode(.missing))
        #expect(failure("hetu,x\n\(good),1\n")?.kind == .columnNotChosen)
        #expect(failure("hetu\n\(good)\n", column: "code")?.description.contains("columns are missing") == true)
        #expect(failure("hetu\n\(good)\n\(Self.official[1])\n", limit: 1)?.kind == .tooManyWithdrawn(limit: 1))
        // A list without a header would have its first code for a name.
        #expect(failure("\(good)\n")?.kind == .identityCodeInHeader)
        for text in ["hetu\n\(good)\n131052-308X\n", "hetu,x\n\(good),1\n", "\(good)\n"] {
            let told = failure(text)?.description ?? ""
            #expect(!told.contains(good) && !told.contains("308X"), "\(told)")
        }
    }

    @Test func theyAreKeptAsLines() throws {
        var codes = try read("hetu\n\(Self.official[0])\n").codes
        codes.add(try read("hetu\n\(Self.official[1])\n\(Self.official[0])\n").codes)
        #expect(codes.codes.count == 2)
        #expect(try #require(WithdrawnCodes(serialized: codes.serialized)).codes == codes.codes)
        #expect(WithdrawnCodes(serialized: [])?.isEmpty == true)
        #expect(WithdrawnCodes(serialized: Array(codes.serialized.dropLast())) == nil)
        var text = ""
        dump(codes, to: &text)
        #expect(!text.contains("308T") && !text.contains("308"), "\(text)")
    }

    private func identities(_ people: inout WithdrawnPeople) async throws -> Set<PersonIdentity> {
        var found: Set<PersonIdentity> = []
        while true {
            let piece = try await people.next(1)
            if piece.isEmpty { return found }
            for record in try piece.records() {
                #expect(record.identities.allSatisfy { $0 == nil } && record.identities.count == 1)
                #expect(record.rows.isEmpty && record.rowCount == 0 && !record.isWithheld)
                found.insert(try #require(record.lastingIdentity))
            }
        }
    }

    @Test func nothingIsOnTheListButWhatLasts() async throws {
        let folder = try TemporaryFolder()
        var source = RegisterSource(CSVSource(path: "none"), identityColumn: "id")
        source.history = IdentityHistorySource(
            CSVSource(path: try folder.write("old,new\n\(Self.official[0]),\(Self.official[1])\n")),
            formerColumn: "old", currentColumn: "new")
        let codes = try read("hetu\n\(Self.official[0])\n\(temporaryCode(1))\n").codes
        let agreement = try agreement([.identityCode])
        // Known under the listed code in one register, under its successor in another.
        for (sources, expected) in [
            ([], [Self.official[0]]), ([source], Self.official),
            ([source, RegisterSource(CSVSource(path: "x"), identityColumn: "y")], Self.official),
        ] as [([RegisterSource], [String])] {
            var people = try WithdrawnPeople(
                codes, registers: sources, agreement: agreement, owner: "espoo", today: Self.today)
            let identities = try expected.map { try Self.scheme.identity(of: Array($0.utf8)[...], owner: "espoo") }
            #expect(try await self.identities(&people) == Set(identities))
            try await people.rewind()
            #expect(try await self.identities(&people) == Set(identities))
            #expect(people.survey.people == 0 && people.survey.rowsRead == 0)
        }
    }

    @Test func aHistoryThatCannotBeReadStopsTheList() throws {
        var source = RegisterSource(CSVSource(path: "none"), identityColumn: "id")
        source.history = IdentityHistorySource(
            CSVSource(path: "missing.csv"), formerColumn: "old", currentColumn: "new")
        let agreement = try agreement([.identityCode])
        #expect(throws: RegisterError.self) {
            try WithdrawnPeople(
                WithdrawnCodes(), registers: [source], agreement: agreement, owner: "espoo", today: Self.today)
        }
    }

    @Test func nothingOfThemIsReleasedFromRegisters() async throws {
        let folder = try TemporaryFolder()
        var source = RegisterSource(
            CSVSource(path: try folder.write("id,n\n\(Self.official[0]),1\n\(Self.official[1]),2\n")),
            identityColumn: "id")
        #expect(!source.screensPeople)
        source.withdrawn = try read("hetu\n\(Self.official[0])\n").codes
        #expect(source.screensPeople)
        let plan = try plan(own: [], keys: [.identityCode], quality: QualityColumns(year: nil, group: nil))
        let reader = try RegisterReader(
            declaration: register([column("n", .integer)]), source: source, plan: plan)
        let left = try await people(try PersonGrouping(reader: reader, spool: MemorySpool(), memoryByteCount: 1 << 20))
        #expect(left.map(\.rows) == [[[.integer(2)]]])
    }
}
