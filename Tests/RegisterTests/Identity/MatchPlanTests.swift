import PSIProtocol
import Testing

@testable import Agreement
@testable import Register

/// What of an agreement a register is read by.
@Suite struct MatchPlanTests {
    private static func keys() throws -> [MatchKey] {
        [
            .identityCode, MatchKey("former_code", content: .formerCode, valueCount: 2),
            try recipeKey("family", "phonetic(family)"), try recipeKey("both", "family + given"),
            try recipeKey("either", "swap(given, family)"), try recipeKey("words", "any(given)", values: 4),
            try recipeKey("day", "birth"),
        ]
    }

    private func person(
        _ fields: [NormalisedField?], identity: PersonIdentity? = nil, former: [PersonIdentity] = []
    ) -> PersonRows {
        PersonRows(identity: identity, former: former, fields: fields)
    }

    @Test func aRegisterHasItsOwnFieldsInTheAgreementsOrder() throws {
        #expect(try plan(own: ["birth", "family"], keys: Self.keys()).fields.map(\.name) == ["family", "birth"])
        #expect(try plan(own: [], keys: Self.keys()).fields == [])
        #expect(MatchPlan.identityCode().keys == [.identityCode] && MatchPlan.identityCode().fields == [])
    }

    @Test func keysOverFieldsThatItLacksAreAbsent() throws {
        let plan = try plan(own: ["birth", "family"], keys: Self.keys())
        let fields = [field("Öberg", .familyName), field("1.2.1980", .date)]
        let values = PersonValues(plan: plan).identities(of: person(fields))
        func identity(_ text: String) -> PersonIdentity { PersonIdentity(bytes: Array(text.utf8)) }
        #expect(
            values == [nil, nil, nil, identity("sidos-1\u{1F}oberg"), nil, nil, nil, nil, nil, nil]
                + [identity("sidos-1\u{1F}19800201")])
        #expect(PersonValues(plan: plan).identities(of: person([nil, nil])) == Array(repeating: nil, count: 11))
    }

    /// Whoever lacks a field agrees with nobody, least of all with others who lack it.
    @Test func noValueIsEmpty() throws {
        var generator = SeededGenerator(seed: 91)
        let keys = try Self.keys()
        let texts = ["", " ", "-", "x", "tuntematon", "Anna", "Anna-Liisa", "0", "1.1.1980", "!"]
        var present = 0
        for _ in 0..<500 {
            let own = matchFields.filter { _ in Bool.random(using: &generator) }
            let plan = try plan(own: own.map(\.name), keys: keys)
            let fields = own.map { field(texts.randomElement(using: &generator), $0.kind) }
            let values = PersonValues(plan: plan).identities(of: person(fields))
            #expect(values.count == 11)
            for value in values.compactMap({ $0?.bytes }) {
                present += 1
                #expect(value.starts(with: Array("sidos-1\u{1F}".utf8)))
                #expect(value.split(separator: 0x1F, omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty })
            }
        }
        #expect(present > 300)
    }

    @Test func codesComeFirstAndUpToTheirNumber() throws {
        let plan = try plan(own: [], keys: Self.keys())
        let codes = (0..<4).map { ExampleCode.identity(ExampleCode.official($0)) }
        let values = PersonValues(plan: plan).identities(
            of: person([], identity: codes[0], former: Array(codes[1...])))
        #expect(values.prefix(3) == [codes[0], codes[1], codes[2]])
        #expect(values.dropFirst(3).allSatisfy { $0 == nil })
        #expect(PersonValues(plan: .identityCode()).identities(of: person([], identity: codes[1])) == [codes[1]])
        #expect(PersonValues(plan: .identityCode()).features(of: person([], identity: codes[1])) == [])
    }

    @Test func theReaderWantsAColumnForEachOfItsFields() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id,g\n131052-308T,Anna\n")
        func failure(
            own: [String], _ columns: [String: String], identity: String? = "id", keys: [MatchKey]? = nil
        ) throws -> RegisterError? {
            let plan = try plan(own: own, keys: try keys ?? Self.keys())
            return registerError {
                _ = try RegisterReader(
                    declaration: register([]),
                    source: RegisterSource(CSVSource(path: path), identityColumn: identity, matchColumns: columns),
                    plan: plan)
            }
        }
        #expect(
            try failure(own: ["given", "birth", "family"], ["given": "g"])
                == RegisterError(.unmappedFields(["family", "birth"]), file: path))
        #expect(
            try failure(own: ["given", "birth"], ["given": "g", "birth": "G"])
                == RegisterError(
                    .missingColumns([.init(name: "G", suggestion: "g")]), file: path,
                    header: HeaderReading(line: 1, delimiter: .comma, columnCount: 2)))
        #expect(
            try failure(own: ["given"], ["given": "g"], identity: nil, keys: [.identityCode])
                == RegisterError(.noIdentityColumn, file: path))
        let reader = try RegisterReader(
            declaration: register([]),
            source: RegisterSource(CSVSource(path: path), identityColumn: nil, matchColumns: ["given": "g"]),
            plan: try plan(own: ["given"], keys: Self.keys()))
        let found = try await people(PersonGrouping(reader: reader, spool: MemorySpool()))
        #expect(found.map(SeenPerson.init) == [SeenPerson(identity: nil, fields: ["anna"], rows: [""])])
    }
}
