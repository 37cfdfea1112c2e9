import Testing

@testable import Agreement
@testable import PlainWords

/// The limit of time of former codes, and what is said where there is none.
struct AgreementFormerCodeTests {
    private func cautions(_ edits: [(String, String)]) throws -> [String] {
        try AgreementParseTests.parse(AgreementMatchingTests.edits + edits).cautions
    }

    @Test func formerCodesWithoutALimitAreCautionedAgainst() throws {
        #expect(try !cautions([]).contains { $0.contains("issued again") })
        let without = [(", replaced_since: 2010-03-01", "")]
        #expect(try cautions(without).count { $0.contains("issued again") && $0.contains("replaced_since") } == 1)
        let agreement = try AgreementParseTests.parse(AgreementMatchingTests.edits + without)
        #expect(agreement.matchKeys[1].replacedSince == nil)
        for language in PlainLanguage.allCases {
            #expect(agreement.cautions(in: language).contains { $0.contains("replaced_since") })
        }
    }

    @Test(arguments: [
        ("replaced_since: 2010-03-01", "replaced_since: 2010-02-30", "match_keys[1].replaced_since"),
        ("replaced_since: 2010-03-01", "replaced_since: 2010", "match_keys[1].replaced_since"),
        ("name: birth_name, ", "name: birth_name, replaced_since: 2010-03-01, ", "match_keys[2].replaced_since"),
        ("- identity_code", "- {name: identity_code, replaced_since: 2010-03-01}", "match_keys[0].replaced_since"),
    ]) func limitsThatDoNotFit(_ old: String, _ new: String, _ path: String) throws {
        let text = try AgreementParseTests.edited(AgreementMatchingTests.edits + [(old, new)])
        #expect(try AgreementMistakeTests.mistakes(text).contains { $0.path == path })
    }
}
