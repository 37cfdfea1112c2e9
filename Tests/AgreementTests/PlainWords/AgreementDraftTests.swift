import Testing

@testable import Agreement
@testable import PlainWords

struct AgreementDraftTests {
    static func cards(_ count: Int = 5) throws -> [ParticipantCard] {
        let all: [(String, ParticipantRole)] = [
            ("omnia", .authority), ("city-of-espoo", .authority), ("hub", .coordinator), ("lab", .research),
            ("mixer", .mixer),
        ]
        return try all.prefix(count).map {
            ParticipantCard(try AgreementSample.participant($0, $1, name: "\($0) \"org\""))
        }
    }

    static func draft(_ count: Int = 5) throws -> AgreementDraft {
        let sample = try AgreementSample.parsed()
        return AgreementDraft(
            cards: try cards(count), study: sample.study, validFrom: sample.validFrom, validUntil: sample.validUntil)
    }

    static let registers = [
        RegisterDeclaration(
            id: "clients", title: "Clients", owner: "omnia", releasedFor: ["both"], maxPeople: 100,
            maxCellsPerPerson: 8,
            columns: [ColumnDeclaration(name: "start", type: .date, nullable: true, title: "First: day, {x} # y")]),
        RegisterDeclaration(
            id: "residents", title: "Residents", owner: "city-of-espoo", releasedFor: [], maxPeople: 200,
            maxCellsPerPerson: 64, columns: []),
    ]
    static let cohort = CohortDeclaration(
        id: "both", title: "In both", expression: .intersect(.register("clients"), .register("residents")),
        maxPeople: 50)

    @Test func wholeDraftIsAnAgreement() throws {
        var draft = try Self.draft()
        draft.registers = Self.registers
        draft.cohorts = [Self.cohort]
        draft.vaultAccess = .selected
        let agreement = try Agreement.parse(Array(draft.yaml.utf8))
        #expect(agreement.participants == draft.cards.map(\.participant))
        #expect(agreement.registers == Self.registers)
        #expect(agreement.cohorts == [Self.cohort])
        #expect(agreement.study == draft.study)
        #expect(agreement.smallestCell == 5)
        #expect(agreement.vaultAccess == .selected)
        #expect(agreement.verification == .full, "there is a mixer among three nodes")
    }

    @Test func cohortsMayBeLeftOut() throws {
        var draft = try Self.draft(4)
        draft.release = .none
        draft.registers = Self.registers
        let agreement = try Agreement.parse(Array(draft.yaml.utf8))
        #expect(agreement.cohorts.map(\.id) == ["linked"])
        #expect(agreement.cohorts[0].expression == Self.cohort.expression)
        #expect(agreement.cohorts[0].maxPeople == 100)
        #expect(agreement.twoPartiesAcknowledged)
        #expect(agreement.registers.allSatisfy { $0.columns.isEmpty })
        #expect(agreement.verification == .off, "there are two nodes only")
    }

    @Test func whatIsMissingIsSaid() throws {
        var draft = try Self.draft()
        draft.registers = [Self.registers[0]]
        draft.cohorts = [
            CohortDeclaration(id: "both", title: "All", expression: .register("clients"), maxPeople: 5)
        ]
        let one = try AgreementMistakeTests.mistakes(draft.yaml)
        #expect(one.map(\.path) == ["participants[1]"])
        #expect(one[0].reason.contains("city-of-espoo owns no register"))
        #expect(draft.yaml.contains("  # - id: city_of_espoo_register"))

        let none = try AgreementMistakeTests.mistakes(try Self.draft().yaml)
        #expect(none.map(\.path) == ["participants[0]", "participants[1]", "registers", "cohorts"])

        let empty = AgreementDraft(cards: [], validFrom: draft.validFrom, validUntil: draft.validUntil)
        let paths = Set(try AgreementMistakeTests.mistakes(empty.yaml).map(\.path))
        #expect(
            paths.isSuperset(of: [
                "study.id", "study.title", "study.purpose", "study.legal_basis", "study.permit", "participants",
                "registers",
                "cohorts",
            ]))
    }

    /// Removing the '#' and the [] as the comments say gives an agreement.
    @Test func exampleLinesAreRight() throws {
        let yaml = try Self.draft().yaml
        let filled = yaml.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line -> String? in
            if line.contains("owns no register yet") { return nil }
            if line == "registers: []" || line == "cohorts: []" { return String(line.dropLast(3)) }
            return line.hasPrefix("  # ") ? "  " + line.dropFirst(4) : String(line)
        }.joined(separator: "\n")
            .replacing("first_register", with: "omnia_register")
            .replacing("second_register", with: "city_of_espoo_register")
        let agreement = try Agreement.parse(Array(filled.utf8))
        #expect(agreement.registers.map(\.owner) == ["omnia", "city-of-espoo"])
    }

    @Test func linesAreNotLong() throws {
        var draft = try Self.draft()
        draft.registers = Self.registers
        for line in draft.yaml.split(separator: "\n") where line.hasPrefix("#") {
            #expect(line.count <= 120, "\(line)")
        }
    }
}
