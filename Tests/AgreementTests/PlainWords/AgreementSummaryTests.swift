import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import PlainWords

struct AgreementSummaryTests {
    @Test func snapshot() throws {
        let text = AgreementSummary(try AgreementSample.parsed()).text
        #expect(text == Self.expected, "\(text)")
    }

    @Test func otherChoicesAreSaid() throws {
        let counts = AgreementSummary(try AgreementParseTests.parse(AgreementParseTests.countOnly)).text
        #expect(counts.contains("No rows are released"))
        #expect(counts.contains("receives no rows"))
        #expect(counts.contains("BEFORE YOU SIGN"))
        let selected = AgreementSummary(
            try AgreementParseTests.parse([
                ("vault_access: whole", "vault_access: selected"), ("padding: padme", "padding: none"),
                ("rounds_allowed: 3", "rounds_allowed: 1"), ("smallest_cell: 5", "smallest_cell: 1"),
            ])
        ).text
        #expect(selected.contains("also sees which stored cells are fetched"))
        #expect(selected.contains("the exact number of people"))
        #expect(selected.contains("at most one round."))
        #expect(selected.contains("no smallest group"))
    }

    @Test(arguments: [
        ("a", "people in a"), ("a union b union c", "people in a or in b or in c"),
        ("a except b", "people in a who are not in b"), ("a union b intersect c", "people in a or (in b and in c)"),
        ("a except (b union x)", "people in a who are not (in b or in the cohort x)"),
        ("(a except b) intersect c", "people (in a and not in b) and in c"),
        ("a except b except c", "people (in a and not in b) who are not in c"),
        ("sample(a except b, 1500)", "a random sample of at most 1,500 people in a who are not in b"),
        ("a union sample(b, 20)", "people in a or (in a random sample of at most 20 people in b)"),
    ]) func cohortsInWords(_ text: String, _ words: String) throws {
        let expression = try CohortExpression.parse(text, registers: ["a", "b", "c"], cohorts: ["x"])
        #expect(expression.words(in: .english) == words)
    }

    @Test func numbersAndWidth() throws {
        #expect(PlainLanguage.english.number(7) == "7")
        #expect(PlainLanguage.english.number(999) == "999")
        #expect(PlainLanguage.english.number(1000) == "1,000")
        #expect(PlainLanguage.english.number(100_000_000) == "100,000,000")
        let long = String(repeating: "word ", count: 39) + "end"
        let agreement = try AgreementParseTests.parse([("title: Clients of the centre", "title: \(long)")])
        for line in AgreementSummary(agreement).text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    }

    static let expected = """
        STUDY
          Skills and work (skills-study)
          Purpose: Whether training changes the time to the first job.
          Legal basis: Act on the secondary use, section 37
          Permit: P-2026-17
          Valid: from 2026-01-01 to 2027-12-31, both days included, for at most 3 rounds.

        WHO TAKES PART
          - Omnia Skills Centre (omnia): authority; owns omnia_clients.
          - City of Espoo (espoo): authority; owns residents.
          - Audit Office (mixer-one): mixer; shuffles and blinds the lists of others and owns no register.
          - Linkage Hub (hub): coordinator; opens rounds, passes sealed lists on and matches blinded tags.
          - Research Lab (lab): research environment; receives the dataset.

        REGISTERS
          - Clients of the centre (omnia_clients), of Omnia Skills Centre: at most 3,000 people.
            Released for the cohort clients: these 2 columns, in at most 16 cells a person.
              - start_date (date, may be missing): First day
              - service (code): Kind of service
          - Residents who moved from abroad (residents), of City of Espoo: at most 80,000 people.
            No rows are released. The register only tells who belongs to which cohort.

        COHORTS
          - Clients (clients): people in omnia_clients. At most 3,000 people may be released.
          - Residents who are no clients (others): people in residents who are not in the cohort clients. At
            most 8,000 people may be released.

        LIMITS
          - Rows of the cohorts' people are released to the research environment, under pseudonyms.
          - A cohort of fewer than 5 people is not released, and a smaller count is not published.
          - Published counts are rounded to the nearest 10.
          - The number of people in a register is rounded up with dummies: at most 12 % more, and never
            fewer than 32.
          - A round that is not finished in 90 minutes is given up. Sealed material is kept for 14 days
            after it.
          - People are matched by identity_code, with ristretto255-SHA512. The work of the authorities and
            mixers is not proved: each trusts the others to follow the protocol.

        WHAT EACH PARTY LEARNS
          - Authorities and mixers learn the padded number of people in each register, and how many people
            two registers of the same owner share. They do not learn which of their people are in another
            register or in a cohort.
          - The coordinator learns the padded number of people in each register and how many people each
            combination of registers has in common. It learns no identity, and no row can be read by it.
          - The research environment learns the listed columns of the cohorts' people, under pseudonyms that
            fit no other study, and for each person the cohorts. It cannot open the rows of anyone else.
          - The report says how usable the codes of each register are, also of people who are not in the
            dataset; small counts are left out.
          - The authorities, the mixers and the coordinator get no access to the dataset.

        BEFORE YOU SIGN
          - No register is released for the cohort others: its people have no rows in the dataset.
          - No disclosure rules ask for k: a researcher who knows enough of a person could find the person
            in the dataset. Consider the section disclosure.

        """
}
