import Testing

@testable import Agreement
@testable import PlainWords
@testable import StrictYAML
@testable import Values

/// Agreements that take the place of others.
struct AgreementAmendmentTests {
    private static let former = AgreementID(ofFile: [1, 2, 3])

    static func edits(_ text: String) -> [(String, String)] {
        [("valid: {from", "amends: \(text)\nvalid: {from")]
    }

    private static func lasting(_ holders: [ParticipantID], study: String = "skills-study") throws -> Agreement {
        var agreement = try AgreementSample.parsed()
        agreement.study.id = study
        agreement.pseudonyms = holders.isEmpty ? .round : .study(holders: holders)
        return agreement
    }

    @Test func theFormerAgreementIsRead() throws {
        #expect(try AgreementSample.parsed().amends == nil)
        for text in ["\(Self.former)", "'\(Self.former)'"] {
            #expect(try AgreementParseTests.parse(Self.edits(text)).amends == Self.former)
        }
    }

    @Test(arguments: [
        "[]", "''", "no", String(repeating: "a", count: 63), String(repeating: "a", count: 65),
        String(repeating: "A", count: 64), String(repeating: "g", count: 64),
        "sha256:" + String(repeating: "a", count: 64),
    ])
    func mistakes(_ text: String) throws {
        let error = #expect(throws: AgreementError.self) { try AgreementParseTests.parse(Self.edits(text)) }
        let mistakes = try #require(error?.mistakes)
        #expect(mistakes.count == 1 && mistakes[0].path == "amends", "\(mistakes)")
        #expect(mistakes[0].reason.contains("64 digits"), "\(mistakes[0].reason)")
    }

    @Test func anotherStudyIsNotAmended() throws {
        let amendment = try Self.lasting([])
        #expect(throws: AmendmentError.otherStudy(amendment: "skills-study", former: "other")) {
            try amendment.checkAmending([try Self.lasting([], study: "other")])
        }
        // Nor by way of one of the study.
        #expect(throws: AmendmentError.self) {
            try amendment.checkAmending([try Self.lasting([]), try Self.lasting([], study: "other")])
        }
        try amendment.checkAmending([try Self.lasting([])])
        try amendment.checkAmending([])
    }

    @Test func studyKeysStayWithWhoHasThem() throws {
        let former = try Self.lasting(["omnia", "mixer-one"])
        try Self.lasting(["mixer-one", "omnia"]).checkAmending([former])
        for holders in [["omnia", "espoo"], ["omnia", "mixer-one", "espoo"], ["omnia"]] {
            let refused = #expect(throws: AmendmentError.self) {
                try Self.lasting(holders).checkAmending([former])
            }
            #expect(refused == .otherHolders(expected: ["omnia", "mixer-one"], found: holders))
        }
        // Agreements between without lasting pseudonyms do not make them forgotten.
        #expect(throws: AmendmentError.self) {
            try Self.lasting(["omnia", "espoo"]).checkAmending([try Self.lasting([]), former])
        }
        try Self.lasting([]).checkAmending([former])
        try Self.lasting(["omnia", "espoo"]).checkAmending([try Self.lasting([])])
    }

    @Test func signersAreToldWhatItAmends() throws {
        let agreement = try AgreementParseTests.parse(Self.edits("\(Self.former)"))
        for (language, word) in [
            (PlainLanguage.finnish, "Muuttaa: sopimuksen"), (.swedish, "Ändrar: avtalet"),
            (.english, "Amends: the agreement"),
        ] {
            let text = AgreementSummary(agreement, language: language).text
                .split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(text.contains("\(word) \(Self.former)."), "\(text)")
            #expect(!AgreementSummary(try AgreementSample.parsed(), language: language).text.contains(word))
        }
    }
}
