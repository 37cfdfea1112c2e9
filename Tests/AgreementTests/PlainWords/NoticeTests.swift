import Foundation
import Testing

@testable import Agreement
@testable import PlainWords
@testable import Values

/// The notice to the people concerned says what the agreement lets the machines do. [A-75] [A-76] [A-77] [A-78] [A-79]
struct NoticeTests {
    static func texts(_ name: String) -> String { "{fi: \(name) fi, sv: \(name) sv, en: \(name) en}" }

    static let section = """
        notice:
          study_title: \(texts("Title"))
          purpose: \(texts("Purpose"))
          legal_basis: \(texts("Basis"))
          transfers: \(texts("Transfers"))
          period: {from: 2009-01-01, until: 2024-12-31}
          controller: {name: \(texts("Institute")), email: study@example.org, phone: 09 123}
          data_protection_officer: {name: \(texts("Officer")), email: dpo@example.org}
          objection: {fi: https://example.org/fi, sv: https://example.org/sv, en: https://example.org/en}
          dataset_until: 2035-12-31
          participants:
            omnia: \(texts("Omnia"))
            espoo: \(texts("Espoo"))
            mixer-one: \(texts("Mixer"))
            hub: \(texts("Hub"))
            lab: \(texts("Lab"))
          registers:
            omnia_clients: {title: \(texts("Clients register")), data: \(texts("Days and services"))}
            residents: {title: \(texts("Residents register")), data: \(texts("Nothing"))}
          cohorts:
            clients: \(texts("The clients"))
            others: \(texts("The others"))

        """

    static func edits(_ more: [(String, String)]) throws -> Agreement {
        var yaml = try AgreementSample.yaml() + section
        for (old, new) in more {
            #expect(yaml.contains(old), "\(old)")
            yaml = yaml.replacing(old, with: new)
        }
        return try Agreement.parse(Array(yaml.utf8))
    }

    static func notice(
        _ language: PlainLanguage = .english, _ more: [(String, String)] = [], standing: Notice.Standing = .signed
    ) throws -> String {
        let agreement = try edits(more)
        let notice = try #require(
            Notice(agreement, id: AgreementID(ofFile: Array("a".utf8)), language: language, standing: standing))
        return notice.text.split(whereSeparator: { $0 == " " || $0 == "\n" }).joined(separator: " ")
    }

    @Test func isOptional() throws {
        let agreement = try AgreementSample.parsed()
        #expect(agreement.notice == nil)
        #expect(Notice(agreement, id: AgreementID(ofFile: []), language: .finnish, standing: .draft) == nil)
    }

    @Test(arguments: PlainLanguage.allCases) func saysEverythingInEveryLanguage(_ language: PlainLanguage) throws {
        let text = try Self.notice(language)
        for name in [
            "Title", "Purpose", "Basis", "Transfers", "Institute", "Officer", "Omnia", "Espoo", "Mixer", "Hub", "Lab",
            "Clients register", "Residents register", "Days and services", "The clients", "The others",
        ] {
            #expect(text.contains("\(name) \(language.rawValue)"), "\(name)")
        }
        for other in PlainLanguage.allCases where other != language {
            for name in ["Title", "Purpose", "Omnia", "The clients"] {
                #expect(!text.contains("\(name) \(other.rawValue)"))
            }
        }
        #expect(text.contains("P-2026-17") && text.contains("study@example.org") && text.contains("dpo@example.org"))
        #expect(text.contains("https://example.org/\(language.rawValue)"))
        #expect(
            text.contains(
                language.of(
                    "1.1.2009–31.12.2024", "1 januari 2009–31 december 2024", "1 January 2009 to 31 December 2024")))
        #expect(text.contains(language.of("31.12.2035", "den 31 december 2035", "31 December 2035")))
        #expect(text.contains(language.of("3\u{A0}000", "3\u{A0}000", "3,000")))
        #expect(text.contains(language.of("tietosuojavaltuutetulle", "dataombudsmannen", "Data Protection Ombudsman")))
        #expect(text.contains(language.of("Vastustamisoikeus", "Rätt att göra invändningar", "Right to object")))
    }

    @Test(arguments: PlainLanguage.allCases) func saysThatStepsAreProved(_ language: PlainLanguage) throws {
        let sentence = language.of(
            "todistaa tehneensä osansa", "bevisar att den har gjort sin del", "proves that it has done its part")
        #expect(try Self.notice(language, [("verification: off", "verification: full")]).contains(sentence))
        #expect(try !Self.notice(language).contains(sentence))
    }

    /// A field, what it becomes, and a sentence that is there before and not after, and the other way round.
    static let changes: [(String, String, before: String, after: String)] = [
        ("smallest_cell: 5", "smallest_cell: 20", "fewer than 5 people", "fewer than 20 people"),
        ("smallest_cell: 5", "smallest_cell: 1", "fewer than 5 people", "may be of a single person"),
        ("count_rounding: 10", "count_rounding: 5", "to the nearest 10", "to the nearest 5"),
        ("padding: padme", "padding: none", "are not shown the exact number", "Parties see how many people"),
        ("rounds_allowed: 3", "rounds_allowed: 1", "at most 3 times", "once only"),
        ("retention_days: 14", "retention_days: 0", "for 14 days", "right after the linkage"),
        ("retention_days: 14", "retention_days: 1", "for 14 days", "for one day"),
        ("vault_access: whole", "vault_access: selected", "Cannot open the data. - Lab", "Also sees which sealed data"),
        ("name: service,", "name: street_address,", "address are not among the released", "may identify you directly"),
        (
            "name: service,", "name: address_protection,", "personal safety. - In the dataset",
            "does say whether a person has such an order"
        ),
        (
            "title: First day, disclosure: as_is}\n      - {name: service, type: code, title: Kind of service}",
            "title: First day}", "2 items of data", "One item of data"
        ),
        (
            "    released_for: [clients]", "    released_for: [clients, others]", "No data of this group",
            "At most 8,000 people"
        ),
        ("valid: {from: 2026-01-01", "valid: {from: 2026-02-01", "1 January 2026", "1 February 2026"),
        ("permit: P-2026-17", "permit: P-2026-18", "P-2026-17", "P-2026-18"),
        (
            "match_keys: [identity_code]\n",
            """
            identity_scheme: se-personnummer
            match_keys: [identity_code]

            """, "Your Finnish personal identity code", "Your Swedish personal identity number"
        ),
        (
            "match_keys: [identity_code]\n",
            """
            normalisation: sidos-1
            match_fields: [{name: family, kind: family_name}, {name: birth, kind: date}]
            match_keys: [identity_code, {name: other, recipe: family + birth}]

            """, "Cannot open the data. - Lab", "used for linking as well: family name, a date"
        ),
        (
            "match_keys: [identity_code]\n",
            """
            normalisation: sidos-1
            match_fields: [{name: family, kind: family_name}, {name: birth, kind: date}]
            match_keys: [identity_code]
            tolerant_matching:
              {tokens: 4, agree: 2, bits: 60, groups: [{name: g, features: [bigrams(family), parts(birth)]}],
               patterns: [[g, g]]}

            """, "Cannot open the data. - Lab", "which records resemble each other"
        ),
        (
            "match_keys: [identity_code]\n",
            "disclosure: {k: 7, quasi_identifiers: [{column: omnia_clients.service}]}\nmatch_keys: [identity_code]\n",
            "released as they are in the register", "at least 7 people share"
        ),
        (
            "match_keys: [identity_code]\n",
            "disclosure: {date_shift: {days: 12}}\nmatch_keys: [identity_code]\n",
            "released as they are in the register", "random number of days, at most 12"
        ),
        (
            "type: date, nullable: true, title: First day, disclosure: as_is}",
            "type: integer, coarsen: year, nullable: true, title: First day, disclosure: as_is}",
            "released as they are in the register", "made coarser or grouped already"
        ),
        (
            "    released_for: [clients]",
            """
                rows: {people: keep, where: [{column: day, type: date, from: 2010-01-01, until: 2020-12-31}]}
                released_for: [clients]
            """, "no other study. - Values", "only the rows that the study needs"
        ),
    ]

    @Test(arguments: changes.indices) func followsTheFields(_ index: Int) throws {
        let (old, new, before, after) = Self.changes[index]
        let (first, second) = (try Self.notice(.english), try Self.notice(.english, [(old, new)]))
        #expect(first.contains(before), "\(before)")
        #expect(!first.contains(after), "\(after)")
        #expect(second.contains(after), "\(after)")
        #expect(!second.contains(before), "\(before)")
        // And so do the other languages.
        for language in [PlainLanguage.finnish, .swedish] {
            #expect(try Self.notice(language) != Self.notice(language, [(old, new)]))
        }
    }

    @Test func countsOnly() throws {
        let edits =
            AgreementCountsTests.edits(AgreementCountsTests.laplace) + [("  dataset_until: 2035-12-31\n", "")]
        let text = try Self.notice(.finnish, edits)
        #expect(text.contains("Tuloksena on vain lukumääriä."))
        #expect(text.contains("(epsilon 0,5; kaikissa yhdistämisissä yhteensä enintään 1,2)"))
        #expect(text.contains("vaihtelun lisäämisen jälkeen alle 5"))
        #expect(!text.contains("2035") && !text.contains("satunnainen tunnus"))
        let without = try Self.notice(
            .finnish, AgreementCountsTests.countsOnly + [("  dataset_until: 2035-12-31\n", "")])
        #expect(!without.contains("epsilon"))
    }

    @Test func draftsAreMarked() throws {
        for language in PlainLanguage.allCases {
            let word = language.of("Luonnos.", "Utkast.", "Draft.")
            #expect(try Self.notice(language, standing: .draft).contains(word))
            #expect(try !Self.notice(language).contains(word))
        }
    }

    @Test func linesAreShort() throws {
        let agreement = try Self.edits([])
        for language in PlainLanguage.allCases {
            let notice = try #require(
                Notice(agreement, id: AgreementID(ofFile: []), language: language, standing: .draft))
            for line in notice.text.split(separator: "\n") where line.contains(" ") {
                #expect(line.count <= 76, "\(line)")
            }
        }
    }

    @Test func pageHoldsTextsAsText() throws {
        let agreement = try Self.edits([
            ("purpose: \(Self.texts("Purpose"))", "purpose: {fi: 'a <b> & \"c\"', sv: '<script>', en: 'it''s'}")
        ])
        let pages = try PlainLanguage.allCases.map { language in
            try #require(Notice(agreement, id: AgreementID(ofFile: []), language: language, standing: .draft)).page
        }
        #expect(pages[0].contains("<p>a &lt;b&gt; &amp; &quot;c&quot;</p>"))
        #expect(pages[1].contains("<p>&lt;script&gt;</p>") && !pages[1].contains("<script"))
        #expect(pages[2].contains("<p>it&#39;s</p>"))
        for (page, language) in zip(pages, PlainLanguage.allCases) {
            #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"\(language.rawValue)\">"))
            #expect(page.contains("default-src 'none'"))
            #expect(page.contains("<a href=\"https://example.org/\(language.rawValue)\">"))
            #expect(page.ranges(of: "<h1>").count == 1)
            #expect(page.ranges(of: "<h2 ").count == 11)
            // Nothing is loaded from anywhere.
            #expect(!page.contains("src=") && !page.contains("<link") && !page.contains("url("))
        }
    }

    static let mistakes: [(String, String, [String])] = [
        ("Title fi, sv: Title sv, en: Title en", "Title fi, en: Title en", ["notice.study_title.sv", "in Swedish"]),
        ("sv: Purpose sv", "sv: ''", ["notice.purpose.sv", "empty", "in Swedish"]),
        ("  legal_basis: {fi: Basis fi, sv: Basis sv, en: Basis en}\n", "", ["notice.legal_basis", "missing"]),
        ("    espoo: {fi: Espoo fi, sv: Espoo sv, en: Espoo en}\n", "", ["notice.participants.espoo", "missing"]),
        ("    clients: {fi", "    client: {fi", ["notice.cohorts.client", "did you mean clients"]),
        (
            "data: {fi: Nothing fi, sv: Nothing sv, en: Nothing en}", "data: {fi: Nothing fi, sv: Nothing sv}",
            ["notice.registers.residents.data.en", "in English"]
        ),
        ("until: 2024-12-31}", "until: 2008-12-31}", ["notice.period.until", "before the first"]),
        ("email: dpo@example.org", "email: dpo", ["notice.data_protection_officer.email", "'dpo'"]),
        ("sv: https://example.org/sv", "sv: http://example.org/sv", ["notice.objection", "https://"]),
        ("sv: https://example.org/sv", "sv: 'https://example.org/\"x'", ["notice.objection", "https://"]),
        ("  dataset_until: 2035-12-31\n", "", ["notice.dataset_until", "missing"]),
        ("  dataset_until", "  colour: red\n  dataset_until", ["notice.colour", "unknown"]),
    ]

    @Test(arguments: mistakes.indices) func saysWhatIsMissing(_ index: Int) {
        let (old, new, words) = Self.mistakes[index]
        let error = #expect(throws: AgreementError.self) { try Self.edits([(old, new)]) }
        for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
    }

    @Test func countsHaveNoDataset() {
        let error = #expect(throws: AgreementError.self) { try Self.edits(AgreementCountsTests.countsOnly) }
        #expect(error?.description.contains("notice.dataset_until") == true)
    }
}
