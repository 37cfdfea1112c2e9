import Testing

@testable import Agreement
@testable import PlainWords

struct AgreementParseTests {
    @Test func readsEveryField() throws {
        let agreement = try AgreementSample.parsed()
        #expect(agreement.study.id == "skills-study")
        #expect(agreement.study.purpose == "Whether training changes the time to the first job.")
        #expect(agreement.study.permit == "P-2026-17")
        #expect(agreement.validFrom.description == "2026-01-01")
        #expect(agreement.validUntil.description == "2027-12-31")
        #expect(agreement.suite == .ristretto255)
        #expect(agreement.roundsAllowed == 3)
        #expect(agreement.release == .rows)
        #expect(agreement.vaultAccess == .whole)
        #expect(agreement.verification == .off)
        #expect(agreement.padding == .padme)
        #expect(agreement.cellByteCount == 1024)
        #expect(agreement.smallestCell == 5)
        #expect(agreement.countRounding == 10)
        #expect(agreement.deadlineMinutes == 90)
        #expect(agreement.retentionDays == 14)
        #expect(agreement.matchKeys == [.identityCode])
        #expect(agreement.participants.map(\.id) == AgreementSample.ids)
        #expect(
            agreement.participants[2] == (try AgreementSample.participant("mixer-one", .mixer, name: "Audit Office")))
        #expect(agreement.ring.map(\.id) == ["omnia", "espoo", "mixer-one"])
        #expect(agreement.registers.count == 2)
        #expect(agreement.registers[0].columns.map(\.name) == ["start_date", "service"])
        #expect(agreement.registers[0].columns.map(\.nullable) == [true, false])
        #expect(agreement.registers[0].maxCellsPerPerson == 16)
        #expect(agreement.registers[1].maxCellsPerPerson == 64)
        #expect(agreement.registers[1].columns.isEmpty)
        #expect(agreement.cohorts[1].expression == .except(.register("residents"), .cohort("clients")))
        #expect(agreement.cohorts[1].maxPeople == 8000)
        #expect(!agreement.twoPartiesAcknowledged)
        #expect(
            agreement.cautions == [
                "No register is released for the cohort others: its people have no rows in the dataset.",
                "No disclosure rules ask for k: a researcher who knows enough of a person could find the person in the "
                    + "dataset. Consider the section disclosure.",
            ])
    }

    @Test func fillsInTheStandardValues() throws {
        let optional = [
            "vault_access", "verification", "padding", "cell_bytes", "smallest_cell", "count_rounding",
            "deadline_minutes",
            "retention_days", "match_keys",
        ]
        let yaml = try AgreementSample.yaml().split(separator: "\n", omittingEmptySubsequences: false)
            .filter { line in !optional.contains { line.hasPrefix("\($0):") } }.joined(separator: "\n")
        let agreement = try Agreement.parse(Array(yaml.utf8))
        #expect(agreement.vaultAccess == .whole)
        #expect(agreement.verification == .off)
        #expect(agreement.padding == .padme)
        #expect(agreement.cellByteCount == 1024)
        #expect(agreement.parts == 1)
        #expect(agreement.smallestCell == 1)
        #expect(agreement.countRounding == 1)
        #expect(agreement.deadlineMinutes == 120)
        #expect(agreement.retentionDays == 30)
        #expect(agreement.matchKeys == [.identityCode])
    }

    @Test(arguments: [1, 2, 64, 1_024]) func streamsHaveAsManyPartsAsItSays(count: Int) throws {
        #expect(try Self.parse([("cell_bytes: 1024", "parts: \(count)")]).parts == count)
    }

    @Test func typesAreNotYAMLs() throws {
        // A YAML 1.1 parser would read these texts as false, octal 10, a date and null.
        let agreement = try Self.parse([
            ("title: Clients of the centre", "title: no"), ("permit: P-2026-17", "permit: 012"),
            ("title: Skills and work", "title: 2026-01-01"), ("title: First day", "title: null"),
            ("rounds_allowed: 3", "rounds_allowed: \"3\""), ("nullable: true", "nullable: 'true'"),
        ])
        #expect(agreement.registers[0].title == "no")
        #expect(agreement.study.permit == "012")
        #expect(agreement.study.title == "2026-01-01")
        #expect(agreement.registers[0].columns[0].title == "null")
        #expect(agreement.roundsAllowed == 3)
        #expect(agreement.registers[0].columns[0].nullable)
    }

    @Test func acceptsTextThatOnlyLooksSpecial() throws {
        let agreement = try Self.parse([
            ("title: Skills and work", "title: R&D, Q&A and 3 * 4 & more! Ä–ö"),
            ("# Made for tests.", "# *** &anchor !tag in a comment ***\r"),
            ("permit: P-2026-17", "permit: P-2026-17\r"),
        ])
        #expect(agreement.study.title == "R&D, Q&A and 3 * 4 & more! Ä–ö")
        #expect(agreement.study.permit == "P-2026-17")
    }

    @Test func countOnlyAgreementNeedsNoResearchEnvironment() throws {
        let research = try AgreementSample.entry("lab", .research, name: "Research Lab")
        let edits = Self.countOnly + [(research + "\n", "")]
        let agreement = try Self.parse(edits)
        #expect(agreement.release == .none)
        #expect(agreement.researchEnvironment == nil)
        #expect(agreement.cautions.contains { $0.contains("upper bounds") })
        #expect(try Self.parse(Self.countOnly).researchEnvironment?.id == "lab")
    }

    @Test("Counts that are not rounded raise no caution: what would give a small count away is withheld with it")
    func unroundedCounts() throws {
        let edits = [("count_rounding: 10", "count_rounding: 1")]
        let agreement = try Self.parse(edits)
        #expect(agreement.countRounding == 1 && agreement.smallestCell == 5)
        #expect(agreement.cautions == (try AgreementSample.parsed()).cautions)
        #expect(try Self.parse(Self.countOnly + edits).cautions == Self.parse(Self.countOnly).cautions)
    }

    @Test func twoPartiesWhenAcknowledged() throws {
        let mixer = try AgreementSample.entry("mixer-one", .mixer, name: "Audit Office")
        let agreement = try Self.parse([
            (mixer + "\n", ""), ("rounds_allowed: 3", "rounds_allowed: 3\ntwo_parties_acknowledged: true"),
        ])
        #expect(agreement.twoPartiesAcknowledged)
        #expect(agreement.cautions.contains { $0.contains("Only two") })
    }

    @Test(arguments: SuiteID.allCases) func everySuite(_ suite: SuiteID) throws {
        #expect(try Self.parse([("suite: ristretto255-SHA512", "suite: \(suite.rawValue)")]).suite == suite)
    }

    @Test func cautions() throws {
        let agreement = try Self.parse([
            ("smallest_cell: 5", "smallest_cell: 1"), ("vault_access: whole", "vault_access: selected"),
            ("padding: padme", "padding: none"), ("name: service", "name: home_phone"),
        ])
        #expect(agreement.cautions.count == 6)
        for words in [
            "smallest_cell is 1", "vault_access is selected", "padding is none", "omnia_clients.home_phone",
            "cohort others",
        ] {
            #expect(agreement.cautions.contains { $0.contains(words) }, "\(words)")
        }
        for name in [
            "hetu", "name", "nimi", "first_name", "osoite", "home_address", "phone_number", "email", "etunimi",
        ] {
            #expect(Agreement.looksLikeDirectIdentifier(name), "\(name)")
        }
        for name in ["benefit_name", "start_date", "municipality", "filename", "renaming", "mailing_count"] {
            #expect(!Agreement.looksLikeDirectIdentifier(name), "\(name)")
        }
    }

    // MARK: Editing the sample

    static let countOnly = [
        ("release: rows", "release: none"), ("vault_access: whole\n", ""), ("    released_for: [clients]\n", ""),
        ("    columns:\n", ""),
        ("      - {name: start_date, type: date, nullable: true, title: First day, disclosure: as_is}\n", ""),
        ("      - {name: service, type: code, title: Kind of service}\n", ""),
    ]

    static func edited(_ edits: [(String, String)]) throws -> String {
        var yaml = try AgreementSample.yaml()
        for (old, new) in edits {
            let range = try #require(yaml.firstRange(of: old), "the sample has no '\(old)'")
            yaml.replaceSubrange(range, with: new)
        }
        return yaml
    }

    static func parse(_ edits: [(String, String)]) throws -> Agreement {
        try Agreement.parse(Array(try edited(edits).utf8))
    }
}
