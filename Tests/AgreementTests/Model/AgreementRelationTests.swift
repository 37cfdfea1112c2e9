import Testing

@testable import Agreement
@testable import PlainWords
@testable import Values

/// Columns that name people.
struct AgreementRelationTests {
    static let service = "- {name: service, type: code, title: Kind of service}"

    static func edits(_ more: String = "", others: String = "") -> [(String, String)] {
        [(service, service + "\n      - {name: spouse, type: person, nullable: true, title: Spouse\(more)}" + others)]
    }

    private static func parsed(_ more: String = "", others: String = "") throws -> Agreement {
        try AgreementParseTests.parse(edits(more, others: others))
    }

    private static func mistakes(_ edits: [(String, String)]) throws -> [(path: String, reason: String)] {
        let error = #expect(throws: AgreementError.self) { try AgreementParseTests.parse(edits) }
        return try #require(error?.mistakes).map { ($0.path, $0.reason) }
    }

    @Test("[A-90] every field is read, and the column may always lack a value")
    func reads() throws {
        let column = try #require(try Self.parsed().registers[0].columns.last)
        #expect(column == .person(name: "spouse", title: "Spouse"))
        let full = try Self.parsed(
            ", from: puoliso, scheme: fi-hetu, related_outside: count, max_people: 7, max_cells_per_person: 3")
        #expect(
            full.registers[0].columns.last
                == .person(
                    name: "spouse", title: "Spouse", source: "puoliso",
                    relation: PersonRelation(maxPeople: 7, maxCellsPerPerson: 3)))
        let required = try AgreementParseTests.parse([
            (Self.service, "- {name: spouse, type: person, title: Spouse}")
        ])
        let relation = required.registers[0].columns[1].relation
        #expect(relation == PersonRelation(isRequired: true) && required.registers[0].columns[1].nullable)
    }

    @Test("[A-91] each is a register of its own, after those that are declared")
    func registers() throws {
        let agreement = try Self.parsed(
            ", max_people: 7", others: "\n      - {name: child, type: person, title: Child, max_cells_per_person: 3}")
        #expect(
            agreement.registers.map(\.id) == [
                "omnia_clients", "residents", "omnia_clients-spouse", "omnia_clients-child",
            ])
        #expect(agreement.declaredRegisters.map(\.id) == ["omnia_clients", "residents"])
        let (spouse, child) = (agreement.registers[2], agreement.registers[3])
        #expect(spouse.owner == "omnia" && spouse.releasedFor == ["clients"] && !spouse.isDeclared)
        #expect(spouse.maxPeople == 7 && spouse.maxCellsPerPerson == 16 && spouse.minPeople == 0)
        #expect(child.maxPeople == 3_000 && child.maxCellsPerPerson == 3 && child.usableCodesPercent == 50)
        #expect(child.columns == [RegisterDeclaration.linkColumn] && child.matchFields.isEmpty && child.rows == nil)
        #expect(child.namedIn == ColumnReference("omnia_clients", "child"))
        #expect(agreement.naming(child)?.id == "omnia_clients" && agreement.naming(agreement.registers[0]) == nil)
        // Whoever changes a register changes what follows from it.
        var changed = agreement
        changed.registers[0].owner = "espoo"
        changed.registers[0].columns.removeLast()
        #expect(changed.registers.map(\.id) == ["omnia_clients", "residents", "omnia_clients-spouse"])
        #expect(changed.registers[2].owner == "espoo")
        changed.registers = agreement.registers + agreement.registers.suffix(2)
        #expect(changed.registers == agreement.registers)
    }

    @Test("[A-91] no cohort can name them, and nobody is put into one by being left out of them")
    func cohorts() throws {
        for name in ["omnia_clients-spouse", "omnia_clients.spouse"] {
            let edits =
                Self.edits() + [("expression: residents except clients", "expression: residents except \(name)")]
            #expect(throws: AgreementError.self) { try AgreementParseTests.parse(edits) }
        }
        for rule in [("released_for: [clients]", "released_for: [clients, omnia_clients-spouse]")] {
            #expect(throws: AgreementError.self) { try AgreementParseTests.parse(Self.edits() + [rule]) }
        }
        let agreement = try Self.parsed()
        #expect(agreement.withholding(of: "omnia_clients-spouse") == .leftOut)
        #expect(agreement.disclosedCohorts == [1, 2, 1])
    }

    static let wrong: [(more: String, path: String, words: String)] = [
        (", scheme: se-personnummer", "scheme", "identity_scheme is fi-hetu"),
        (", scheme: xx", "scheme", "is not allowed here"),
        (", related_outside: pseudonym", "related_outside", "get no pseudonym"),
        (", related_outside: all", "related_outside", "is not allowed here"),
        (", max_people: 0", "max_people", ""), (", max_people: 2000000001", "max_people", ""),
        (", max_cells_per_person: 4097", "max_cells_per_person", ""),
        (", values: {a: b}", "values", "Only a column of type code or integer"),
        (", not_identity_codes: true", "not_identity_codes", "releases no numbers"),
        (", coarsen: year", "coarsen", ""), (", map: {a: b}", "map", ""), (", bands: [1]", "bands", ""),
        (", round_to: 10", "round_to", ""),
    ]

    @Test("[A-90] what cannot be said of such a column is told", arguments: wrong)
    func mistakes(more: String, path: String, words: String) throws {
        let found = try Self.mistakes(Self.edits(more))
        #expect(
            found.contains {
                $0.path == "registers[0].columns[2].\(path)" && (words.isEmpty || $0.reason.contains(words))
            }, "\(found)")
    }

    @Test("[A-90] other columns have none of its fields", arguments: AgreementReader.relationFields)
    func otherColumns(field: String) throws {
        let found = try Self.mistakes(
            [(Self.service, Self.service.dropLast() + ", \(field): 1}")].map { ($0.0, String($0.1)) })
        #expect(found.map(\.path) == ["registers[0].columns[1].\(field)"])
        #expect(found[0].reason.contains("columns of type person"))
    }

    @Test("[A-90] people are found by codes, and only where rows are released")
    func codes() throws {
        let key = """
            normalisation: sidos-2
            match_fields: [{name: family, kind: family_name}]
            match_keys: [{name: names, recipe: family}]

            """
        let byName = try Self.mistakes(Self.edits() + [("match_keys: [identity_code]\n", key)])
        #expect(byName.map(\.path) == ["match_keys"] && byName[0].reason.contains("Add identity_code"))
        let counts = try Self.mistakes(Self.edits() + [("release: rows\nvault_access: whole", "release: none")])
        #expect(counts.contains { $0.path == "registers[0].columns" })
    }

    @Test("[A-91] names are short enough for the board, and registers few enough, those of named people included")
    func limits() throws {
        let long = String(repeating: "s", count: 51)
        let found = try Self.mistakes([(Self.service, "- {name: \(long), type: person, title: Spouse}")])
        #expect(found.map(\.path) == ["registers"] && found[0].reason.contains("more than 63 characters"))
        let fitting = try AgreementParseTests.parse([
            (Self.service, "- {name: \(long.dropLast()), type: person, title: Spouse}")
        ])
        #expect(fitting.registers[2].id.utf8.count == 64)
        func columns(_ count: Int) -> [(String, String)] {
            [
                (
                    Self.service,
                    (1...count).map { "- {name: c\($0), type: person, title: C}" }.joined(separator: "\n      ")
                )
            ]
        }
        #expect(try AgreementParseTests.parse(columns(30)).registers.count == 32)
        let many = try Self.mistakes(columns(31))
        #expect(many.map(\.path) == ["registers"] && many[0].reason.contains("31 columns of type person"))
    }

    @Test("[A-92] disclosure control can name such a column as a quasi-identifier without steps, and nowhere else")
    func disclosure() throws {
        func edits(_ section: String) -> [(String, String)] {
            Self.edits() + [("cohorts:\n", "disclosure: \(section)\ncohorts:\n")]
        }
        let column = "omnia_clients.spouse"
        let agreement = try AgreementParseTests.parse(edits("{k: 3, quasi_identifiers: [{column: \(column)}]}"))
        #expect(agreement.disclosure.anonymity.quasiIdentifiers.map(\.column.column) == ["spouse"])
        #expect(agreement.cautions.allSatisfy { !$0.contains("names other people") })
        for section in [
            "{k: 3, quasi_identifiers: [{column: \(column), prefixes: [1]}]}",
            "{k: 3, quasi_identifiers: [{column: omnia_clients.service}], l: 2, sensitive: [\(column)]}",
            "{rare: [{column: \(column), people: 3, as: other}]}", "{cuts: [{column: \(column), top: 1}]}",
            "{tables: [{title: T, cohort: clients, rows: \(column)}]}",
            "{tables: [{title: T, cohort: clients, rows: omnia_clients.service, columns: \(column)}]}",
            "{date_shift: {days: 3, except: [\(column)]}}",
            "{k: 3, quasi_identifiers: [{column: omnia_clients-spouse.link}]}",
        ] {
            #expect(throws: AgreementError.self, "\(section)") { try AgreementParseTests.parse(edits(section)) }
        }
        let unnamed = try AgreementParseTests.parse(
            edits("{k: 3, quasi_identifiers: [{column: omnia_clients.service}]}"))
        for language in PlainLanguage.allCases {
            #expect(unnamed.cautions(in: language).contains { $0.contains(column) && $0.contains("k") })
        }
    }

    @Test("the owner's policy holds for the people whom its columns name")
    func policy() throws {
        let agreement = try Self.parsed()
        let policy = try LocalPolicy.parse(
            Array(
                """
                sidos_policy: 1
                registers:
                  omnia_clients: {max_people: 20, max_cells_per_person: 2, columns: [start_date, service]}

                """.utf8))
        let limits = policy.effectiveLimits(for: agreement, participant: "omnia")
        #expect(limits.maxPeople["omnia_clients-spouse"] == 20 && limits.maxCellsPerPerson["omnia_clients-spouse"] == 2)
        #expect(
            policy.refusals(for: agreement, participant: "omnia") == [.columns(["spouse"], register: "omnia_clients")])
    }

    @Test("a draft is read as what it was made of")
    func draft() throws {
        var draft = try AgreementDraftTests.draft()
        draft.registers = AgreementDraftTests.registers
        let relation = PersonRelation(isRequired: true, maxPeople: 7, maxCellsPerPerson: 3)
        draft.registers[0].columns += [
            .person(name: "spouse", title: "Spouse", source: "puoliso"),
            .person(name: "child", title: "Child", relation: relation),
        ]
        draft.registers = Agreement.withNamed(draft.registers)
        draft.cohorts = [AgreementDraftTests.cohort]
        #expect(try Agreement.parse(Array(draft.yaml.utf8)).registers == draft.registers)
    }
}
