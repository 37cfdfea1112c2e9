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

    // MARK: - Study keys that change hands

    private static func keys(
        _ lines: String, holders: String = "[omnia, mixer-one]", amends: Bool = true
    ) -> [(String, String)] {
        let amends = amends ? "amends: \(former)\n" : ""
        return [
            ("verification: off", "\(amends)pseudonyms: study\npseudonym_holders: \(holders)\n\(lines)")
        ]
    }

    @Test func successorsAndGenerationsAreRead() throws {
        let agreement = try AgreementParseTests.parse(Self.keys("pseudonym_successors: {gone: omnia, away: mixer-one}"))
        #expect(
            agreement.pseudonymSuccessors == [
                StudyKeySuccessor(leaver: "gone", successor: "omnia"),
                StudyKeySuccessor(leaver: "away", successor: "mixer-one"),
            ])
        #expect(agreement.pseudonymGeneration == 1 && agreement.studyKeyScope == "skills-study")
        let next = try AgreementParseTests.parse(Self.keys("pseudonym_generation: 7"))
        #expect(next.pseudonymGeneration == 7 && next.studyKeyScope == "skills-study.7")
        _ = try AgreementParseTests.parse(Self.keys("pseudonym_generation: 1", amends: false))
    }

    @Test(arguments: [
        ("pseudonym_generation: 0", "pseudonym_generation", "from 1 to 1000"),
        ("pseudonym_generation: 1001", "pseudonym_generation", "from 1 to 1000"),
        ("pseudonym_successors: {}", "pseudonym_successors", "Write 1 to 16"),
        ("pseudonym_successors: [gone]", "pseudonym_successors", "Write a holder that leaves"),
        ("pseudonym_successors: {Gone: omnia}", "pseudonym_successors.Gone", "is no participant's id"),
        ("pseudonym_successors: {gone: Omnia}", "pseudonym_successors.gone", "beginning with a letter"),
        ("pseudonym_successors: {gone: espoo}", "pseudonym_successors.gone", "espoo is not among pseudonym_holders"),
        ("pseudonym_successors: {omnia: mixer-one}", "pseudonym_successors.omnia", "so it keeps its key"),
        (
            "pseudonym_successors: {gone: omnia, away: omnia}", "pseudonym_successors.away",
            "takes over another key already"
        ),
    ])
    func mistakesOfKeys(_ lines: String, _ path: String, _ words: String) throws {
        let error = #expect(throws: AgreementError.self) { try AgreementParseTests.parse(Self.keys(lines)) }
        let mistakes = try #require(error?.mistakes)
        #expect(mistakes.contains { $0.path == path && $0.reason.contains(words) }, "\(mistakes)")
    }

    @Test(arguments: ["pseudonym_generation: 2", "pseudonym_successors: {gone: omnia}"])
    func theyNeedAFormerAgreementAndLastingPseudonyms(_ lines: String) throws {
        for edits in [
            Self.keys(lines, amends: false),
            [("verification: off", "amends: \(Self.former)\npseudonyms: round\n\(lines)")],
        ] {
            #expect(throws: AgreementError.self) { try AgreementParseTests.parse(edits) }
        }
    }

    @Test func keysPassOnlyToNamedSuccessors() throws {
        let former = try Self.lasting(["omnia", "mixer-one"])
        func amendment(_ holders: [String], _ changes: [(String, String)], generation: Int = 1) throws -> Agreement {
            var agreement = try Self.lasting(holders)
            agreement.pseudonymSuccessors = changes.map { StudyKeySuccessor(leaver: $0.0, successor: $0.1) }
            agreement.pseudonymGeneration = generation
            return agreement
        }
        func error(_ agreement: Agreement, _ formers: [Agreement]) -> AmendmentError? {
            do throws(AmendmentError) { try agreement.checkAmending(formers) } catch { return error }
            return nil
        }
        #expect(try error(amendment(["espoo", "mixer-one"], [("omnia", "espoo")]), [former]) == nil)
        #expect(
            try error(amendment(["espoo", "mixer-one"], [("gone", "espoo")]), [former])
                == .noHolder(leaver: "gone", holders: ["omnia", "mixer-one"]))
        #expect(
            try error(amendment(["mixer-one"], [("omnia", "mixer-one")]), [former])
                == .holdsAlready(successor: "mixer-one"))
        // A third holder comes along with the successor.
        #expect(
            try error(amendment(["espoo", "mixer-one", "lab"], [("omnia", "espoo")]), [former])
                == .otherHolders(expected: ["espoo", "mixer-one"], found: ["espoo", "mixer-one", "lab"]))
        // New pseudonyms: whoever it may be, and nobody's key.
        #expect(try error(amendment(["espoo", "omnia"], [], generation: 2), [former]) == nil)
        #expect(
            try error(amendment(["espoo", "mixer-one"], [("omnia", "espoo")], generation: 2), [former]) == .newKeys)
        #expect(
            try error(amendment(["omnia", "mixer-one"], [], generation: 3), [former])
                == .otherGeneration(expected: 1, found: 3))
        let second = try amendment(["espoo", "omnia"], [], generation: 2)
        #expect(try error(former, [second, former]) == .otherGeneration(expected: 2, found: 1))
    }

    @Test func signersAreToldWhoseKeyPassesAndThatPseudonymsEnd() throws {
        let passes = try AgreementParseTests.parse(Self.keys("pseudonym_successors: {gone: omnia}"))
        let ends = try AgreementParseTests.parse(Self.keys("pseudonym_generation: 2"))
        for (language, hands, anew) in [
            (PlainLanguage.finnish, "gone luovuttaa tutkimusavaimensa", "sukupolvea 2"),
            (.swedish, "gone överlämnar sin studienyckel", "generation 2"),
            (.english, "gone hands its study key over to omnia", "generation 2"),
        ] {
            func text(_ agreement: Agreement) -> String {
                AgreementSummary(agreement, language: language).text.split(whereSeparator: \.isWhitespace)
                    .joined(separator: " ")
            }
            #expect(text(passes).contains(hands) && !text(passes).contains(anew))
            #expect(text(ends).contains(anew) && !text(ends).contains(hands))
        }
    }
}
