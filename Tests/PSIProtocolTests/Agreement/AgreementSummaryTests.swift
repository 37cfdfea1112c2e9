import Testing

@testable import PSIProtocol

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
        #expect(AgreementSummary.inWords(expression) == words)
    }

    @Test func numbersAndWidth() throws {
        #expect(AgreementSummary.number(7) == "7")
        #expect(AgreementSummary.number(999) == "999")
        #expect(AgreementSummary.number(1000) == "1,000")
        #expect(AgreementSummary.number(100_000_000) == "100,000,000")
        let long = String(repeating: "word ", count: 39) + "end"
        let agreement = try AgreementParseTests.parse([("title: Clients of the centre", "title: \(long)")])
        for line in AgreementSummary(agreement).text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    }

    static let expected = """
        """
}
