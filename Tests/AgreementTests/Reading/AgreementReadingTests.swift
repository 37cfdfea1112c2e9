import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import PlainWords
@testable import Values

/// What an agreement says of how registers are read.
@Suite struct AgreementReadingTests {
    private func parse(_ edits: (String, String)...) throws -> Agreement {
        try Agreement.parse(Array(try yaml(edits).utf8))
    }

    private func yaml(_ edits: [(String, String)]) throws -> String {
        var text = try AgreementSample.yaml()
        for (old, new) in edits {
            #expect(text.contains(old))
            text = text.replacing(old, with: new)
        }
        return text
    }

    private func mistakes(_ edits: (String, String)...) throws -> String {
        let bytes = Array(try yaml(edits).utf8)
        do throws(AgreementError) { _ = try Agreement.parse(bytes) } catch {
            return error.mistakes.map { "\($0.path): \($0.description)" }.joined(separator: "\n")
        }
        return ""
    }

    private func policy(_ more: String) throws -> LocalPolicy {
        try LocalPolicy.parse(Array("sidos_policy: 1\n\(more)\n".utf8))
    }

    @Test func pseudonymsThatLastNeedCodesRowsAndHolders() throws {
        let study = ("verification: off", "pseudonyms: study\npseudonym_holders: [mixer-one, espoo]")
        let agreement = try parse(study)
        #expect(agreement.pseudonyms == .study(holders: ["mixer-one", "espoo"]))
        #expect(try parse().pseudonyms == .round)
        #expect(try parse(("verification: off", "pseudonyms: round")).pseudonyms == .round)
        #expect(!agreement.cautions.contains { $0.contains("No mixer is among") })
        let owners = try parse(("verification: off", "pseudonyms: study\npseudonym_holders: [omnia, espoo]"))
        #expect(owners.cautions.contains { $0.contains("No mixer is among") })
        let words = AgreementSummary(agreement).text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("the same pseudonym in all rounds") && words.contains("All holders of study keys"))
        let otherKey = try mistakes(
            study,
            ("padding: padme", "padding: padme\nnormalisation: sidos-2\nmatch_fields: [{name: birth, kind: date}]"),
            ("match_keys: [identity_code]", "match_keys: [{name: born, recipe: birth}]"))
        #expect(otherKey.contains("Add identity_code to 'match_keys'"), "\(otherKey)")
    }

    @Test func aVerifiedRoundNeedsItsSuiteThreeNodesAndAMixer() throws {
        let full = ("verification: off", "verification: full")
        let agreement = try parse(full)
        #expect(agreement.verification == .full && agreement.checkers == nil)
        #expect(agreement.cautions.contains { $0.contains("One mixer alone") })
        #expect(try !parse().cautions.contains { $0.contains("One mixer alone") })
        let words = AgreementSummary(agreement).text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("is proved and checked") && words.contains("The mixers learn besides"))
        for (word, count) in [("all", nil), ("1", 1)] as [(String, Int?)] {
            #expect(try parse(("verification: off", "verification: full\ncheckers: \(word)")).checkers == count)
        }
        let suite = try mistakes(full, ("suite: ristretto255-SHA512", "suite: P256-SHA256"))
        #expect(suite.contains("verification: ") && suite.contains("Write that suite, or off"))
        let noMixer = try mistakes(full, ("role: mixer", "role: authority"))
        #expect(noMixer.contains("one of them a mixer") && noMixer.contains("Add a mixer's card, or write off."))
        let two = try AgreementSample.entry("espoo", .authority, name: "City of Espoo")
        #expect(try mistakes(full, (two, "")).contains("three authorities and mixers at least"))
    }

    //
    @Test func aColumnsNumbersAreNoCodesOnlyIfAgreementAndPolicySaySo() throws {
        let service = "{name: service, type: code, title: Kind of service}"
        let exempt = "{name: service, type: code, title: Kind of service, not_identity_codes: true}"
        let agreement = try parse((service, exempt))
        #expect(agreement.registers[0].columns.map(\.numbersAreNoCodes) == [false, true])
        #expect(
            agreement.cautions.contains { $0.contains("omnia_clients.service") && $0.contains("not_identity_codes") })
        let summary = AgreementSummary(agreement).text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(summary.contains("its numbers are no identity codes"))
        let refusal = PolicyRefusal.numbersTakenForNoCodes(["service"], register: "omnia_clients")
        #expect(refusal.description.contains("not_identity_codes"))
        #expect(LocalPolicy().refusals(for: agreement, participant: "omnia") == [refusal])
        #expect(
            try policy("registers: {omnia_clients: {}}").refusals(for: agreement, participant: "omnia") == [refusal])
        let said = try policy("registers: {omnia_clients: {not_identity_codes: [service]}}")
        #expect(said.refusals(for: agreement, participant: "omnia").isEmpty)
        // What the policy says alone does nothing, and another authority has no part in it.
        #expect(said.refusals(for: try parse(), participant: "omnia").isEmpty)
        #expect(try parse().registers[0].columns.allSatisfy { !$0.numbersAreNoCodes })
        #expect(LocalPolicy().refusals(for: agreement, participant: "espoo").isEmpty)
        #expect(try mistakes((service, exempt.replacing("true", with: "maybe"))).contains("true or false"))
        let date = "title: First day, disclosure: as_is}"
        #expect(
            try mistakes((date, "title: First day, not_identity_codes: true}")).contains(
                "releases no numbers of the register"))
        #expect(
            try mistakes((service, exempt.replacing("not_identity", with: "map: {A: B}, not_identity")))
                .contains("releases no numbers of the register"))
    }

    //
    @Test func aRegisterSaysWhatIsExpectedOfIt() throws {
        let register = try parse().registers[1]
        #expect(register.minPeople == 1 && register.usableCodesPercent == 50)
        let agreement = try parse(
            ("max_people: 80000", "max_people: 80000\n    min_people: 60000\n    usable_codes: 97"))
        #expect(agreement.registers[1].minPeople == 60_000 && agreement.registers[1].usableCodesPercent == 97)
        let summary = AgreementSummary(agreement).text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(summary.contains("at most 80,000 people, and at least 60,000; a usable identity code in at least 97 %"))
        #expect(try parse(("max_people: 80000", "max_people: 80000\n    min_people: 0")).registers[1].minPeople == 0)
        for (line, words) in [
            ("min_people: 80001", "at most 80000 (max_people)"), ("min_people: -1", "0 to 2000000000"),
            ("usable_codes: 101", "0 to 100"), ("usable_code: 1", "did you mean usable_codes"),
        ] {
            #expect(try mistakes(("max_people: 80000", "max_people: 80000\n    \(line)")).contains(words), "\(line)")
        }
    }

    //
    @Test(arguments: ["con", "prn", "aux", "nul", "com1", "lpt9", "com0", "sqlite_", "sqlite_aux", "conin"])
    func registersWhoseFilesCannotBeWrittenAreRefused(id: String) throws {
        #expect(
            try mistakes(("id: residents", "id: \(id)"), ("residents except", "\(id) except")).contains(
                "No file or table"))
        // Others that only look like them may be used, and cohorts are no files.
        for other in ["\(id)s_of_espoo".replacing("sqlite_", with: "sqlit_"), "x\(id)"] {
            #expect(
                try mistakes(("id: residents", "id: \(other)"), ("residents except", "\(other) except")) == "",
                "\(other)")
        }
        #expect(try mistakes(("id: others", "id: \(id)")) == "")
    }

    //
    @Test func daysThatStandForSomethingElse() throws {
        func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(iso: text)) }
        let section = "cohorts:\n"
        func edits(_ shift: String) -> (String, String) { (section, "disclosure:\n  date_shift: \(shift)\n" + section) }
        let agreement = try parse(edits("{days: 30, no_days: [1970-01-01, 2009-01-01]}"))
        let shift = try #require(agreement.disclosure.dateShift)
        #expect(shift.noDays == [try day("1970-01-01"), try day("2009-01-01")])
        for text in [
            "1970-01-01", "2009-01-01", "1900-01-01", "9999-12-31", "2222-11-11", "1753-01-01", "0001-01-01",
            "1899-12-30",
            "2099-12-31", "1111-11-11", "2999-12-31",
        ] { #expect(shift.isNoDay(try day(text)), "\(text)") }
        for text in ["2009-01-02", "1900-01-02", "1930-05-06", "2024-12-31", "1850-01-02"] {
            #expect(!shift.isNoDay(try day(text)), "\(text)")
        }
        #expect(!DateShift(days: 30).isNoDay(try day("1970-01-01")))
        let summary = AgreementSummary(agreement).text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(summary.contains("such as 1900-01-01 and 9999-12-31, and 1970-01-01, 2009-01-01."))
        #expect(agreement.cautions.contains { $0.contains("omnia_clients.start_date") && $0.contains("no_days") })
        #expect(try mistakes(edits("{days: 30, no_days: [2009-02-30]}")).contains("not a day of the calendar"))
        #expect(try mistakes(edits("{days: 30, no_days: [2009-01-01, 2009-01-01]}")).contains("twice"))
    }

    @Test func theFirstProfileIsCautionedAgainst() throws {
        func cautions(_ profile: String) throws -> [String] {
            try parse(
                (
                    "match_keys: [identity_code]",
                    """
                    normalisation: \(profile)
                    match_fields: [{name: family, kind: family_name}, {name: birth, kind: date}]
                    match_keys: [identity_code, {name: both, recipe: family + birth}]
                    """
                )
            ).cautions.filter { $0.contains("sidos-1") }
        }
        #expect(try cautions("sidos-1").count == 1)
        #expect(try cautions("sidos-2").isEmpty)
    }
}
