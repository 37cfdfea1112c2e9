import Agreement
import PSIProtocol
import Testing

@testable import Register

/// The one pass through a register that `serve` and `check` share.
@Suite struct RegisterPassTests {
    private static let codes = ["131052-308T", "131052X308T", temporaryCode(1), temporaryCode(2)]

    /// A person's identities and rows, in no order.
    private struct Declared: Hashable {
        let identities: [PersonIdentity?]
        let rows: [UInt8]
        let rowCount: Int
        let isWithheld: Bool

        init(_ person: PersonRecord) {
            identities = person.identities
            rows = person.rows
            rowCount = person.rowCount
            isWithheld = person.isWithheld
        }
    }

    private func source(_ folder: TemporaryFolder, list: String? = nil) throws -> RegisterSource {
        let rows = Self.codes.enumerated().map { "\($1),\($0)\n\($1),\($0)\n" }.joined()
        var source = RegisterSource(CSVSource(path: try folder.write("id,n\n" + rows + "x,9\n")), identityColumn: "id")
        if let list {
            source.neverRelease = [
                NeverReleaseSource(
                    CSVSource(path: try folder.write("hetu\n\(list)\n", to: "list.csv")), identityColumn: "hetu")
            ]
        }
        return source
    }

    private func pass(
        _ declaration: RegisterDeclaration, _ source: RegisterSource, _ agreement: Agreement
    ) async throws -> RegisterPass {
        try await RegisterPass(
            declaration: declaration,
            plan: MatchPlan(agreement: agreement, register: declaration, today: agreement.validFrom), source: source,
            spool: MemorySpool(), workers: Workers(count: 2))
    }

    private func people(
        _ declaration: RegisterDeclaration, _ source: RegisterSource, _ agreement: Agreement, maxPeople: Int = 1_000
    ) async throws -> RegisterPeople {
        try await RegisterPeople(
            agreement: agreement, declaration: declaration, source: source, today: agreement.validFrom,
            maxPeople: maxPeople, spool: MemorySpool(), workers: Workers(count: 2))
    }

    @Test(arguments: [1, 3, 4_096]) func aRoundGetsWhatThePassFinds(most: Int) async throws {
        let folder = try TemporaryFolder()
        let source = try source(folder)
        let declaration = register([column("n", .integer)])
        let agreement = try agreement([.identityCode])
        var found: [Declared] = []
        var pass = try await pass(declaration, source, agreement)
        #expect(pass.survey.people == 4 && pass.survey.refused == [.malformed: 1] && pass.objections.isEmpty)
        for _ in 0..<2 {
            found = []
            while case let some = try await pass.next(most), !some.isEmpty {
                #expect(some.count <= most)
                found += try some.records().map(Declared.init)
            }
            try await pass.rewind()
        }
        var people = try await people(declaration, source, agreement)
        var declared: Set<Declared> = []
        while case let some = try await people.next(most), !some.isEmpty {
            declared.formUnion(try some.records().map(Declared.init))
        }
        #expect(found.count == 4 && Set(found) == declared)
        #expect(people.survey.people == 4 && people.survey.rowsKept == 8)
        #expect(found.allSatisfy { $0.rowCount == 2 && $0.rows.count == 18 && !$0.isWithheld })
        #expect(Set(found.map(\.identities)).contains([ExampleCode.identity("131052-308T")]))
    }

    @Test func withoutColumnsThereAreNoRows() async throws {
        let folder = try TemporaryFolder()
        var pass = try await pass(register([]), try source(folder), try agreement([.identityCode]))
        #expect(try await pass.next(10).records().allSatisfy { $0.rowCount == 0 && $0.rows.isEmpty })
    }

    @Test func keysAreCountedOnceForARoundWithRows() async throws {
        let folder = try TemporaryFolder()
        let keys = [MatchKey.identityCode, MatchKey("former_code", content: .formerCode)]
        for (release, count) in [(ReleaseMode.rows, 2), (.none, 0)] {
            var people = try await people(
                register([column("n", .integer)]), try source(folder), try agreement(keys, release: release))
            for _ in 0..<2 {
                while !(try await people.next(3)).isEmpty {}
                #expect(people.survey.keys.map(\.present) == Array([4, 0].prefix(count)))
                try await people.rewind()
            }
        }
    }

    @Test func whatStopsARoundIsSaidBefore() async throws {
        let folder = try TemporaryFolder()
        let agreement = try agreement([.identityCode])
        var declaration = register([])
        declaration.maxPeople = 3
        let objections = try await pass(declaration, try source(folder), agreement).objections.map(\.description)
        #expect(objections.count == 1 && objections[0].contains("benefits has 4 people, more than the 3"))
        let error = await #expect(throws: RegisterOverCap.self) {
            _ = try await people(register([]), try source(folder), agreement, maxPeople: 3)
        }
        #expect(error?.description == objections[0])

        declaration.minPeople = 5
        let both = try await pass(declaration, try source(folder), agreement).objections.map(\.description)
        #expect(both.count == 2 && both[0].contains("fewer than the 5 of min_people") && both[1] == objections[0])
        #expect(
            await registerError {
                _ = try await people(declaration, try source(folder), agreement, maxPeople: 3)
            }?.description == both[0])
    }

    @Test func whoStaysInMatchingCountsForTheCap() async throws {
        let folder = try TemporaryFolder()
        let agreement = try agreement([.identityCode])
        var declaration = register([])
        declaration.maxPeople = 3
        for (withholding, count) in [(Withholding.leftOut, 0), (.dummyCell, 1)] {
            var plan = MatchPlan(agreement: agreement, register: declaration, today: agreement.validFrom)
            plan.withholding = withholding
            let pass = try await RegisterPass(
                declaration: declaration, plan: plan, source: try source(folder, list: Self.codes[0]),
                spool: MemorySpool(), workers: Workers(count: 1))
            #expect(pass.objections.count == count && pass.survey.peopleWithheld == 1)
        }
    }
}
